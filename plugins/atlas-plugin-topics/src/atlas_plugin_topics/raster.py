"""The layout as a grid of pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Raster", "raster_of"]

# Outliers must not shrink the map: the grid spans this share of the rows, those outside go to its rim.
BOX_QUANTILES = (0.002, 0.998)
MARGIN = 0.04


@dataclass(frozen=True)
class Raster:
    """A square grid over a layout.

    Attributes:
        side: pixels along each axis.
        origin: float64 [2], the layout coordinates of the grid's corner.
        pixel_size: layout units per pixel, the same along both axes.
        pixel: int64 [N], the flat pixel `y * side + x` of every row.
    """

    side: int
    origin: NDArray[np.float64]
    pixel_size: float
    pixel: NDArray[np.int64]

    def corner(self, row: int) -> tuple[int, int]:
        """Return the grid coordinates (x, y) of a row's pixel."""
        y, x = divmod(int(self.pixel[row]), self.side)
        return x, y

    def to_layout(self, corners: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return layout coordinates float32 [M, 2] of grid coordinates [M, 2] (x, y), in pixels."""
        return (self.origin + corners * self.pixel_size).astype(np.float32)


def raster_of(positions: NDArray[np.float32], side: int) -> Raster:
    """Lay a grid of `side` by `side` pixels over positions float32 [N, 2]."""
    places = np.asarray(positions, dtype=np.float64)
    low, high = np.quantile(places, BOX_QUANTILES, axis=0)
    extent = float((high - low).max())
    extent = extent if extent > 0.0 else 1.0
    width = extent * (1.0 + 2.0 * MARGIN)
    origin = (low + high) / 2.0 - width / 2.0
    pixel_size = width / side
    column, row = np.clip((places - origin) / pixel_size, 0, side - 1).astype(np.int64).T
    return Raster(side, origin, pixel_size, row * side + column)
