"""What datamapplot draws: points, and a name per point at each depth of the topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from localatlas.errors import InvalidOptionError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map, Topics
from numpy.typing import NDArray

__all__ = ["UNLABELLED", "Labelled", "labelled", "map_of", "readable_depth"]

UNLABELLED = "Unlabelled"
# datamapplot: "there should ideally only be up to 64 unique labels".
READABLE_LABELS = 64
# Fewer have no outline, and the library fails.
FEWEST_ROWS = 4


@dataclass(frozen=True)
class Labelled:
    """The rows of a map that have a place.

    Attributes:
        rows: int64 [N], their numbers in the map.
        positions: float32 [N, 2].
        layers: one object [N] of names a depth that was asked for, in that order.
    """

    rows: NDArray[np.int64]
    positions: NDArray[np.float32]
    layers: tuple[NDArray[np.object_], ...]


def map_of(source: AtlasProjection | Map) -> Map:
    """Return the map on disk of a map as the SDK has it, or as a hook is given it."""
    return source.stored if isinstance(source, AtlasProjection) else source


def labelled(source: Map, depths: Sequence[int]) -> Labelled:
    """Return the rows that are there and have a place, with the topics of some depths, 1 the broadest.

    Raises:
        NotReadyError: the map has no topics, and depths were asked for.
        InvalidOptionError: it has no such depth, or fewer than 4 rows with a place.
    """
    positions = np.asarray(source.layout.positions)
    rows = np.flatnonzero(source.alive & np.isfinite(positions).all(axis=1))
    if len(rows) < FEWEST_ROWS:
        raise InvalidOptionError(f"{source.name!r} has {len(rows)} rows with a place; a picture needs {FEWEST_ROWS}")
    layers = tuple(_names(source, depth)[rows] for depth in depths)
    return Labelled(rows, np.ascontiguousarray(positions[rows], np.float32), layers)


def readable_depth(source: Map) -> int | None:
    """Return the deepest depth with no more names than a picture can hold; None for a map without topics."""
    topics = source.topic_model
    if topics is None:
        return None
    counts = [(depth, int((topics.depth == depth).sum())) for depth in range(1, topics.depths + 1)]
    return max([depth for depth, count in counts if count <= READABLE_LABELS], default=1)


def _names(source: Map, depth: int) -> NDArray[np.object_]:
    """Return object [R], the name of each row's topic at a depth."""
    topics = source.topic_model
    if topics is None:
        message = f"the map {source.name!r} was built without topics, so there is nothing to name its parts by"
        raise NotReadyError(f"{message}; build one with topic_model=True, or leave depth out")
    if not 1 <= depth <= topics.depths:
        raise InvalidOptionError(f"depth={depth}: the map {source.name!r} has the depths 1 to {topics.depths}")
    return _named(topics, topics.assignment[:, depth - 1])


def _named(topics: Topics, assignment: NDArray[np.int32]) -> NDArray[np.object_]:
    found, numbers = np.unique(assignment, return_inverse=True)
    names = [topics.labels[topic].label if topic in topics.labels else UNLABELLED for topic in found.tolist()]
    return np.array(names, dtype=object)[numbers]
