"""All that must be known of close pairs: every row's number of them, up to a bound, and all pairs of the other rows.

The lent neighbours are a hint that saves work, never a proof: what they leave out is found by comparing rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from localatlas.protocols import Context, Index
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.compare import compared
from atlas_plugin_duplicates.reduced import Reduced

__all__ = ["Evidence", "gather"]

# From so many close rows on, a row is crowded: its pairs are not all listed, since those of a large group are its
# square.
CROWDED = 20
# Pairs that are collected before those among crowded rows are dropped again.
COLLECTED = 4_000_000


@dataclass(frozen=True)
class Evidence:
    """Close pairs, the same whatever neighbours were lent.

    Attributes:
        degree: int64 [N], how many rows are close to a row, at most `CROWDED`.
        starts: int64 [N + 1]; row i is linked to `links[starts[i]:starts[i + 1]]`.
        links: int64 [L], both directions of every close pair of which one row is not crowded.
    """

    degree: NDArray[np.int64]
    starts: NDArray[np.int64]
    links: NDArray[np.int64]

    @property
    def crowded(self) -> NDArray[np.bool_]:
        """Which rows have more close rows than are listed, bool [N]."""
        return np.asarray(self.degree >= CROWDED)


def gather(pairs: ClosePairs, reduced: Reduced, index: Index, k: int, context: Context) -> Evidence:
    """Find all close pairs of rows that are not crowded; none are lent when `k` is 0."""
    known = _Known(len(pairs.vectors))
    if k:
        known.add(*_lent_pairs(pairs, index, k))
        known.count()
    # Rows that the lent neighbours show to be crowded are compared with the others, not among themselves.
    crowded = known.degree >= CROWDED
    for left, right in compared(pairs, reduced, np.flatnonzero(~crowded), np.flatnonzero(crowded), context):
        known.add(left, right)
    known.count()
    return known.evidence()


def _lent_pairs(pairs: ClosePairs, index: Index, k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    graph = index.neighbors(k)
    rows, ranks = np.nonzero(graph.indices >= 0)
    others = graph.indices[rows, ranks].astype(np.int64)
    if index.metric == "cosine":
        near = graph.distances[rows, ranks] <= pairs.cutoff + pairs.margin
        rows, others = rows[near], others[near]
    close = pairs.linked(rows, others)
    return rows[close].astype(np.int64), others[close]


class _Known:
    """Close pairs that were found so far, each once."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.degree = np.zeros(n, np.int64)
        self._kept = np.zeros(0, np.int64)
        self._new: list[NDArray[np.int64]] = []
        self._waiting = 0

    def add(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> None:
        """Add pairs of different rows, known or not, in any order."""
        self._new.append(np.minimum(left, right) * self.n + np.maximum(left, right))
        self._waiting += left.size
        if self._waiting > COLLECTED:
            self.count()

    def count(self) -> None:
        """Bring `degree` up to date, and drop pairs of two crowded rows."""
        kept = np.unique(np.concatenate([self._kept, *self._new]))
        self._new, self._waiting = [], 0
        left, right = np.divmod(kept, self.n)
        # A crowded row has lost pairs, and is crowded still; of other rows all pairs are kept.
        listed = np.bincount(left, minlength=self.n) + np.bincount(right, minlength=self.n)
        self.degree = np.minimum(np.maximum(self.degree, listed), CROWDED)
        self._kept = kept[np.minimum(self.degree[left], self.degree[right]) < CROWDED]

    def evidence(self) -> Evidence:
        """Return what was counted."""
        left, right = np.divmod(self._kept, self.n)
        both, other = np.concatenate([left, right]), np.concatenate([right, left])
        order = np.lexsort((other, both))
        starts = np.searchsorted(both[order], np.arange(self.n + 1)).astype(np.int64)
        return Evidence(self.degree, starts, other[order])
