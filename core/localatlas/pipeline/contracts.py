"""What a component returns is checked before anybody builds on it, and the plugin is blamed by name."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import AtlasError, PluginContractError, PluginFailedError, listing
from localatlas.protocols import Duplicates, DuplicateVerdict, Layout, NeighborGraph, TopicLabel, Topics
from localatlas.registry import Entry

__all__ = [
    "blame",
    "check_duplicates",
    "check_graph",
    "check_labels",
    "check_layout",
    "check_places",
    "check_topics",
    "check_vectors",
]

# float32 sums of squares of a few thousand terms stay well within this.
UNIT_LENGTH_TOLERANCE = 1e-3


@contextmanager
def blame(entry: Entry) -> Generator[None, None, None]:
    """Turn whatever a plugin raises into an error that names it; cancelling and Ctrl-C go through."""
    try:
        yield
    except AtlasError:
        raise
    except Exception as error:
        raise PluginFailedError(f"{entry} failed: {type(error).__name__}: {error}") from error


def check_vectors(entry: Entry, vectors: object, rows: int, dim: int) -> NDArray[np.float32]:
    """Check what an embedder returned: float32 [rows, dim], finite, of unit length."""
    array = _array(entry, "embed", vectors, np.float32, (rows, dim))
    _finite(entry, "embed", array)
    lengths = np.linalg.norm(array, axis=1)
    wrong = np.flatnonzero(np.abs(lengths - 1) > UNIT_LENGTH_TOLERANCE)
    if len(wrong):
        raise PluginContractError(
            f"{entry}: embed must return vectors of length 1; row {wrong[0]} has length {lengths[wrong[0]]:.4g}"
        )
    return array


def check_graph(entry: Entry, graph: object, rows: int, k: int) -> NeighborGraph:
    """Check the neighbour graph [rows, k] of some rows among themselves: no row is its own neighbour."""
    if not isinstance(graph, NeighborGraph):
        raise PluginContractError(f"{entry}: it must return a NeighborGraph, got {type(graph).__qualname__}")
    indices = _array(entry, "indices", graph.indices, np.int32, (rows, k))
    distances = _array(entry, "distances", graph.distances, np.float32, (rows, k))
    if np.isnan(distances).any():
        raise PluginContractError(f"{entry}: distances has NaN in {int(np.isnan(distances).any(axis=1).sum()):,} rows")
    if k and (int(indices.min()) < -1 or int(indices.max()) >= rows):
        raise PluginContractError(f"{entry}: indices must lie between -1 and {rows - 1}, got {indices.max()}")
    if k and (indices == np.arange(rows, dtype=np.int32)[:, None]).any():
        raise PluginContractError(f"{entry}: indices has a row as its own neighbour")
    return NeighborGraph(indices, distances)


def check_layout(entry: Entry, layout: object, rows: int) -> Layout:
    """Check a layout: positions float32 [rows, 2], finite."""
    if not isinstance(layout, Layout):
        raise PluginContractError(f"{entry}: project must return a Layout, got {type(layout).__qualname__}")
    _finite(entry, "positions", _array(entry, "positions", layout.positions, np.float32, (rows, 2)))
    for name, array in (layout.state or {}).items():
        if not isinstance(array, np.ndarray) or array.dtype.hasobject:
            raise PluginContractError(f"{entry}: Layout.state[{name!r}] must be an array of numbers")
    return layout


def check_places(entry: Entry, places: object, rows: int) -> NDArray[np.float32]:
    """Check the places of rows that bring them: float32 [rows, 2], NaN for a row that has none, never infinite."""
    array = _array(entry, "places", places, np.float32, (rows, 2))
    if np.isinf(array).any():
        raise PluginContractError(f"{entry}: places has infinite numbers; NaN says that a row has no place")
    return array


def check_topics(entry: Entry, topics: object, rows: int) -> Topics:
    """Check topics: ids unique, nested, every row placed at every depth."""
    if not isinstance(topics, Topics):
        raise PluginContractError(f"{entry}: fit must return Topics, got {type(topics).__qualname__}")
    if getattr(topics.assignment, "shape", ())[1:] in ((), (0,)):
        raise PluginContractError(f"{entry}: assignment must be int32 [rows, depths] with one depth at least")
    count = len(topics.topic_id)
    for name, dtype in (("topic_id", np.int32), ("depth", np.int32), ("parent_id", np.int32), ("size", np.int64)):
        _array(entry, name, getattr(topics, name), dtype, (count,))
    _finite(entry, "position", _array(entry, "position", topics.position, np.float32, (count, 2)))
    assignment = _array(entry, "assignment", topics.assignment, np.int32, (rows, topics.depths))
    _finite(entry, "confidence", _array(entry, "confidence", topics.confidence, np.float32, (rows, topics.depths)))
    if rows and not topics.depths:
        raise PluginContractError(f"{entry}: assignment has no depth; every row has a topic at one depth at least")
    if count and int(topics.size.min()) < 1:
        raise PluginContractError(f"{entry}: size must be at least 1, got {int(topics.size.min())}")
    if len(set(topics.topic_id.tolist())) != count:
        raise PluginContractError(f"{entry}: topic_id is not unique")
    if len(topics.hull) != count:
        raise PluginContractError(f"{entry}: there are {len(topics.hull)} hulls for {count} topics")
    _check_nesting(entry, topics, assignment)
    return topics


def check_labels(entry: Entry, labels: object, topics: Topics) -> Mapping[int, TopicLabel]:
    """Check labels: one per topic, not blank, unique within the map."""
    if not isinstance(labels, Mapping):
        raise PluginContractError(f"{entry}: label must return a dict, got {type(labels).__qualname__}")
    missing = [int(topic) for topic in topics.topic_id if int(topic) not in labels]
    if missing:
        raise PluginContractError(f"{entry}: there is no label for the topics {listing(missing)}")
    seen: dict[str, int] = {}
    rows = len(topics.assignment)
    for topic, label in labels.items():
        if not isinstance(label, TopicLabel) or not label.label.strip():
            raise PluginContractError(f"{entry}: the label of topic {topic} is {label!r}; it must be a TopicLabel")
        if label.label in seen:
            raise PluginContractError(
                f"{entry}: labels must be unique; the topics {seen[label.label]} and {topic} are both {label.label!r}"
            )
        if any(not 0 <= row < rows for row in label.exemplars):
            raise PluginContractError(f"{entry}: exemplars of topic {topic} must be rows 0 to {rows - 1} of the index")
        seen[label.label] = topic
    return labels


def check_duplicates(entry: Entry, duplicates: object, rows: int) -> Duplicates:
    """Check duplicates: known verdicts, one retained row per group of more than one, none in a group of one."""
    if not isinstance(duplicates, Duplicates):
        raise PluginContractError(f"{entry}: detect must return Duplicates, got {type(duplicates).__qualname__}")
    cluster = _array(entry, "cluster", duplicates.cluster, np.int64, (rows,))
    verdict = _array(entry, "verdict", duplicates.verdict, np.uint8, (rows,))
    if rows and int(verdict.max()) > max(DuplicateVerdict):
        raise PluginContractError(f"{entry}: verdict has {int(verdict.max())}; it must be a DuplicateVerdict")
    _, group = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(group)
    retained = np.bincount(group, weights=verdict == DuplicateVerdict.RETENTION)
    single = np.bincount(group, weights=verdict == DuplicateVerdict.SINGLETON)
    if (((sizes == 1) & (single != 1)) | ((sizes > 1) & ((retained != 1) | (single != 0)))).any():
        raise PluginContractError(
            f"{entry}: a group must be one singleton, or one retained row and deletion candidates"
        )
    return duplicates


def _check_nesting(entry: Entry, topics: Topics, assignment: NDArray[np.int32]) -> None:
    depth = dict(zip(topics.topic_id.tolist(), topics.depth.tolist(), strict=True))
    order = np.argsort(topics.topic_id)
    for level in range(topics.depths):
        used = np.unique(assignment[:, level]).tolist()
        wrong = [topic for topic in used if depth.get(topic) != level + 1]
        if wrong:
            raise PluginContractError(
                f"{entry}: rows are assigned at depth {level + 1} to {listing(wrong)}, no topic of that depth"
            )
        if level == 0:
            continue
        column = assignment[:, level]
        above = topics.parent_id[order][np.searchsorted(topics.topic_id[order], column)]
        astray = np.unique(column[above != assignment[:, level - 1]]).tolist()
        if astray:
            raise PluginContractError(f"{entry}: topics are not nested: rows of {listing(astray)} have another parent")


def _array(entry: Entry, name: str, value: Any, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    if not isinstance(value, np.ndarray):
        raise PluginContractError(f"{entry}: {name} must be a numpy array, got {type(value).__qualname__}")
    if value.dtype != dtype:
        raise PluginContractError(f"{entry}: {name} must be {np.dtype(dtype).name}, got {value.dtype.name}")
    if value.shape != shape:
        raise PluginContractError(f"{entry}: {name} must have the shape {list(shape)}, got {list(value.shape)}")
    return value


def _finite(entry: Entry, name: str, array: NDArray[Any]) -> None:
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(bad):
        raise PluginContractError(
            f"{entry}: {name} has NaN or infinity in {len(bad):,} of {len(array):,} rows, the first is row {bad[0]}"
        )
