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
    columns = np.ascontiguousarray(points.T)
    low, high = np.quantile(columns, INNER, axis=1)
    extent = high - low
    if not (extent > 0).all():
        return 0.0
    # Column by column: numpy is several times slower along rows of two.
    within = [(column >= low[axis]) & (column <= high[axis]) for axis, column in enumerate(columns)]
    inside = within[0] & within[1]
    scaled = [(column - low[axis]) * (CELLS / extent[axis]) for axis, column in enumerate(columns)]
    x, y = (np.clip(column, 0, CELLS - 1).astype(np.int32) for column in scaled)
    place = x * CELLS + y
    counts = np.bincount(place[inside], minlength=CELLS * CELLS)
    crowd = gaussian_filter(counts.reshape(CELLS, CELLS).astype(np.float64), BLUR)
    land = crowd >= LAND * np.median(crowd.ravel()[place])
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
    across, along, offset = sides.T[:, :, None]
    ticks = np.arange(CELLS, dtype=np.float64)
    # On the inner side of a hull's side, across * x + along * y + offset <= 0: for each x, an end of y's range.
    ends = (ROUNDING - offset - across * ticks) / np.where(along == 0, np.nan, along)
    above = np.where(along > 0, ends, np.inf).min(axis=0)
    below = np.where(along < 0, ends, -np.inf).max(axis=0)
    outside = ((along == 0) & (across * ticks + offset > ROUNDING)).any(axis=0)
    inside: NDArray[np.bool_] = (ticks >= below[:, None]) & (ticks <= above[:, None]) & ~outside[:, None]
    return inside
