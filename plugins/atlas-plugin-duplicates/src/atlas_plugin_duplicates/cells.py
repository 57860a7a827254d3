"""Cells of rows that lie together, and how far rows of two cells are apart at least.

The plane half-way between two centers is a ruler: rows of one cell lie mostly on one side of it and those of the other
on the other, and two rows are never nearer than the sum of their distances from it (each negative on the wrong side).
That proves far more than the cells' radii do in many dimensions. Source: generalized hyperplane partitioning, Uhlmann,
"Satisfying general proximity/similarity queries with metric trees" (1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells"]

ROWS_PER_CELL, MOST_CELLS = 2_048, 1_000
SAMPLE_PER_CELL, ROUNDS = 32, 4
PIECE = 4_096
# Between centers nearer than this no plane is drawn: rounding would turn it. Every row is 0 from it.
NEAREST_CENTERS = 1e-3


@dataclass(frozen=True)
class Cells:
    """Rows of two sorts by cell: cell c < C has rows of the first sort, cell C + c those of the second around c.

    Attributes:
        order: int64 [N], rows, cell after cell.
        starts: int64 [2 C + 1], where each cell begins in `order`.
        centers: float64 [C, D].
        least: float64 [2 C, C], the smallest distance of a cell's rows from the plane towards each center.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    centers: NDArray[np.float64]
    least: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        places: NDArray[np.float32],
        rows: NDArray[np.int64],
        others: NDArray[np.int64],
        random: np.random.Generator,
    ) -> Cells:
        """Divide rows of `places` float32 [N, D]; the centers are those of the first sort."""
        count = min(max(len(rows) // ROWS_PER_CELL, 1), MOST_CELLS)
        sample = rows[np.sort(random.choice(len(rows), min(len(rows), SAMPLE_PER_CELL * count), replace=False))]
        centers = _means(places[sample], count, random)
        everything = np.concatenate([rows, others])
        own = _nearest(places, everything, centers)
        own[len(rows) :] += count
        sorting = np.argsort(own, kind="stable")
        starts = np.searchsorted(own[sorting], np.arange(2 * count + 1)).astype(np.int64)
        cells = cls(everything[sorting], starts, centers.astype(np.float64), np.full((2 * count, count), np.inf))
        for cell in range(2 * count):
            planes, offsets = cells.planes(cell)
            for start in range(int(starts[cell]), int(starts[cell + 1]), PIECE):
                part = cells.order[start : min(start + PIECE, int(starts[cell + 1]))]
                nearest = (places[part] @ planes.T - offsets).min(axis=0)
                np.minimum(cells.least[cell], nearest, out=cells.least[cell])
        return cells

    def planes(self, cell: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return normals float32 [C, D] and offsets float32 [C] of the planes between a cell and each other.

        `place @ normal - offset` is how far a row lies on the cell's side.
        """
        own = self.centers[cell % len(self.centers)]
        away = own - self.centers
        lengths = np.sqrt(np.einsum("cd,cd->c", away, away))
        apart = lengths >= NEAREST_CENTERS
        normals = np.divide(away, lengths[:, None], out=np.zeros_like(away), where=apart[:, None])
        middles = np.einsum("cd,cd->c", normals, 0.5 * (own + self.centers))
        return normals.astype(np.float32), np.where(apart, middles, 0.0).astype(np.float32)


def _means(points: NDArray[np.float32], count: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Return the means float32 [C, D] of some rounds of K-means over a sample."""
    centers: NDArray[np.float32] = points[np.sort(random.choice(len(points), count, replace=False))]
    for _ in range(ROUNDS):
        own = _nearest(points, np.arange(len(points)), centers)
        sizes = np.bincount(own, minlength=count)
        filled = sizes > 0
        begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])[filled]
        sums = np.add.reduceat(points[np.argsort(own, kind="stable")], begins, axis=0)
        centers[filled] = sums / sizes[filled, None]
    return centers


def _nearest(places: NDArray[np.float32], rows: NDArray[np.int64], centers: NDArray[np.float32]) -> NDArray[np.int64]:
    half = np.float32(0.5) * np.einsum("cd,cd->c", centers, centers)
    found = np.empty(len(rows), np.int64)
    for start in range(0, len(rows), PIECE):
        part = slice(start, start + PIECE)
        found[part] = (places[rows[part]] @ centers.T - half).argmax(axis=1)
    return found
