"""The search in what each query probes: the queries of a cell are compared with its rows by one product."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, in_blocks
from atlas_plugin_neighbors.buffers import Buffer
from atlas_plugin_neighbors.geometry import FloatArray

__all__ = ["Probed"]

# Queries that are worked off together: the more, the more of them ask the same cell, and the larger are the products.
# In parts whose number divides by 2 and by 4, so that no core is left over.
QUERIES_AT_ONCE, PARTS = 50_000, 4
# Products that are held at once, 4 MiB: a larger piece would leave the processor's cache before it is looked through.
BLOCK_ROWS, BLOCK_COLUMNS = 1_024, 1_024
WIDEST = np.iinfo(np.int16).max


class Probed:
    """Rows in cells, to be searched by those who probe them.

    Attributes:
        places: float32 [N, R], the rows, cell after cell.
        bias: float32 [N], what is taken from a row's products.
        start: intp [C + 1], where each cell begins.
        first: the number of the first row; no query is compared with the row of its own number.
    """

    def __init__(self, places: FloatArray, bias: FloatArray, start: NDArray[np.intp], first: int = 0) -> None:
        self.places, self.bias, self.start, self.first = places, bias, start, first
        self._left, self._products = Buffer(), Buffer()

    def search(
        self,
        queries: FloatArray,
        probes: NDArray[np.int32],
        best: FloatArray,
        found: NDArray[np.int32],
        threads: int,
        report: Report,
    ) -> None:
        """Put the rows of the cells `probes` [M, P] that score best into the lists of `queries` float32 [M, R].

        `best` float32 and `found` int32 [M, K] are sorted by falling score, -inf and -1 where there is none yet.
        """

        def look(start: int, stop: int) -> None:
            # The first cells first: what is found there raises the bar for all others.
            for columns in (slice(0, 1), slice(1, None)):
                part = probes[start:stop, columns]
                order = _order(part.ravel())
                cells = part.ravel()[order]
                asking = (order // max(part.shape[1], 1) + start).astype(np.int32)
                bounds = np.flatnonzero(np.diff(cells, prepend=-1, append=-1))
                for begin, end in pairwise(bounds):
                    self._compare(queries, asking[begin:end], int(cells[begin]), best, found)

        in_blocks(look, len(queries), _part(len(queries)), threads, report)

    def _compare(
        self, queries: FloatArray, asking: NDArray[np.int32], cell: int, best: FloatArray, found: NDArray[np.int32]
    ) -> None:
        from atlas_plugin_neighbors.kernels import keep_best

        for first in range(0, len(asking), BLOCK_ROWS):
            numbers = asking[first : first + BLOCK_ROWS]
            left = np.take(queries, numbers, axis=0, out=self._left(len(numbers), queries.shape[1]), mode="clip")
            for start in range(self.start[cell], self.start[cell + 1], BLOCK_COLUMNS):
                block = slice(start, min(start + BLOCK_COLUMNS, self.start[cell + 1]))
                right = self.places[block]
                products = np.matmul(left, right.T, out=self._products(len(left), len(right)))
                keep_best(products, self.bias[block], numbers, self.first + start, best, found)


def _part(n: int) -> int:
    """Return how many of `n` queries to work off together."""
    return max(math.ceil(n / (PARTS * math.ceil(n / (PARTS * QUERIES_AT_ONCE)))), 1)


def _order(cells: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the stable order of some cells' numbers, but for those below 0."""
    # Numbers of 16 bits are sorted ten times as fast.
    order = np.argsort(cells if cells.max(initial=0) > WIDEST else cells.astype(np.int16), kind="stable")
    return order[np.count_nonzero(cells < 0) :]
