"""A table of vectors in fewer dimensions: what candidates are chosen by before they are measured.

Distances are wanted, so the vectors are centred and turned onto their principal axes. What the axes that are left out
hold is not lost whole: a row's part of it is in its `bias`, as if the residuals of two rows were at right angles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, in_blocks, one_blas_thread, unheard
from atlas_plugin_neighbors.buffers import Buffer
from atlas_plugin_neighbors.geometry import FloatArray, Geometry
from atlas_plugin_neighbors.mapped import release

__all__ = ["Reduced"]

SAMPLE = 10_000
# So few that what is made of them stays in the processor's cache.
ROWS_AT_ONCE, BLOCKS_HELD = 2_048, 32
# Two lines of the processor's cache.
COLUMNS_AT_ONCE = 32


@dataclass(frozen=True)
class Reduced:
    """Rows in fewer dimensions.

    Of a query q and a row x, `q.places @ x.places - x.bias` is larger the nearer they are: it is half of
    |q|^2 - |q - x|^2, up to the residuals.

    Attributes:
        places: float32 [N, R].
        bias: float32 [N], half the squared length of the centred vector, all of it.
    """

    places: FloatArray
    bias: FloatArray

    @classmethod
    def of(
        cls,
        geometry: Geometry,
        dimensions: int,
        random: np.random.Generator,
        threads: int,
        report: Report = unheard,
    ) -> Reduced:
        """Reduce a table to at most `dimensions`; the principal axes are those of a sample."""
        n, dim = geometry.vectors.shape
        sample = np.sort(random.choice(n, min(n, SAMPLE), replace=False))
        rows = _plain(geometry, sample)
        center = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
        axes = np.eye(dim, dtype=np.float32) if dim <= dimensions else _principal_axes(rows - center, dimensions)
        places = np.empty((n, axes.shape[1]), dtype=np.float32)
        bias = np.empty(n, dtype=np.float32)
        held = Buffer()

        def reduce(start: int, stop: int) -> None:
            centred = np.subtract(_plain(geometry, slice(start, stop)), center, out=held(stop - start, dim))
            np.matmul(centred, axes, out=places[start:stop])
            bias[start:stop] = np.float32(0.5) * np.einsum("ij,ij->i", centred, centred)
            if start // ROWS_AT_ONCE % BLOCKS_HELD == BLOCKS_HELD - 1:
                release(geometry.vectors)

        release(geometry.vectors)
        in_blocks(reduce, n, ROWS_AT_ONCE, threads, report)
        release(geometry.vectors)
        return cls(places, bias)

    def reorder(self, order: NDArray[np.intp]) -> None:
        """Put the rows into another order, in place: a copy of a large table would be the search's peak of memory."""
        for first in range(0, self.places.shape[1], COLUMNS_AT_ONCE):
            columns = self.places[:, first : first + COLUMNS_AT_ONCE]
            columns[:] = columns[order]
        self.bias[:] = self.bias[order]


def _plain(geometry: Geometry, rows: NDArray[np.intp] | slice) -> FloatArray:
    """Return rows as the metric sees them: unit vectors for cosine, what they are for euclidean."""
    found = np.asarray(geometry.vectors[rows])
    return found if geometry.unit or geometry.metric == "euclidean" else found * geometry.scale[rows][:, None]


def _principal_axes(centred: FloatArray, dimensions: int) -> FloatArray:
    """Return orthonormal axes float32 [D, `dimensions`], the strongest first."""
    # Several threads spin while they wait for each other: 4 CPU seconds on a busy machine, for 0.2 s of work.
    with one_blas_thread():
        _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return np.ascontiguousarray(axes[:, ::-1][:, :dimensions], dtype=np.float32)
