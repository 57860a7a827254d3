"""The loops that rank rows for each other: by products of all pairs, and by measured distances.

Compiled and kept as those in `kernels`.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.ahead import ask_for

__all__ = ["keep_pairs", "measure"]

# So many scores are compared at once, and only where one passes is looked closer.
LANES = np.uint64(16)
# A row anywhere in memory is asked for so many turns before its own.
AHEAD = 2

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
_inlined = numba.njit(inline="always", error_model="numpy")


@_inlined
def _ranked(distances: Any, rows: Any, count: Any, distance: Any, row: Any) -> None:
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


@_compiled
def keep_pairs(
    products: NDArray[np.float32],
    bias: NDArray[np.float32],
    first_row: int,
    first_column: int,
    gaps: NDArray[np.float32],
    found: NDArray[np.int32],
    worst: NDArray[np.float32],
) -> None:
    """Offer the rows of a tile of `products` [M, W] to its columns and the columns to its rows.

    The tile's first product is that of the rows `first_row` and `first_column`; only pairs whose second row is the
    higher one count. A row is as far from another as the other's `bias` [N] less their product. The lists `gaps` and
    `found` [N, K] are sorted by that, of equal ones the lower row first, so they do not depend on the order of tiles;
    `worst` [N] holds the last gap of each.
    """
    width, last = np.uint64(products.shape[1]), gaps.shape[1]
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
                    passing |= bias[right + column] - line[column] <= bar
                    passing |= mine - line[column] <= worst[right + column]
                if not passing:
                    begin = end
                    continue
            for column in range(begin, end):
                other = right + column
                gap, back = bias[other] - line[column], mine - line[column]
                if gap <= worst[row]:
                    _ranked(gaps[row], found[row], last, gap, np.int32(other))
                    worst[row] = gaps[row, last - 1]
                if back <= worst[other]:
                    _ranked(gaps[other], found[other], last, back, np.int32(row))
                    worst[other] = gaps[other, last - 1]
            begin = end


@_inlined
def _squared(left: Any, left_scale: Any, right: Any, right_scale: Any) -> Any:
    total = np.float32(0.0)
    for d in range(left.shape[0]):
        step = left[d] * left_scale - right[d] * right_scale
        total += step * step
    return total


# Without "contract": a product that is rounded less than its equal would not leave 0 when the one is taken from the
# other.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "arcp"}, error_model="numpy")
def measure(
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
        own, count, width = order[i], 0, found.shape[1]
        while count < width and found[i, count] >= 0:
            if count + AHEAD < width and found[i, count + AHEAD] >= 0:
                ask_for(vectors, order[found[i, count + AHEAD]])
            other = order[found[i, count]]
            square = _squared(vectors[own], scale[own], vectors[other], scale[other])
            distance = np.sqrt(square)
            if cosine:
                # Half the squared chord of unit vectors is 1 - cosine; a zero vector is 1 from all.
                directed = scale[own] > 0 and scale[other] > 0
                distance = min(square * np.float32(0.5), np.float32(2.0)) if directed else np.float32(1.0)
            _ranked(distances[own], indices[own], count, distance, other)
            count += 1
