"""The loops of the search in cells that numpy has no words for, but that which measures (`ranking`).

Compiled by numba on first use and kept in numba's cache on disk (`NUMBA_CACHE_DIR`, else beside this file, else the
user's cache folder). No kernel uses threads of its own: callers run them on disjoint ranges of rows.

Helpers are inlined by numba: a kernel that is compiled and one that is loaded could call different copies of a helper,
whose sums differ in the last bit.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.ahead import ask_for

__all__ = ["exchange", "improve", "keep_best", "offers"]

# So many scores are compared at once, and only where one passes is looked closer.
LANES = np.uint64(16)
# A row anywhere in memory is asked for so many turns before its own.
AHEAD = 4
# Sums may be taken in another order, but a NaN or an infinity is still one.
_SUMS = {"reassoc", "contract", "nsz", "arcp"}

# A division by zero gives an infinity: numba's test for it keeps a loop from working on several numbers at once.
_compiled = numba.njit(cache=True, nogil=True, fastmath=_SUMS, error_model="numpy")
_inlined = numba.njit(inline="always", error_model="numpy")


@_inlined
def _inserted(scores: Any, found: Any, score: Any, row: Any) -> Any:
    """Put a row into a list that is sorted by falling score, whose last then drops out; return the new last score."""
    place = scores.shape[0] - 1
    while place > 0 and scores[place - 1] < score:
        scores[place] = scores[place - 1]
        found[place] = found[place - 1]
        place -= 1
    scores[place] = score
    found[place] = row
    return scores[scores.shape[0] - 1]


@_compiled
def keep_best(
    products: NDArray[np.float32],
    bias: NDArray[np.float32],
    queries: NDArray[np.int32],
    first: int,
    best: NDArray[np.float32],
    found: NDArray[np.int32],
) -> None:
    """Put what scores best into the lists of the queries: `products` [M, W] of M queries with the rows from `first` on.

    A row's score is its product less its `bias` [W]. The lists `best` and `found` [N, K] are sorted by falling score;
    no row is put into its own.
    """
    width = np.uint64(products.shape[1])
    for i in range(np.uint64(products.shape[0])):
        query = np.uint64(queries[i])
        row, mine, theirs = products[i], best[query], found[query]
        own = np.int64(query) - first
        worst = mine[mine.shape[0] - 1]
        for begin in range(np.uint64(0), width, LANES):
            end = min(begin + LANES, width)
            if end - begin == LANES:
                passing = False
                for lane in range(LANES):
                    passing |= row[begin + lane] - bias[begin + lane] > worst
                if not passing:
                    continue
            for column in range(begin, end):
                score = row[column] - bias[column]
                if score > worst and np.int64(column) != own:
                    worst = _inserted(mine, theirs, score, first + np.int64(column))


@_inlined
def _copy(best: Any, found: Any, new_best: Any, new_found: Any) -> None:
    for k in range(found.shape[0]):
        new_best[k], new_found[k] = best[k], found[k]


@_inlined
def _place_of(row: Any, rows: Any) -> Any:
    """Return the place of a row in a list, -1 if it is not there."""
    place = -1
    for k in range(rows.shape[0]):
        if rows[k] == row:
            place = k
    return place


@_compiled
def offers(
    bias: NDArray[np.float32],
    best: NDArray[np.float32],
    found: NDArray[np.int32],
    start: NDArray[np.int64],
    source: NDArray[np.int32],
    offered: NDArray[np.float32],
) -> None:
    """Turn lists round: who has row r in its list, and what it would score with r, from `start[r]` to `start[r + 1]`.

    `found` is [N, K], -1 where there is none. `start` [N + 2] holds 0 at first; `source`, ascending for each row, and
    `offered` are as long as `found` at most.
    """
    rows, count = found.shape
    for i in range(rows):
        for k in range(count):
            if found[i, k] >= 0:
                start[found[i, k] + 2] += 1
    for i in range(rows):
        start[i + 2] += start[i + 1]
    for i in range(rows):
        for k in range(count):
            row = found[i, k]
            if row >= 0:
                place = start[row + 1]
                source[place] = i
                offered[place] = best[i, k] + bias[row] - bias[i]
                start[row + 1] = place + 1


@_compiled
def exchange(
    best: NDArray[np.float32],
    found: NDArray[np.int32],
    fresh: NDArray[np.bool_],
    new_best: NDArray[np.float32],
    new_found: NDArray[np.int32],
    new_fresh: NDArray[np.bool_],
    start: NDArray[np.int64],
    source: NDArray[np.int32],
    offered: NDArray[np.float32],
    first: int,
    stop: int,
) -> None:
    """Take what `offers` gives for the rows `first` to `stop` into their lists, as far as it is new and good enough."""
    for i in range(first, stop):
        mine, theirs = new_best[i], new_found[i]
        _copy(best[i], found[i], mine, theirs)
        worst = mine[mine.shape[0] - 1]
        for place in range(start[i], start[i + 1]):
            if offered[place] > worst and _place_of(source[place], found[i]) < 0:
                worst = _inserted(mine, theirs, offered[place], source[place])
        for k in range(fresh.shape[1]):
            known = _place_of(theirs[k], found[i, : fresh.shape[1]])
            new_fresh[i, k] = known < 0 or fresh[i, known]


@_inlined
def _product(left: Any, right: Any) -> Any:
    total = np.float32(0.0)
    for d in range(left.shape[0]):
        total += left[d] * right[d]
    return total


@_inlined
def _mark(marks: Any, places: Any, mark: Any) -> None:
    for k in range(places.shape[0]):
        if places[k] >= 0:
            marks[places[k]] = mark


@_inlined
def _mark_fresh(before: Any, now: Any, fresh: Any) -> None:
    """Say which of the rows that are first `now` were not among the first `before`."""
    for k in range(fresh.shape[0]):
        known = False
        for m in range(fresh.shape[0]):
            known |= before[m] == now[k]
        fresh[k] = not known


@_inlined
def _to_ask(i: Any, found: Any, fresh: Any, cell: Any, seen: Any, probed: Any, asked: Any) -> Any:
    """Put the neighbours of row `i`'s neighbours that are to be looked at into `asked`; return how many there are."""
    count, reach = 0, fresh.shape[1]
    for k in range(reach):
        near = found[i, k]
        if near < 0:
            break
        for m in range(reach):
            row = found[near, m]
            if row < 0:
                break
            if (fresh[i, k] or fresh[near, m]) and seen[row] != i and probed[cell[row]] != i:
                seen[row] = i
                asked[count] = row
                count += 1
    return count


@_compiled
def improve(
    places: NDArray[np.float32],
    bias: NDArray[np.float32],
    best: NDArray[np.float32],
    found: NDArray[np.int32],
    fresh: NDArray[np.bool_],
    new_best: NDArray[np.float32],
    new_found: NDArray[np.int32],
    new_fresh: NDArray[np.bool_],
    start: int,
    stop: int,
    cell: NDArray[np.int32],
    probes: NDArray[np.int32],
    seen: NDArray[np.int32],
    probed: NDArray[np.int32],
) -> None:
    """Look at the first neighbours of the first neighbours of the rows `start` to `stop`.

    How many are asked is the width of `fresh` [N, R], which says who has become one of the first since the last pass:
    what two old ones have in common has been looked at. So has a row whose `cell` [N] is one of the `probes` [N, P].
    `seen` [N] and `probed` [C] are this thread's, and -1 at first.
    """
    asked = np.empty(fresh.shape[1] ** 2, np.int32)
    for i in range(start, stop):
        mine, theirs = new_best[i], new_found[i]
        _copy(best[i], found[i], mine, theirs)
        _mark(seen, theirs, i)
        _mark(probed, probes[i], i)
        count = _to_ask(i, found, fresh, cell, seen, probed, asked)
        worst = mine[mine.shape[0] - 1]
        for turn in range(min(AHEAD, count)):
            ask_for(places, asked[turn])
        for turn in range(count):
            if turn + AHEAD < count:
                ask_for(places, asked[turn + AHEAD])
            row = asked[turn]
            score = _product(places[i], places[row]) - bias[row]
            if score > worst:
                worst = _inserted(mine, theirs, score, row)
        _mark_fresh(found[i], theirs, new_fresh[i])
