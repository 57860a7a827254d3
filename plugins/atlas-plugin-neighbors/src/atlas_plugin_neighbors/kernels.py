"""The loops of the search in cells that numpy has no words for.

Compiled by numba on first use and kept in numba's cache on disk (`NUMBA_CACHE_DIR`, else beside this file, else the
user's cache folder). No kernel uses threads of its own: callers run them on disjoint ranges of rows.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["improve", "keep_best", "measure"]

# So many scores are compared at once, and only where one passes is looked closer.
LANES = 16


def _insert(scores: Any, found: Any, score: Any, row: Any) -> Any:
    """Put a row into a list that is sorted by falling score, whose last then drops out; return the new last score."""
    place = scores.shape[0] - 1
    while place > 0 and scores[place - 1] < score:
        scores[place] = scores[place - 1]
        found[place] = found[place - 1]
        place -= 1
    scores[place] = score
    found[place] = row
    return scores[scores.shape[0] - 1]


_inserted = numba.njit(_insert)


def _keep_best(
    scores: NDArray[np.float32],
    queries: NDArray[np.int32],
    first: int,
    best: NDArray[np.float32],
    found: NDArray[np.int32],
) -> None:
    width = scores.shape[1]
    for i in range(scores.shape[0]):
        query = queries[i]
        row, mine, theirs = scores[i], best[query], found[query]
        worst = mine[mine.shape[0] - 1]
        for begin in range(0, width, LANES):
            end = min(begin + LANES, width)
            if end - begin == LANES:
                passing = 0
                for lane in range(LANES):
                    passing += row[begin + lane] > worst
                if passing == 0:
                    continue
            for column in range(begin, end):
                if row[column] > worst and first + column != query:
                    worst = _inserted(mine, theirs, row[column], first + column)


def _dot(left: Any, right: Any) -> Any:
    total = np.float32(0.0)
    for d in range(left.shape[0]):
        total += left[d] * right[d]
    return total


# Sums may be taken in another order, but a NaN or an infinity is still one.
_SUMS = {"reassoc", "contract", "nsz", "arcp"}
_product = numba.njit(fastmath=_SUMS)(_dot)


def _improve(
    places: NDArray[np.float32],
    bias: NDArray[np.float32],
    best: NDArray[np.float32],
    found: NDArray[np.int32],
    new_best: NDArray[np.float32],
    new_found: NDArray[np.int32],
    start: int,
    stop: int,
    reach: int,
    seen: NDArray[np.int32],
) -> None:
    """Look at the first neighbours of every row's first neighbours; `seen` is this thread's, int32 [N] of -1."""
    for i in range(start, stop):
        mine, theirs = new_best[i], new_found[i]
        mine[:] = best[i]
        theirs[:] = found[i]
        seen[i] = i
        for near in theirs:
            if near >= 0:
                seen[near] = i
        worst = mine[mine.shape[0] - 1]
        for near in found[i, :reach]:
            # The -1 at the end of a list stands for the last row, whose list is then not looked at.
            for row in found[near, :reach]:
                if near >= 0 and row >= 0 and seen[row] != i:
                    seen[row] = i
                    score = _product(places[i], places[row]) - bias[row]
                    if score > worst:
                        worst = _inserted(mine, theirs, score, row)


def _rank(distances: Any, rows: Any, count: Any, distance: Any, row: Any) -> None:
    """Put a row into a list of `count` that is sorted by distance and then by row; what falls off the end is lost."""
    last = distances.shape[0]
    place = min(count, last)
    while place > 0 and (
        distances[place - 1] > distance or (distances[place - 1] == distance and rows[place - 1] > row)
    ):
        if place < last:
            distances[place] = distances[place - 1]
            rows[place] = rows[place - 1]
        place -= 1
    if place < last:
        distances[place] = distance
        rows[place] = row


def _square(left: Any, left_scale: Any, right: Any, right_scale: Any) -> Any:
    total = np.float32(0.0)
    for d in range(left.shape[0]):
        step = left[d] * left_scale - right[d] * right_scale
        total += step * step
    return total


_ranked = numba.njit(_rank)
_squared = numba.njit(fastmath=_SUMS)(_square)


def _measure(
    vectors: NDArray[np.float32],
    scale: NDArray[np.float32],
    cosine: bool,
    order: NDArray[np.int64],
    found: NDArray[np.int32],
    start: int,
    stop: int,
    indices: NDArray[np.int32],
    distances: NDArray[np.float32],
) -> None:
    """Measure the candidates of places `start` to `stop` and keep the nearest of each, ties by row number."""
    for i in range(start, stop):
        own, count = order[i], 0
        while count < found.shape[1] and found[i, count] >= 0:
            other = order[found[i, count]]
            square = _squared(vectors[own], scale[own], vectors[other], scale[other])
            distance = np.sqrt(square)
            if cosine:
                # Half the squared chord of unit vectors is 1 - cosine; a zero vector is 1 from all.
                directed = scale[own] > 0 and scale[other] > 0
                distance = min(square * np.float32(0.5), np.float32(2.0)) if directed else np.float32(1.0)
            _ranked(distances[own], indices[own], count, distance, other)
            count += 1


keep_best = numba.njit(cache=True, nogil=True)(_keep_best)
improve = numba.njit(cache=True, nogil=True)(_improve)
measure = numba.njit(cache=True, nogil=True)(_measure)
