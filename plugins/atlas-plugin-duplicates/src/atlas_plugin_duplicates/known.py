"""Close pairs as they are found, and what is left of them to decide by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CROWDED", "Evidence", "Known", "distinct"]

# From so many close rows on, a row is crowded: its pairs are not all listed, since those of a large group are its
# square.
CROWDED = 20
# Pairs that are collected before those among crowded rows are dropped again.
COLLECTED = 4_000_000


@dataclass(frozen=True)
class Evidence:
    """Close pairs.

    Attributes:
        degree: int64 [N], how many rows are close to a row, at most `CROWDED`.
        starts: int64 [N + 1]; row i is linked to `links[starts[i]:starts[i + 1]]`.
        links: int64 [L], both directions of every close pair of which one row is not crowded.
        lent: int32 [N, K], the lists of neighbours that were lent, -1 pads; None where these must not matter.
    """

    degree: NDArray[np.int64]
    starts: NDArray[np.int64]
    links: NDArray[np.int64]
    lent: NDArray[np.int32] | None = None

    @property
    def crowded(self) -> NDArray[np.bool_]:
        """Which rows have more close rows than are listed, bool [N]."""
        return np.asarray(self.degree >= CROWDED)


class Known:
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
        kept = distinct(np.concatenate([self._kept, *self._new]))
        self._new, self._waiting = [], 0
        left, right = np.divmod(kept, self.n)
        # A crowded row has lost pairs, and is crowded still; of other rows all pairs are kept.
        listed = np.bincount(left, minlength=self.n) + np.bincount(right, minlength=self.n)
        self.degree = np.minimum(np.maximum(self.degree, listed), CROWDED)
        self._kept = kept[np.minimum(self.degree[left], self.degree[right]) < CROWDED]

    @property
    def crowded(self) -> NDArray[np.bool_]:
        """Which rows have so many close rows, of those that were counted, bool [N]."""
        return np.asarray(self.degree >= CROWDED)

    def holds(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return bool [P]: which pairs, of at least one row that is not crowded, were counted."""
        keys = np.minimum(left, right) * self.n + np.maximum(left, right)
        return np.isin(keys, self._kept, assume_unique=False)

    def evidence(self, lent: NDArray[np.int32] | None = None) -> Evidence:
        """Return what was counted, and `lent` lists to go by besides."""
        left, right = np.divmod(self._kept, self.n)
        both, other = np.concatenate([left, right]), np.concatenate([right, left])
        order = np.lexsort((other, both))
        starts = np.searchsorted(both[order], np.arange(self.n + 1)).astype(np.int64)
        return Evidence(self.degree, starts, other[order], lent)


def distinct(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct numbers, growing; `numpy.unique` hashes, and takes ten times as long for millions."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]
