"""The lent neighbour graph, read in both directions and weighted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray

__all__ = ["Ties", "row_mass", "ties"]


@dataclass(frozen=True)
class Ties:
    """Who is tied to whom: each row to its neighbours, and these to it.

    The neighbours stand in K lines of N, so that sums over them run along memory.

    Attributes:
        far: int32 [K, N], the neighbours of every row; where there is none, the row itself.
        weight: float64 [K, N], what a tie counts at both of its ends, 0 where there is no neighbour. Mutual neighbours
            are tied twice.
    """

    far: NDArray[np.int32]
    weight: NDArray[np.float64]

    @property
    def rows(self) -> int:
        """The number of rows N."""
        return int(self.far.shape[1])

    def inside(self, group: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return float64 [N], the weight of each row's ties that stay in its group."""
        group = _small(group)
        return self._at_both_ends(self.weight * (group[self.far] == group))

    def total(self) -> NDArray[np.float64]:
        """Return float64 [N], the weight of each row's ties."""
        return self._at_both_ends(self.weight)

    def _at_both_ends(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 [N], what the weights [K, N] of ties sum up to at each row."""
        back = np.bincount(self.far.reshape(-1), weights=weight.reshape(-1), minlength=self.rows)
        both: NDArray[np.float64] = weight.sum(axis=0) + back
        return both

    def between(self, group: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return float64 [G, G], symmetric: the weight of all ties from each group to each, inner ones twice."""
        groups, group = int(group.max()) + 1, _small(group)
        code = group[self.far] * np.int64(groups) + group
        table = np.bincount(code.reshape(-1), weights=self.weight.reshape(-1), minlength=groups**2)
        one_way = np.asarray(table, dtype=np.float64).reshape(groups, groups)
        return one_way + one_way.T

    def votes(self, asked: NDArray[np.bool_], topic: NDArray[np.integer]) -> Any:
        """Return a sparse table [M, K], the weight of the ties of the M rows that are `asked` into each topic."""
        from scipy import sparse

        place = np.cumsum(asked) - 1
        towards = asked[self.far]
        near = np.nonzero(towards)[1]
        row = np.concatenate([np.tile(place[asked], len(self.far)), place[self.far[towards]]])
        column = np.concatenate([topic[self.far[:, asked]].reshape(-1), topic[near]])
        weight = np.concatenate([self.weight[:, asked].reshape(-1), self.weight[towards]])
        return sparse.coo_array((weight, (row, column)), shape=(int(asked.sum()), int(topic.max()) + 1)).tocsr()


def _small(group: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the same numbers 0.. in as few bytes as hold them: they are read in no order, from nearer memory."""
    return group.astype(np.min_scalar_type(int(group.max(initial=0))))


def row_mass(weights: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return float64 [N], how much each row counts where density and ties are summed.

    Grows with the logarithm: a text repeated ten thousand times is one place on the map, not a mountain
    that swallows what lies around it. Topic sizes count every repetition.
    """
    return 1.0 + np.log2(np.maximum(np.asarray(weights, dtype=np.float64), 1.0))


def ties(graph: NeighborGraph, mass: NDArray[np.float64]) -> Ties:
    """Return the ties of a neighbour graph [N, K] whose rows weigh so much."""
    far = np.ascontiguousarray(np.asarray(graph.indices, dtype=np.int32).T)
    missing = far < 0
    far = np.where(missing, np.arange(far.shape[1], dtype=np.int32), far)
    return Ties(far, np.where(missing, 0.0, mass))
