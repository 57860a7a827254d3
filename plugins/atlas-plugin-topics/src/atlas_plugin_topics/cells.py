"""Fine cells: the basins of the layout's density."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.raster import Raster

__all__ = ["density_cells"]

MIN_CELL_ROWS = 5
ROWS_PER_CELL = 12
# So few rows have no density to speak of, and merging them one by one costs nothing.
FEW_ROWS = 400
# Widths are in pixels. Below the narrowest a basin is a single pixel and says nothing.
NARROWEST = 0.7
# The search starts with a blur as wide as this share of a wanted cell, were all of them square and alike.
START_CELLS = 0.3
COARSE_STEP = 0.7
# Land is measured on blocks of this share of the map's width.
BLOCKS = 64
REFINEMENTS = 3
# How far past its best count the search goes on: narrower cells soon have too few rows to count.
PATIENCE = 3

Cells = NDArray[np.int64]
Tell = Callable[[], None]


def _silent() -> None:
    """Take note of nothing."""


def density_cells(raster: Raster, mass: NDArray[np.float64], wanted: int, tell: Tell = _silent) -> Cells:
    """Return int64 [N], a cell 0..C-1 for every row.

    Rows are counted per pixel and blurred; each pixel climbs to a peak, and what climbs to one peak is a
    cell. The blur is about the widest that gives at least `min(wanted, N / 12)` cells of 5 rows. The rows of
    smaller ones join the cell of the nearest row of a large one. Of few rows each is a cell of its own.
    `tell` is called before each blur, and may raise.
    """
    if len(mass) < FEW_ROWS:
        return np.arange(len(mass), dtype=np.int64)
    wanted = min(wanted, len(mass) // ROWS_PER_CELL)
    flat = np.bincount(raster.pixel, weights=mass, minlength=raster.side**2).astype(np.float32)
    counts = flat.reshape(raster.side, raster.side)
    peaks = _search(counts, raster, wanted, tell)
    return _join_small(peaks, raster)


def _search(counts: NDArray[np.float32], raster: Raster, wanted: int, tell: Tell) -> Cells:
    """Return each row's peak under the widest blur that gives `wanted` cells, or the most there can be."""
    narrow = wide = START_CELLS * (_land(raster) / wanted) ** 0.5
    best, count = _cells_at(counts, raster, narrow, tell)
    while count >= wanted:
        wide /= COARSE_STEP
        peaks, count = _cells_at(counts, raster, wide, tell)
        if count >= wanted:
            narrow, best = wide, peaks
    most, tries = (count, 0) if narrow == wide else (wanted, PATIENCE)
    while most < wanted and tries < PATIENCE and narrow > NARROWEST:
        wide, narrow = narrow, narrow * COARSE_STEP
        peaks, count = _cells_at(counts, raster, narrow, tell)
        tries += 1
        if count > most:
            most, best, tries = count, peaks, 0
    if most < wanted:
        return best
    for _ in range(REFINEMENTS):
        middle = (narrow * wide) ** 0.5
        peaks, count = _cells_at(counts, raster, middle, tell)
        if count >= wanted:
            narrow, best = middle, peaks
        else:
            wide = middle
    return best


def _land(raster: Raster) -> float:
    """Return roughly how many pixels the rows cover."""
    y, x = np.divmod(raster.pixel, raster.side)
    block = max(1, raster.side // BLOCKS)
    return float(len(np.unique(y // block * raster.side + x // block)) * block**2)


def _cells_at(counts: NDArray[np.float32], raster: Raster, width: float, tell: Tell) -> tuple[Cells, int]:
    """Return each row's peak (a flat pixel) under a Gaussian blur of `width` pixels, and the large cells."""
    from scipy import ndimage

    tell()
    density = ndimage.gaussian_filter(counts, width, mode="constant", truncate=3.0)
    peaks = climb(density)[raster.pixel]
    sizes = np.bincount(peaks)
    return peaks, int((sizes >= MIN_CELL_ROWS).sum())


def climb(density: NDArray[np.float32]) -> Cells:
    """Return int64 [side * side], the peak that each pixel reaches by always stepping to its highest neighbour.

    Equal heights are ordered by pixel number, so that a plateau has one peak and no path is a circle.
    """
    height, width = density.shape
    padded = np.pad(density, 1, constant_values=-1.0)
    highest = np.full(density.shape, -1.0, dtype=np.float32)
    step = np.zeros(density.shape, dtype=np.int64)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            # Offsets run in order of pixel number, hence "or equal".
            neighbour = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
            higher = neighbour >= highest
            np.copyto(highest, neighbour, where=higher)
            np.copyto(step, dy * width + dx, where=higher)
    towards = (np.arange(height * width).reshape(height, width) + step).reshape(-1)
    while True:
        further = towards[towards]
        if np.array_equal(further, towards):
            return towards
        towards = further


def _join_small(peaks: Cells, raster: Raster) -> Cells:
    """Number the cells 0..C-1, those of few rows given to the nearest row of a larger one."""
    from scipy import ndimage

    sizes = np.bincount(peaks)
    cells = (np.cumsum(sizes > 0) - 1)[peaks]
    sizes = sizes[sizes > 0]
    small = sizes[cells] < MIN_CELL_ROWS
    if small.all():
        return np.zeros(len(peaks), dtype=np.int64)
    if small.any():
        cell_at = np.full(raster.side**2, -1, dtype=np.int64)
        cell_at[raster.pixel[~small]] = cells[~small]
        square = (raster.side, raster.side)
        nearest = ndimage.distance_transform_edt(
            cell_at.reshape(square) < 0, return_distances=False, return_indices=True
        ).reshape(2, -1)[:, raster.pixel[small]]
        cells[small] = cell_at[np.ravel_multi_index(tuple(nearest), square)]
    kept: Cells = (np.cumsum(np.bincount(cells) > 0) - 1)[cells]
    return kept
