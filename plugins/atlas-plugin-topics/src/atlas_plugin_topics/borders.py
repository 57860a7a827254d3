"""Which regions of the map touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.raster import Raster

__all__ = ["nearest_pixel", "pixel_owner", "touching"]

SEA = -1


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
    keys, where = np.unique(raster.pixel * groups + group, return_inverse=True)
    total = np.bincount(where, weights=mass)
    # Written in order of growing mass, so that the greatest stays.
    order = np.argsort(total, kind="stable")
    owner = np.full(raster.side**2 + 1, SEA, dtype=np.int64)
    owner[keys[order] // groups] = keys[order] % groups
    return owner[nearest]


def touching(owner: NDArray[np.int64], groups: int) -> NDArray[np.bool_]:
    """Return bool [G, G], symmetric: which groups share a border on the map."""
    touch = np.zeros((groups, groups), dtype=bool)
    for one, other in ((owner[:, :-1], owner[:, 1:]), (owner[:-1], owner[1:])):
        border = (one != other) & (one != SEA) & (other != SEA)
        touch[one[border], other[border]] = True
    return touch | touch.T
