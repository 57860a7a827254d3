"""Stable ids for topics: broad before narrow, parents in order, large before small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbered", "number", "renumber"]

FIRST_ID = 1


@dataclass(frozen=True)
class Numbered:
    """Topics under their ids; fields as in `localatlas.protocols.Topics`."""

    topic_id: NDArray[np.int32]
    depth: NDArray[np.int32]
    parent_id: NDArray[np.int32]
    size: NDArray[np.int64]
    assignment: NDArray[np.int32]


def renumber(columns: Sequence[NDArray[np.integer]]) -> NDArray[np.int32]:
    """Return int32 [N, D] from one group per row and depth, numbered 0.. without gaps within each depth."""
    return np.column_stack([_dense(column) for column in columns]).astype(np.int32)


def _dense(column: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return int64 [N], groups 0.. without gaps in the order of their old numbers; counted, since sorting is slow."""
    numbers = np.cumsum(np.bincount(column) > 0) - 1
    return np.asarray(numbers[column], np.int64)


def _first_rows(dense: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 [G], the first row of each group."""
    first = np.empty(int(dense.max()) + 1, np.int64)
    # Written from the last row on, so that the first one stays.
    first[dense[::-1]] = np.arange(len(dense))[::-1]
    return first


def number(groups: NDArray[np.int32], weights: NDArray[np.integer]) -> Numbered:
    """Give nested groups int32 [N, D] their ids: 1, 2, ... over all depths, none used twice.

    Within a depth topics follow their parents, then fall by size, then go by their first row.
    """
    assignment = np.empty_like(groups)
    tables: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
    next_id = FIRST_ID
    for depth in range(groups.shape[1]):
        dense = _dense(groups[:, depth])
        first = _first_rows(dense)
        size = np.bincount(dense, weights=weights).astype(np.int64)
        parent = assignment[first, depth - 1].astype(np.int64) if depth else np.full(len(size), -1)
        order = np.lexsort((first, -size, parent))
        ids = np.empty(len(size), dtype=np.int64)
        ids[order] = np.arange(next_id, next_id + len(size))
        next_id += len(size)
        assignment[:, depth] = ids[dense]
        tables.append((ids[order], parent[order], size[order]))
    ids, parents, sizes = (np.concatenate(column) for column in zip(*tables, strict=True))
    depths = np.repeat(np.arange(1, len(tables) + 1), [len(table[0]) for table in tables])
    return Numbered(ids.astype(np.int32), depths.astype(np.int32), parents.astype(np.int32), sizes, assignment)
