"""Which rows lie within the cut-off, decided the same way wherever it is asked.

float32 products decide all pairs but those so near the cut-off that rounding might matter; these are measured in
float64. So the answer depends neither on the shape of a block nor on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_duplicates.reports import Report, unheard

__all__ = ["ClosePairs"]

# Above rounding in float64 by far, below anything that a caller can tell: equal directions are within a cut-off of 0,
# and a distance that is the cut-off itself is within it.
SLACK = 1e-9
# Bound on the rounding of a float32 product of unit vectors, for each of its D terms, and of the vectors' own scaling.
ROUNDING_PER_TERM = 6e-8
ROUNDING = 1e-6
PIECE = 4_096
# From this many doubtful pairs on, one float64 product of the whole block is cheaper than gathering them.
MANY_DOUBTS = 16_384


@dataclass(frozen=True)
class ClosePairs:
    """The relation "within the cut-off" over vectors; a zero vector has distance 1 to all others.

    Attributes:
        vectors: float32 [N, D], of any length.
        lengths: float64 [N].
        cutoff: cosine distance in [0, 2].
    """

    vectors: NDArray[np.float32]
    lengths: NDArray[np.float64]
    cutoff: float

    @classmethod
    def of(cls, vectors: NDArray[np.float32], cutoff: float, report: Report = unheard) -> ClosePairs:
        """Measure the vectors once."""
        lengths = np.empty(len(vectors))
        for start in range(0, len(vectors), PIECE):
            report(start / len(vectors))
            lengths[start : start + PIECE] = np.linalg.norm(vectors[start : start + PIECE].astype(np.float64), axis=1)
        return cls(vectors, lengths, cutoff)

    @property
    def margin(self) -> float:
        """How far from the cut-off a float32 distance must be to be believed."""
        return ROUNDING + ROUNDING_PER_TERM * int(self.vectors.shape[1])

    def linked(
        self, left: NDArray[np.integer], right: NDArray[np.integer], report: Report = unheard
    ) -> NDArray[np.bool_]:
        """Return bool [P]: whether row `left[p]` lies within the cut-off of row `right[p]`."""
        found = np.empty(len(left), np.bool_)
        for start in range(0, len(left), PIECE):
            report(start / len(left))
            i, j = left[start : start + PIECE], right[start : start + PIECE]
            dots = np.einsum("pd,pd->p", self._rough_directions(i), self._rough_directions(j))
            close = dots >= self._least
            doubtful = np.flatnonzero(np.abs(dots - self._least) < self.margin)
            close[doubtful] = self._measured(i[doubtful], j[doubtful])
            found[start : start + PIECE] = close
        return found

    def _measured(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.bool_]:
        dots = np.einsum("pd,pd->p", self.directions(left), self.directions(right))
        return np.asarray(dots >= self._least)

    def among(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return bool [B, C]: which of `columns` lie within the cut-off of which of `rows`; a row does of itself."""
        dots = self._rough_directions(rows) @ self._rough_directions(columns).T
        close: NDArray[np.bool_] = dots >= self._least
        i, j = np.nonzero(np.abs(dots - self._least) < self.margin)
        if len(i) > MANY_DOUBTS:
            return np.asarray(self.directions(rows) @ self.directions(columns).T >= self._least)
        close[i, j] = self._measured(rows[i], columns[j])
        return close

    @property
    def _least(self) -> float:
        """The smallest cosine that is within the cut-off."""
        return 1.0 - self.cutoff - SLACK

    def directions(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return float64 [B, D], rows scaled to length 1; a zero vector stays one."""
        directions: NDArray[np.float64] = self.vectors[rows] * self._scale(rows)[:, None]
        return directions

    def _rough_directions(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        directions: NDArray[np.float32] = self.vectors[rows]
        directions *= self._scale(rows).astype(np.float32)[:, None]
        return directions

    def _scale(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        lengths = self.lengths[rows]
        scale: NDArray[np.float64] = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0.0)
        return scale
