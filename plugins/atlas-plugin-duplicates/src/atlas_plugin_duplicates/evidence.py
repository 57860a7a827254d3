"""What the lent neighbours prove about close pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from localatlas.protocols import Index, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs

__all__ = ["Evidence", "gather"]


@dataclass(frozen=True)
class Evidence:
    """Close pairs, and for which rows they are all there are, if the lent graph is exact.

    Attributes:
        degree: int64 [N], how many of a row's lent neighbours are within the cut-off.
        complete: bool [N], whether no row that was not lent can be.
        starts: int64 [N + 1]; row i is linked to `links[starts[i]:starts[i + 1]]`.
        links: int64 [L], both directions of every close pair.
    """

    degree: NDArray[np.int64]
    complete: NDArray[np.bool_]
    starts: NDArray[np.int64]
    links: NDArray[np.int64]

    def doubted(self) -> Evidence:
        """Return the same without any proof of completeness."""
        return replace(self, complete=np.zeros_like(self.complete))


def gather(pairs: ClosePairs, index: Index, k: int) -> Evidence:
    """Read the `k` lent neighbours of every row; none are asked for when `k` is 0."""
    n = len(pairs.vectors)
    if k == 0:
        # One row has no neighbours at all.
        empty = np.zeros(0, np.int64)
        return Evidence(np.zeros(n, np.int64), np.ones(n, np.bool_), np.zeros(n + 1, np.int64), empty)
    graph = index.neighbors(k)
    reach = _reach(pairs) if index.metric == "euclidean" else np.full(n, pairs.cutoff)
    left, right = _lent_pairs(pairs, graph, reach + pairs.margin * np.maximum(reach, 1.0))
    both, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((other, both))
    starts = np.searchsorted(both[order], np.arange(n + 1))
    return Evidence(
        degree=np.bincount(left, minlength=n),
        complete=_complete(graph, reach + pairs.margin * np.maximum(reach, 1.0)),
        starts=starts.astype(np.int64),
        links=other[order],
    )


def _lent_pairs(
    pairs: ClosePairs, graph: NeighborGraph, reach: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, ranks = np.nonzero((graph.indices >= 0) & (graph.distances <= reach[:, None]))
    others = graph.indices[rows, ranks].astype(np.int64)
    close = pairs.linked(rows, others)
    return rows[close].astype(np.int64), others[close]


def _complete(graph: NeighborGraph, reach: NDArray[np.float64]) -> NDArray[np.bool_]:
    n, k = graph.indices.shape
    listed = (graph.indices >= 0).sum(axis=1)
    beyond = (listed == k) & (graph.distances[:, -1] > reach)
    return np.asarray(beyond | (listed >= n - 1))


def _reach(pairs: ClosePairs) -> NDArray[np.float64]:
    """Return float64 [N]: the euclidean distance beyond which no row can be within the cut-off in direction.

    |a - b|^2 = (|a| - |b|)^2 + 2 |a| |b| (cosine distance) is convex in |b|, so largest at the shortest or the
    longest vector.
    """
    ends = np.array([pairs.lengths.min(), pairs.lengths.max()])
    if ends[0] == 0.0 and pairs.cutoff >= 1.0:
        return np.full(len(pairs.lengths), np.inf)
    lengths = pairs.lengths[:, None]
    squares = (lengths - ends) ** 2 + 2.0 * lengths * ends * pairs.cutoff
    farthest: NDArray[np.float64] = np.sqrt(squares.max(axis=1))
    return farthest
