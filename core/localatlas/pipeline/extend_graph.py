"""Neighbours of a version from those of the version before: the same as found from scratch, at the cost of what is new.

Let S be the vectors that stay, F the fresh ones. A row of S has a list L of its k nearest among the vectors of the
version before, the farthest at distance r. What was deleted is taken out of L. Every vector of S that is not in L lies
at r or farther, so the k nearest of (rest of L) + (k nearest of F) are the k nearest of all as long as the last of
them lies nearer than r, or nothing was taken out. The other rows, and the fresh ones, are searched against all.

Ties go to the smaller row number, as a finder's do. Numbers are given in order of first appearance, so what stays is in
the order it was in; a vector that moved back because its first row was deleted counts as fresh.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.pipeline.contracts import blame, check_graph
from localatlas.protocols import Context, NeighborGraph, SupportsSearch
from localatlas.protocols.nouns import Metric
from localatlas.resolve import Choice

__all__ = ["extend_graph", "fresh_rows", "search_quietly", "search_rows", "worth_extending"]

# Rows at once: 65,536 vectors of 512 numbers are 128 MiB.
BLOCK = 65_536


def worth_extending(choice: Choice[Any], graph: NeighborGraph, old_of: NDArray[np.int32], k: int) -> bool:
    """Whether the old lists save work: they are long enough, and at most half of the vectors are fresh."""
    before, width = graph.indices.shape
    long_enough = k > 0 and (k <= width or width >= before - 1)
    few = 2 * len(fresh_rows(old_of)) <= len(old_of)
    return isinstance(choice.component, SupportsSearch) and long_enough and few


def fresh_rows(old_of: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the vectors whose neighbours have to be found: new ones, and those that moved behind others."""
    highest = np.maximum.accumulate(old_of) if len(old_of) else old_of
    return np.flatnonzero((old_of < 0) | (old_of < highest))


def extend_graph(
    choice: Choice[Any],
    vectors: NDArray[np.float32],
    graph: NeighborGraph,
    old_of: NDArray[np.int32],
    k: int,
    metric: Metric,
    context: Context,
) -> NeighborGraph:
    """Return the graph [N, k] of `vectors` float32 [N, D].

    Args:
        choice: the neighbour finder, one that searches.
        vectors: of the new version.
        graph: of the version before.
        old_of: int32 [N], the vector of the version before that each vector is (of the same bytes); -1 for a new one.
        k: how many neighbours.
        metric: of the distances.
        context: of the stage.
    """
    fresh = fresh_rows(old_of)
    kept = np.setdiff1d(np.arange(len(vectors)), fresh)
    indices = np.full((len(vectors), k), -1, dtype=np.int32)
    distances = np.full((len(vectors), k), np.inf, dtype=np.float32)
    new_of = np.full(len(graph.indices), -1, dtype=np.int32)
    new_of[old_of[kept]] = kept
    again = [fresh]
    for start in range(0, len(kept), BLOCK):
        rows = kept[start : start + BLOCK]
        before = NeighborGraph(graph.indices[old_of[rows]], graph.distances[old_of[rows]])
        rest, taken_out, bound = _rest(before, new_of, complete=before.indices.shape[1] >= len(graph.indices) - 1)
        near = _among(choice, vectors, fresh, vectors[rows], k, metric, context)
        indices[rows], distances[rows] = _merged(rest, near, k)
        again.append(rows[taken_out & (distances[rows, -1] >= bound)])
        context.progress(0.5 * (start + len(rows)) / len(kept), "new neighbours of old rows")
    asked = np.concatenate(again)
    found = search_rows(choice, vectors, asked, k, metric, context)
    indices[asked], distances[asked] = found.indices, found.distances
    context.progress(1.0, "neighbours of new rows")
    return check_graph(choice.entry, NeighborGraph(indices, distances), len(vectors), k)


def search_rows(
    choice: Choice[Any], vectors: NDArray[np.float32], rows: NDArray[np.intp], k: int, metric: Metric, context: Context
) -> NeighborGraph:
    """Return the `k` nearest other vectors of some vectors, as a graph [len(rows), k]."""
    indices = np.full((len(rows), k), -1, dtype=np.int32)
    distances = np.full((len(rows), k), np.inf, dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        found = search_quietly(choice, vectors, vectors[part], k + 1, metric, context)
        own = found.indices == part[:, None]
        # Where many lie at no distance at all, a row may not be among its own nearest: then the last one goes.
        own[~own.any(axis=1), -1] = True
        others = (len(part), found.indices.shape[1] - 1)
        indices[start : start + len(part), : others[1]] = found.indices[~own].reshape(others)
        distances[start : start + len(part), : others[1]] = found.distances[~own].reshape(others)
    return NeighborGraph(indices, distances)


def _rest(
    before: NeighborGraph, new_of: NDArray[np.int32], *, complete: bool
) -> tuple[NeighborGraph, NDArray[np.bool_], NDArray[np.float32]]:
    """Return what stays of some lists, which of them lost something, and from where on they say nothing."""
    known = before.indices >= 0
    indices = np.where(known, new_of[np.maximum(before.indices, 0)], -1).astype(np.int32)
    distances = np.where(indices >= 0, before.distances, np.inf).astype(np.float32)
    # A list that is complete, or that an approximate finder did not fill, ends nowhere.
    bound = np.full(len(indices), np.inf, dtype=np.float32)
    if not complete and known.shape[1]:
        bound = np.where(known[:, -1], before.distances[:, -1], np.inf).astype(np.float32)
    taken_out = (known & (indices < 0)).any(axis=1) & np.isfinite(bound)
    return NeighborGraph(indices, distances), taken_out, bound


def _among(
    choice: Choice[Any],
    vectors: NDArray[np.float32],
    table: NDArray[np.intp],
    queries: NDArray[np.float32],
    k: int,
    metric: Metric,
    context: Context,
) -> NeighborGraph:
    """Return the nearest of the vectors `table` to some queries, by their numbers in `vectors`."""
    if not len(table):
        return NeighborGraph(np.empty((len(queries), 0), np.int32), np.empty((len(queries), 0), np.float32))
    found = search_quietly(choice, np.ascontiguousarray(vectors[table]), queries, min(k, len(table)), metric, context)
    named = np.where(found.indices >= 0, table[np.maximum(found.indices, 0)], -1).astype(np.int32)
    return NeighborGraph(named, found.distances)


def _merged(first: NeighborGraph, second: NeighborGraph, k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the `k` nearest of two lists a row, padded."""
    indices = np.concatenate([first.indices, second.indices], axis=1)
    distances = np.concatenate([first.distances, second.distances], axis=1)
    if indices.shape[1] < k:
        short = ((0, 0), (0, k - indices.shape[1]))
        indices = np.pad(indices, short, constant_values=-1)
        distances = np.pad(distances, short, constant_values=np.inf)
    order = np.lexsort((np.where(indices < 0, np.iinfo(np.int32).max, indices), distances), axis=1)[:, :k]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)


def search_quietly(
    choice: Choice[Any],
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
    k: int,
    metric: Metric,
    context: Context,
) -> NeighborGraph:
    """Return what a finder finds, as arrays."""
    # A search's own progress would run from 0 to 1 again and again; it may still be cancelled between blocks.
    quiet = context.with_(report=Context().report)
    with blame(choice.entry):
        found: NeighborGraph = choice.component.search(vectors, np.ascontiguousarray(queries), k, metric, quiet)
    return NeighborGraph(np.asarray(found.indices), np.asarray(found.distances))
