"""How strongly rows pull each other: the neighbour graph, by rank and symmetric.

Importing this module imports scipy; do it inside a working method.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["Pull", "neighborhood", "pulls", "rank_weights"]

# What the wide neighbourhood has of a row's pull, for each time that it is twice as large, and at most.
WIDE_SHARE, MOST_WIDE = 0.3, 0.6
GOLDEN = 0.6180339887498949
# A row has about a third of a small map as its neighbours at most, or everything would pull everything into one point.
SMALL_MAP = 3


@dataclass(frozen=True)
class Pull:
    """A graph by rows: which points pull a point, and how much.

    Attributes:
        pointer: int64 [N + 1].
        target: int32 [E].
        weight: float32 [E]; a row's own pulls sum to 2, and the others' pulls on it come on top.
    """

    pointer: NDArray[np.int64]
    target: NDArray[np.int32]
    weight: NDArray[np.float32]

    @classmethod
    def of(cls, graph: csr_array) -> Pull:
        """Return a scipy matrix as a graph in the types that the compiled loops take."""
        return cls(graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data.astype(np.float32))

    def matrix(self) -> csr_array:
        """Return the graph as a scipy matrix."""
        rows = len(self.pointer) - 1
        return csr_array((self.weight, self.target, self.pointer), shape=(rows, rows))

    def reordered(self, order: NDArray[np.int64]) -> Pull:
        """Return the graph of the rows `order`."""
        return Pull.of(self.matrix()[order][:, order])


def neighborhood(wanted: int, rows: int) -> int:
    """Return how many of `wanted` neighbours a map of `rows` rows can bear."""
    return min(wanted, max((rows - 1) // SMALL_MAP, 1))


def rank_weights(near: NDArray[np.int32], rho: float) -> NDArray[np.float64]:
    """Return float64 [N, K]: each row's share by neighbour, exp(rho / rank), of sum 1; 0 where there is none (-1)."""
    ranks = np.arange(1, near.shape[1] + 1)
    weights = np.where(near >= 0, np.exp(rho / ranks), 0.0)
    total = weights.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = weights / np.where(total > 0, total, 1.0)
    return shares


def pulls(graph: NeighborGraph, near: int, wide: int, rho: float) -> Pull:
    """Return the pull graph of an index.

    Args:
        graph: at least `max(near, wide)` neighbours of each row, or all there are.
        near: how many of them pull fully.
        wide: up to which rank others pull too; at most `near` for none.
        rho: how fast the pull falls with the rank.
    """
    columns, shares = graph.indices[:, :near], rank_weights(graph.indices[:, :near], rho)
    if graph.indices.shape[1] > near < wide:
        far = _sample(graph.indices[:, near:wide], near)
        share = min(WIDE_SHARE * math.log2(wide / near), MOST_WIDE)
        columns = np.hstack([columns, far])
        shares = np.hstack([shares * (1.0 - share), rank_weights(far, 0.0) * share])
    kept = columns >= 0
    pointer = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    rows = len(columns)
    directed = csr_array((2.0 * shares[kept].astype(np.float32), columns[kept], pointer), shape=(rows, rows))
    return Pull.of((directed + directed.T).tocsr())


def _sample(far: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return int32 [N, min(count, K)], ranks of `far` int32 [N, K] spread evenly, shifted from row to row."""
    rows, width = far.shape
    count = min(count, width)
    shift = (np.arange(rows) * GOLDEN) % 1.0
    ranks = ((np.arange(count)[None, :] + shift[:, None]) * width / count).astype(np.int64)
    sampled: NDArray[np.int32] = np.take_along_axis(far, ranks, axis=1)
    return sampled
