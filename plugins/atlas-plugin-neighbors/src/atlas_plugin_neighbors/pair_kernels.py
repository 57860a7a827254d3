"""The loop of the search over all pairs that numpy has no words for; compiled and kept as in `kernels`.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["keep_pairs"]

# So many scores are compared at once, and only where one passes is looked closer.
LANES = np.uint64(16)

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
_inlined = numba.njit(inline="always", error_model="numpy")


@_inlined
def _offer(best: Any, found: Any, worst: Any, row: Any, score: Any, other: Any) -> None:
    """Put `other` into the list of `row`, sorted by falling score and then by row, if it is better than the last."""
    scores, rows = best[row], found[row]
    place = scores.shape[0] - 1
    if score < scores[place] or (score == scores[place] and other >= rows[place]):
        return
    while place > 0 and (scores[place - 1] < score or (scores[place - 1] == score and rows[place - 1] > other)):
        scores[place] = scores[place - 1]
        rows[place] = rows[place - 1]
        place -= 1
    scores[place] = score
    rows[place] = other
    worst[row] = scores[scores.shape[0] - 1]


@_compiled
def keep_pairs(
    products: NDArray[np.float32],
    bias: NDArray[np.float32],
    first_row: int,
    first_column: int,
    best: NDArray[np.float32],
    found: NDArray[np.int32],
    worst: NDArray[np.float32],
) -> None:
    """Offer the rows of a tile of `products` [M, W] to its columns and the columns to its rows.

    The tile's first product is that of the rows `first_row` and `first_column`; only pairs whose second row is the
    higher one count. A row's score for another is their product less its own `bias` [N]. The lists `best` and `found`
    [N, K] are sorted by falling score, of equal ones the lower row first, so they do not depend on the order of tiles;
    `worst` [N] holds the last score of each.
    """
    width = np.uint64(products.shape[1])
    left, right = np.uint64(first_row), np.uint64(first_column)
    for i in range(np.uint64(products.shape[0])):
        row = left + i
        mine, line = bias[row], products[i]
        begin: Any = row + np.uint64(1) - right if row >= right else np.uint64(0)
        while begin < width:
            end = min(begin + LANES, width)
            if end - begin == LANES:
                passing, bar = False, worst[row]
                for lane in range(LANES):
                    column = begin + lane
                    passing |= line[column] - bias[right + column] >= bar
                    passing |= line[column] - mine >= worst[right + column]
                if not passing:
                    begin = end
                    continue
            for column in range(begin, end):
                other = right + column
                score, back = line[column] - bias[other], line[column] - mine
                if score >= worst[row]:
                    _offer(best, found, worst, row, score, np.int32(other))
                if back >= worst[other]:
                    _offer(best, found, worst, other, back, np.int32(row))
            begin = end
