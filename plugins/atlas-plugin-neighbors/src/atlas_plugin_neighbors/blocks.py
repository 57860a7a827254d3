"""The exact search: one block of queries against the table, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.geometry import FloatArray, Geometry

__all__ = ["nearest_of_block"]

IntArray = NDArray[np.int64]

# More candidates than asked for are measured precisely: products of float32 vectors mix up the order of near ones.
SLACK = 8
# Candidates are measured for so many queries at once: 128 x 64 x 512 numbers are 16 MiB.
MEASURED_AT_ONCE = 128
FIRST_COLUMNS = 1_024


def nearest_of_block(
    geometry: Geometry, queries: FloatArray, k: int, own: int | None, columns_at_once: int
) -> tuple[NDArray[np.int32], FloatArray]:
    """Return the `k` nearest rows of plain vectors `queries` [M, D], nearest first, ties by row number.

    `own` is the row number of the first query when the queries are rows of the table themselves, which are then left
    out; `k` must leave enough rows. Returns int32 and float32 [M, k].
    """
    n = len(geometry.vectors)
    wanted = min(k + SLACK, n if own is None else n - 1)
    best_scores = np.full((len(queries), 0), -np.inf, dtype=np.float32)
    best = np.zeros((len(queries), 0), dtype=np.int64)
    left = geometry.queries(queries)
    for start in range(0, n, columns_at_once):
        stop = min(start + columns_at_once, n)
        scores = geometry.scores(left, geometry.rows(start, stop))
        if own is not None:
            _leave_out_own(scores, own - start)
        for first, last in _parts(start, stop):
            part = scores[:, first - start : last - start]
            best_scores, best = _merged(best_scores, best, part, first, wanted)
    return _measured(geometry, queries, best, k)


def _parts(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Divide columns so that each part is as wide as all before it.

    Only of the narrow first part all columns are sorted; of every later one about as many beat the worst candidate as
    are wanted.
    """
    while start < stop:
        end = min(max(2 * start, FIRST_COLUMNS), stop)
        yield start, end
        start = end


def _leave_out_own(scores: FloatArray, offset: int) -> None:
    """Put -inf where query r meets column `offset + r`."""
    rows = np.arange(max(0, -offset), min(len(scores), scores.shape[1] - offset))
    scores[rows, rows + offset] = -np.inf


def _merged(
    best_scores: FloatArray, best: IntArray, scores: FloatArray, start: int, wanted: int
) -> tuple[FloatArray, IntArray]:
    """Return the best candidates so far, [M, up to wanted], after another piece of columns from `start` on."""
    if best.shape[1] < wanted:
        columns = _top_columns(scores, wanted)
        best_scores = np.concatenate([best_scores, np.take_along_axis(scores, columns, axis=1)], axis=1)
        best = np.concatenate([best, columns + start], axis=1)
    else:
        # Few columns beat the worst candidate so far; an equal one has a higher row number and loses the tie.
        # Flat positions are found ten times as fast as pairs of row and column.
        flat = np.flatnonzero(scores > best_scores.min(axis=1, keepdims=True))
        rows, columns_that_beat = np.divmod(flat, scores.shape[1])
        if not rows.size:
            return best_scores, best
        widest = int(np.bincount(rows).max())
        places = np.arange(rows.size) - np.searchsorted(rows, rows)
        more_scores = np.full((len(scores), widest), -np.inf, dtype=np.float32)
        more = np.zeros((len(scores), widest), dtype=np.int64)
        more_scores[rows, places] = scores[rows, columns_that_beat]
        more[rows, places] = columns_that_beat + start
        best_scores = np.concatenate([best_scores, more_scores], axis=1)
        best = np.concatenate([best, more], axis=1)
    chosen = _top_columns(best_scores, wanted)
    return np.take_along_axis(best_scores, chosen, axis=1), np.take_along_axis(best, chosen, axis=1)


def _top_columns(scores: FloatArray, wanted: int) -> IntArray:
    """Return the columns of the `wanted` largest of each row, in ascending order; of equal ones the first."""
    count, width = scores.shape
    if width <= wanted:
        return np.broadcast_to(np.arange(width), (count, width))
    threshold = np.partition(scores, width - wanted, axis=1)[:, width - wanted, None]
    keep = scores >= threshold
    tied = np.flatnonzero(np.count_nonzero(keep, axis=1) > wanted)
    if tied.size:
        equal = scores[tied] == threshold[tied]
        room = wanted - np.count_nonzero(scores[tied] > threshold[tied], axis=1)
        keep[tied] &= ~(equal & (np.cumsum(equal, axis=1) > room[:, None]))
    columns: IntArray = np.flatnonzero(keep).reshape(count, wanted) % width
    return columns


def _measured(
    geometry: Geometry, queries: FloatArray, candidates: IntArray, k: int
) -> tuple[NDArray[np.int32], FloatArray]:
    """Measure the candidates precisely and keep the `k` nearest."""
    indices = np.empty((len(queries), k), dtype=np.int32)
    distances = np.empty((len(queries), k), dtype=np.float32)
    for start in range(0, len(queries), MEASURED_AT_ONCE):
        part = slice(start, start + MEASURED_AT_ONCE)
        exact = geometry.distances(queries[part], candidates[part])
        order = np.lexsort((candidates[part], exact), axis=1)[:, :k]
        indices[part] = np.take_along_axis(candidates[part], order, axis=1)
        distances[part] = np.take_along_axis(exact, order, axis=1)
    return indices, distances
