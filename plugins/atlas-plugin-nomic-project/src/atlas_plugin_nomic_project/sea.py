"""How much of a map is sea.

Importing this module imports scipy; do it inside a working method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import ConvexHull, QhullError

__all__ = ["sea_share"]

CELLS = 256
BLUR = 1.5
INNER = (0.002, 0.998)
# Of the median density at the points: below it is sea.
LAND = 0.1
# Qhull's sides pass through cells' corners only up to this.
ROUNDING = 1e-9


def sea_share(points: NDArray[np.float32]) -> float:
    """Return the share, 0 to 1, of the lands' convex hull that is sea; 0 for points without extent."""
    low, high = np.quantile(points.astype(np.float64), INNER, axis=0)
    extent = high - low
    if not (extent > 0).all():
        return 0.0
    cells = np.clip((points - low) / extent * CELLS, 0, CELLS - 1).astype(np.int64)
    inside = ((points >= low) & (points <= high)).all(axis=1)
    counts = np.bincount(cells[inside, 0] * CELLS + cells[inside, 1], minlength=CELLS * CELLS)
    crowd = gaussian_filter(counts.reshape(CELLS, CELLS).astype(np.float64), BLUR)
    land = crowd >= LAND * np.median(crowd[cells[:, 0], cells[:, 1]])
    hull = _hull(land)
    area = int(hull.sum())
    return 1.0 - float((land & hull).sum()) / area if area else 0.0


def _hull(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells lie in the convex hull of the land cells."""
    corners = np.argwhere(land)
    try:
        sides = ConvexHull(corners).equations
    except (QhullError, ValueError):
        return land
    ticks = np.arange(CELLS, dtype=np.float64)
    inside = np.ones(land.shape, dtype=bool)
    for across, along, offset in sides:
        inside &= across * ticks[:, None] + along * ticks[None, :] + offset <= ROUNDING
    return inside
