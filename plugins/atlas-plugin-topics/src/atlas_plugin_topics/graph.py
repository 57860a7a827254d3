"""The lent neighbour graph, made symmetric and weighted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray

__all__ = ["Ties", "row_mass", "ties"]


@dataclass(frozen=True)
class Ties:
    """Who is tied to whom, in compressed rows.

    Attributes:
        start: int64 [N + 1], where each row's ties begin.
        other: int32 [E], the row at the other end.
        weight: float64 [E], one per direction and unit of mass: mutual neighbours count twice.
    """

    start: NDArray[np.int64]
    other: NDArray[np.int32]
    weight: NDArray[np.float64]

    @property
    def rows(self) -> int:
        """The number of rows N."""
        return len(self.start) - 1

    def row_of_tie(self) -> NDArray[np.int32]:
        """Return int32 [E], the row at the near end."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.start))


def row_mass(weights: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return float64 [N], how much each row counts where density and ties are summed.

    Grows with the logarithm: a text repeated ten thousand times is one place on the map, not a mountain
    that swallows what lies around it. Topic sizes count every repetition.
    """
    return 1.0 + np.log2(np.maximum(np.asarray(weights, dtype=np.float64), 1.0))


def ties(graph: NeighborGraph, mass: NDArray[np.float64]) -> Ties:
    """Return the symmetric ties of a neighbour graph [N, K]."""
    from scipy import sparse

    indices = np.asarray(graph.indices)
    n, k = indices.shape
    near = np.repeat(np.arange(n, dtype=np.int32), k)
    far = indices.reshape(-1)
    there = far >= 0
    near, far = near[there], far[there]
    matrix = sparse.coo_array((mass[near], (near, far)), shape=(n, n)).tocsr()
    both = (matrix + matrix.T).tocsr()
    both.sort_indices()
    return Ties(both.indptr.astype(np.int64), both.indices.astype(np.int32), both.data.astype(np.float64))
