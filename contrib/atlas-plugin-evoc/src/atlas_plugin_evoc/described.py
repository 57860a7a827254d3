"""From nested groups to `Topics`."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import NeighborGraph, Topics
from numpy.typing import NDArray

__all__ = ["described"]


def described(
    groups: NDArray[np.int64], graph: NeighborGraph, positions: NDArray[np.float32], weights: NDArray[np.integer]
) -> Topics:
    """Return topics with ids 1, 2, ...: at each depth after their parents, then large before small."""
    assignment = np.empty(groups.shape, dtype=np.int32)
    ids: list[int] = []
    depths, parents, sizes, places = [], [], [], []
    for depth in range(groups.shape[1]):
        column = groups[:, depth]
        count = int(column.max()) + 1
        size = np.bincount(column, weights=weights, minlength=count).astype(np.int64)
        first = np.array([int((column == group).argmax()) for group in range(count)])
        parent = assignment[first, depth - 1].astype(np.int64) if depth else np.full(count, -1)
        order = np.lexsort((first, -size, parent))
        numbers = np.empty(count, dtype=np.int32)
        numbers[order] = np.arange(len(ids) + 1, len(ids) + 1 + count)
        assignment[:, depth] = numbers[column]
        ids += sorted(numbers.tolist())
        depths += [depth + 1] * count
        parents += parent[order].tolist()
        sizes += size[order].tolist()
        places += [_middle(positions[column == group]) for group in order]
    return Topics(
        topic_id=np.array(ids, np.int32),
        depth=np.array(depths, np.int32),
        parent_id=np.array(parents, np.int32),
        size=np.array(sizes, np.int64),
        position=np.array(places, np.float32),
        hull=tuple(np.zeros((0, 2), np.float32) for _ in ids),
        assignment=assignment,
        confidence=_agreement(assignment, graph),
    )


def _middle(positions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the row nearest to the median of some rows: a label must lie where there is land."""
    away = np.abs(positions - np.median(positions, axis=0)).sum(axis=1)
    row: NDArray[np.float32] = positions[away.argmin()]
    return row


def _agreement(assignment: NDArray[np.int32], graph: NeighborGraph) -> NDArray[np.float32]:
    """Return float32 [N, D], the share of each row's neighbours that are in its topic; 1 for a row without any."""
    known = graph.indices >= 0
    same = assignment[graph.indices] == assignment[:, None, :]
    counted = (same & known[:, :, None]).sum(axis=1)
    of = known.sum(axis=1, keepdims=True)
    return np.where(of > 0, counted / np.maximum(of, 1), 1.0).astype(np.float32)
