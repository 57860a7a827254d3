"""Fewer numbers a row that still prove most pairs of rows apart.

Turning centred vectors onto their principal axes and leaving axes out never makes two rows farther from each other, nor
does it when what is left out is put back as one number, its length (triangle inequality). So rows that are farther than
the cut-off in the table are farther in truth, and only the few others have to be measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.reports import Report, unheard

__all__ = ["Reduced"]

# Principal axes are those of a sample; any orthonormal axes would do, better ones prove more.
SAMPLE = 8_192
MOST_AXES = 256
ROUNDS = 2
PIECE = 4_096
# How many axes are worth their cost is found on so many pairs.
TRIED_ROWS, TRIED_COLUMNS = 512, 8_192
WIDTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
# Nanoseconds for an axis of a pair, for the rest of a pair, and for measuring one in 512 dimensions; ratios count.
PER_AXIS, PER_PAIR, PER_MEASURED = 0.02, 0.3, 600.0
# Twice the unit roundoff of float32.
ROUNDING = 1.2e-7


@dataclass(frozen=True)
class Reduced:
    """A table whose rows' products, one side passed through `left`, are at least minus their cosine distance.

    Attributes:
        table: float32 [N, R + 3]: places on R axes, length of the rest, minus half the squared length of all these, 1.
        least: the smallest product of a pair that may be within the cut-off.
    """

    table: NDArray[np.float32]
    least: np.float32

    @classmethod
    def of(cls, pairs: ClosePairs, random: np.random.Generator, report: Report = unheard) -> Reduced:
        """Reduce all rows to as many axes as make finding close pairs cheapest."""
        n = len(pairs.vectors)
        sample = np.sort(random.choice(n, min(n, SAMPLE), replace=False))
        directions = pairs.directions(sample)
        center = directions.mean(axis=0)
        axes = _principal_axes(directions - center, random)
        tried = _places(directions - center, axes)
        axes = axes[:, : _best_width(tried, pairs.cutoff, random)]
        table = np.empty((n, axes.shape[1] + 3), np.float32)
        for start in range(0, n, PIECE):
            report(start / n)
            rows = np.arange(start, min(start + PIECE, n))
            table[rows] = _places(pairs.directions(rows) - center, axes)
        longest = float(-table[:, -2].min())
        margin = ROUNDING * table.shape[1] * 4.0 * longest + 1e-6
        return cls(table, np.float32(-(pairs.cutoff + margin)))

    @property
    def places(self) -> NDArray[np.float32]:
        """Return float32 [N, R + 1], a view: points that are no farther from each other than the rows' directions."""
        return self.table[:, :-2]

    @property
    def reach(self) -> float:
        """How far from each other two places can be whose rows may be within the cut-off."""
        return float(np.sqrt(-2.0 * float(self.least)))

    @staticmethod
    def left(table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return some rows of the table so that their product with others is minus half of the squared distance."""
        left = table.copy()
        left[:, -2:] = table[:, :-3:-1]
        return left


def _places(centred: NDArray[np.float64], axes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return rows of the table; in float64, so that rounding is that of the result alone."""
    places = centred @ axes
    rest = np.einsum("nd,nd->n", centred, centred) - np.einsum("nr,nr->n", places, places)
    table = np.ones((len(centred), axes.shape[1] + 3), np.float32)
    table[:, :-3] = places
    table[:, -3] = np.sqrt(np.maximum(rest, 0.0))
    wide = table[:, :-2].astype(np.float64)
    table[:, -2] = -0.5 * np.einsum("nr,nr->n", wide, wide)
    return table


def _principal_axes(centred: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Return orthonormal axes float64 [D, R], the strongest first (subspace iteration where D is large)."""
    dim = centred.shape[1]
    basis = np.eye(dim)
    most = min(MOST_AXES, len(centred))
    if dim > most:
        basis = random.normal(size=(dim, most))
        for _ in range(ROUNDS):
            basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    turned = centred @ basis
    _, vectors = np.linalg.eigh(turned.T @ turned)
    return np.ascontiguousarray(basis @ vectors[:, ::-1])


def _best_width(tried: NDArray[np.float32], cutoff: float, random: np.random.Generator) -> int:
    """Return how many axes make finding and measuring pairs cheapest, by the pairs of a sample."""
    rows = random.permutation(len(tried))
    axes = int(tried.shape[1]) - 3
    squares = tried[:, :axes].astype(np.float64) ** 2
    whole = squares.sum(axis=1) + tried[:, -3].astype(np.float64) ** 2
    cheapest, best = np.inf, axes
    for width in (*[width for width in WIDTHS if width < axes], axes):
        table = np.ones((len(tried), width + 3), np.float32)
        table[:, :width] = tried[:, :width]
        table[:, -3] = np.sqrt(np.maximum(whole - squares[:, :width].sum(axis=1), 0.0))
        table[:, -2] = -0.5 * whole
        products = Reduced.left(table[rows[:TRIED_ROWS]]) @ table[rows[-TRIED_COLUMNS:]].T
        cost = PER_PAIR + PER_AXIS * width + PER_MEASURED * float((products >= -cutoff).mean())
        if cost < cheapest:
            cheapest, best = cost, width
    return best
