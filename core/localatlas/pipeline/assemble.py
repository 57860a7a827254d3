"""From rows of the index to rows of the dataset: one table that holds the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.pipeline.index import LentIndex
from localatlas.pipeline.topic_table import topics_to_table
from localatlas.protocols import Duplicates, DuplicateVerdict, NeighborGraph, Topics
from localatlas.protocols.storage import POSITION_COLUMN

__all__ = ["expand_duplicates", "map_table", "spread_copies", "topic_rows"]

# Copies of a row are drawn beside it, closer than its nearest neighbour is.
COPY_DISTANCE = 0.25


def map_table(
    positions: NDArray[np.int64],
    index: LentIndex,
    layout: NDArray[np.float32],
    topics: Topics | None,
    duplicates: Duplicates | None,
    seed: int | Sequence[int],
    fixed: NDArray[np.float32] | None = None,
) -> pa.Table:
    """Return one row per dataset row, in upload order; nulls for a row without a place.

    `fixed` float32 [R, 2] are places that rows have already, NaN where they have none.
    """
    vector = index.vector_of_row
    absent = vector < 0
    at = np.maximum(vector, 0)
    names: list[str] = [POSITION_COLUMN, "vector"]
    columns: list[pa.Array] = [pa.array(positions), pa.array(vector, mask=absent)]
    places = spread_copies(layout, index, seed, fixed)
    for axis, name in enumerate("xy"):
        names.append(name)
        columns.append(pa.array(np.ascontiguousarray(places[:, axis]), mask=absent))
    if topics is not None:
        for level in range(topics.depths):
            names += [f"topic_{level + 1}", f"confidence_{level + 1}"]
            columns.append(pa.array(_pick(topics.assignment[:, level], at), mask=absent))
            columns.append(pa.array(_pick(topics.confidence[:, level], at), mask=absent))
    if duplicates is not None:
        expanded = expand_duplicates(duplicates, vector)
        names += ["cluster", "verdict"]
        columns += [pa.array(expanded.cluster), pa.array(expanded.verdict)]
    return pa.table(columns, names=names)


def topic_rows(topics: Topics, index: LentIndex, positions: NDArray[np.int64]) -> pa.Table:
    """Return one row per topic, its exemplars as `_position_index` of the dataset instead of rows of the index."""
    labels = {
        topic: replace(label, exemplars=tuple(int(positions[index.first_rows[row]]) for row in label.exemplars))
        for topic, label in topics.labels.items()
    }
    return topics_to_table(replace(topics, labels=labels))


def spread_copies(
    layout: NDArray[np.float32],
    index: LentIndex,
    seed: int | Sequence[int],
    fixed: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return the place of every dataset row, float32 [R, 2].

    The first row of a vector lies where the projector put it; further rows with the same vector lie on a disc
    around it, so that they can be told apart and no other point comes between. Rows that are `fixed` stay there.
    """
    vector = index.vector_of_row
    rows = np.flatnonzero(vector >= 0)
    places = np.full((len(vector), 2), np.nan, dtype=np.float32)
    places[rows] = layout[vector[rows]]
    if fixed is not None:
        placed = ~np.isnan(fixed[:, 0])
        places[placed] = fixed[placed]
        rows = rows[~placed[rows]]
    copies = rows[index.first_rows[vector[rows]] != rows]
    if len(copies):
        radius = COPY_DISTANCE * _room(layout, index.graph, vector[copies])
        random = np.random.default_rng(seed)
        angle = random.uniform(0, 2 * np.pi, len(copies))
        reach = radius * np.sqrt(random.uniform(0.05, 1, len(copies)))
        places[copies] += np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=1).astype(np.float32)
    return places


def expand_duplicates(duplicates: Duplicates, vector: NDArray[np.int32]) -> Duplicates:
    """Return groups over the dataset's rows: a copy of a kept row is a deletion candidate of its group.

    A row without a vector is a singleton. Groups are numbered by their first row.
    """
    rows = np.flatnonzero(vector >= 0)
    verdict = np.full(len(vector), DuplicateVerdict.SINGLETON, dtype=np.uint8)
    group = np.full(len(vector), -1, dtype=np.int64)
    verdict[rows] = duplicates.verdict[vector[rows]]
    group[rows] = duplicates.cluster[vector[rows]]
    _, first, copies = np.unique(vector[rows], return_index=True, return_counts=True)
    original = np.zeros(len(rows), dtype=bool)
    original[first] = True
    heads = rows[first[copies > 1]]
    verdict[heads[verdict[heads] == DuplicateVerdict.SINGLETON]] = DuplicateVerdict.RETENTION
    verdict[rows[~original]] = DuplicateVerdict.DELETION
    alone = np.flatnonzero(vector < 0)
    group[alone] = (group.max(initial=-1) + 1) + np.arange(len(alone))
    _, earliest, code = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(earliest), dtype=np.int64)
    rank[np.argsort(earliest, kind="stable")] = np.arange(len(earliest))
    return Duplicates(rank[code], verdict)


def _pick(values: NDArray[np.generic], at: NDArray[np.integer]) -> NDArray[np.generic]:
    return values[at] if len(values) else np.zeros(len(at), dtype=values.dtype)


def _room(layout: NDArray[np.float32], graph: NeighborGraph | None, vectors: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the distance in the plane to the nearest of each row's neighbours, float64 [len(vectors)]."""
    extent = float(np.ptp(layout, axis=0).max()) if len(layout) else 0.0
    room = np.full(len(vectors), 1e-3 * extent or 1e-3)
    if graph is None or graph.indices.shape[1] == 0:
        return room
    near = graph.indices[vectors]
    distance = np.linalg.norm(layout[np.maximum(near, 0)] - layout[vectors][:, None, :], axis=2)
    distance[(near < 0) | (distance == 0)] = np.inf
    nearest: NDArray[np.float64] = np.minimum(room, distance.min(axis=1))
    return nearest
