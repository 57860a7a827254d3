"""Which regions of the map own what, and where they touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pandas import factorize

from atlas_plugin_topics.raster import Raster

__all__ = ["borders", "nearest_pixel", "pixel_owner"]

SEA = -1
PLANE_NEIGHBORS = 8
BORDER_SAMPLE = 50_000


def nearest_pixel(raster: Raster, reach: float) -> NDArray[np.int64]:
    """Return int64 [side, side], the flat pixel of the nearest row within `reach` pixels, -1 at sea."""
    from scipy import ndimage

    empty = np.ones(raster.side**2, dtype=bool)
    empty[raster.pixel] = False
    distance, (row, column) = ndimage.distance_transform_edt(
        empty.reshape(raster.side, raster.side), return_indices=True
    )
    return np.where(distance <= reach, row.astype(np.int64) * raster.side + column, SEA)


def pixel_owner(
    raster: Raster,
    nearest: NDArray[np.int64],
    group: NDArray[np.integer],
    mass: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return int64 [side, side], the group of 0..G-1 that owns each pixel, -1 at sea.

    A pixel with rows belongs to the group of most mass there, an empty one to the nearest pixel's.
    """
    groups = int(group.max()) + 1
    where, keys = factorize(raster.pixel * groups + group)
    total = np.bincount(where, weights=mass)
    # Written in order of growing mass, so that the greatest stays.
    order = np.argsort(total, kind="stable")
    owner = np.full(raster.side**2 + 1, SEA, dtype=np.int64)
    owner[keys[order] // groups] = keys[order] % groups
    return owner[nearest]


def borders(positions: NDArray[np.float32], cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return float64 [C, C], symmetric: how many neighbours on the map two cells have in each other.

    Of many rows a sample is asked: a border between two large cells crosses many neighbourhoods.
    """
    from scipy.spatial import KDTree

    step = 1 + (len(cells) - 1) // BORDER_SAMPLE
    places, cells, count = positions[::step], cells[::step], int(cells.max()) + 1
    near = min(PLANE_NEIGHBORS, len(places) - 1)
    if not near:
        return np.zeros((count, count))
    tree = KDTree(places)
    # Asked in the order of the tree, rows find their neighbours where those before them did.
    order = tree.indices
    # The sample of a crowd of rows at one place is asked for more than itself.
    _, found = tree.query(places[order], k=near + 1)
    pairs = np.repeat(cells[order], near + 1) * count + cells[found.reshape(-1)]
    crossed = np.bincount(pairs, minlength=count**2).reshape(count, count).astype(np.float64)
    np.fill_diagonal(crossed, 0.0)
    return crossed + crossed.T
