"""The far field: what all points together do to each, from one potential on a mesh.

With q(r) = 1 / (1 + r^2) and S(y) = sum over j of q(|y - y_j|), the sum over j of q^2 (y - y_j) is minus half the
gradient of S, and the sum over all pairs of q is the sum of S(y_i): one potential gives the force and the normaliser.
It is computed as in smooth particle-mesh codes (Essmann et al. 1995, J. Chem. Phys. 103, 8577): charges are spread by
cubic B-splines, convolved by FFT, and read through the same splines, whose own factor is divided out.

Importing this module imports scipy and numba; do it inside a working method.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from atlas_plugin_nomic_project.kernels import spread
from atlas_plugin_nomic_project.workers import Workers

__all__ = ["Box", "FarField", "density", "within_reach"]

Box = tuple[float, float, float, float]

# Distance between nodes, in units of the kernel's width: 2.6 % error in a force, which keeps as many neighbours as 0.7.
PITCH = 1.0
# A layout that does not fit gets a coarser mesh: 2,048 nodes are 70 MB a mesh, and 40 million points by experience.
MOST_NODES = 2048
# Charges are summed in this many parts, whatever the number of threads, or another number would give other bytes.
PARTS = 4
# The R2 sequence (Roberts 2018): fractions of a cell by which the mesh is shifted, others in each step. An unshifted
# mesh prints its lattice on the map.
SHIFT_X, SHIFT_Y = 0.7548776662466927, 0.5698402909980532
MARGIN_LOW, MARGIN_HIGH = 1.5, 4
# Bounds are rounded to float32, and a point that is let in by that would be written beyond the mesh.
SLACK = 0.5


@dataclass
class FarField:
    """The potential of points, mesh after mesh; keeps the last kernel and the memory it works in."""

    workers: Workers
    _size: int = 0
    _pitch: float = 0.0
    _kernel: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def potential(
        self, points: NDArray[np.float32], box: Box, turn: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], float]:
        """Return S on a mesh, its frame, and Z: the sum of q over all ordered pairs of different points.

        Args:
            points: float32 [N, 2], finite.
            box: their extent.
            turn: which shift of the mesh to take.
        """
        extent = max(box[2] - box[0], box[3] - box[1])
        pitch = max(PITCH, extent / (MOST_NODES - MARGIN_HIGH - MARGIN_LOW - 1))
        frame = np.array(
            [
                box[0] - (MARGIN_LOW + (SHIFT_X * turn) % 1.0) * pitch,
                box[1] - (MARGIN_LOW + (SHIFT_Y * turn) % 1.0) * pitch,
                1.0 / pitch,
            ]
        )
        rows, columns = (
            int((high - low) / pitch + MARGIN_LOW) + MARGIN_HIGH + 1 for low, high in (box[0::2], box[1::2])
        )
        charges = density(points, frame, (rows, columns), self.workers)
        potential = self._convolved(charges, pitch)
        total = float((charges * potential).sum(dtype=np.float64))
        return potential, frame, max(total - len(points), 1.0)

    def _convolved(self, charges: NDArray[np.float32], pitch: float) -> NDArray[np.float32]:
        rows, columns = charges.shape
        size = _padded(max(rows, columns))
        if size != self._size or pitch != self._pitch:
            self._kernel = _kernel(size, pitch)
            self._size, self._pitch = size, pitch
        # Rows of zeros need no transform, and rows that are not wanted need none back.
        waves = fft.fft(fft.rfft(charges, n=size, axis=1), n=size, axis=0, overwrite_x=True)
        waves *= self._kernel
        back = fft.ifft(waves, axis=0, overwrite_x=True)[:rows]
        potential: NDArray[np.float32] = np.ascontiguousarray(fft.irfft(back, n=size, axis=1)[:, :columns])
        return potential


def density(
    points: NDArray[np.float32], frame: NDArray[np.float64], shape: tuple[int, int], workers: Workers
) -> NDArray[np.float32]:
    """Return how many points lie at each node, float32 `shape`, spread by cubic B-splines.

    Every point must lie within the stencil's reach; see `within_reach`.
    """
    bounds = np.linspace(0, len(points), PARTS + 1).astype(int)
    meshes = np.zeros((PARTS, *shape), dtype=np.float32)
    workers.run(lambda part: spread(points, frame, meshes[part], bounds[part], bounds[part + 1]), PARTS)
    total: NDArray[np.float32] = meshes[0]
    for mesh in meshes[1:]:
        total += mesh
    return total


def within_reach(
    points: NDArray[np.float32], frame: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return those of `points` float32 [N, 2] whose stencil lies on a mesh of that shape, `SLACK` nodes inside it."""
    low = frame[:2] + (1.0 + SLACK) / frame[2]
    high = frame[:2] + (np.array(shape) - 2.0 - SLACK) / frame[2]
    inside = np.ones(len(points), dtype=np.bool_)
    # Column by column: numpy is several times slower along rows of two.
    for axis in range(2):
        column = np.ascontiguousarray(points[:, axis])
        inside &= (column >= np.float32(low[axis])) & (column < np.float32(high[axis]))
    return points if inside.all() else points[np.flatnonzero(inside)]


def _padded(nodes: int) -> int:
    """Return the length of the transform: twice the nodes, in steps that let one kernel serve many meshes."""
    coarse = 2 ** max(math.ceil(math.log2(nodes)) - 3, 3)
    return int(fft.next_fast_len(2 * coarse * math.ceil(nodes / coarse), real=True))


def _kernel(size: int, pitch: float) -> NDArray[np.float32]:
    """Return the transform of 1 / (1 + r^2) on a periodic mesh over the splines' own, float32 [size, size // 2 + 1]."""
    steps = fft.fftfreq(size, 1.0 / size)
    square = (steps * pitch) ** 2
    waves = fft.rfft2(1.0 / (1.0 + square[:, None] + square[None, :])).real
    spline = (2.0 + np.cos(2.0 * np.pi * steps / size)) / 3.0
    both = spline[:, None] * spline[None, : size // 2 + 1]
    result: NDArray[np.float32] = (waves / both**2).astype(np.float32)
    return result
