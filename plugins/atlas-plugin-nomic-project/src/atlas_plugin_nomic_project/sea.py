"""How much of a map is sea.

Importing this module imports scipy; do it inside a working method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import ConvexHull, QhullError

from atlas_plugin_nomic_project.workers import Workers

__all__ = ["sea_share"]

CELLS = 256
BLUR = 1.5
INNER = (0.002, 0.998)
# Of the median density at the points: below it is sea.
LAND = 0.1
# Qhull's sides pass through cells' corners only up to this.
ROUNDING = 1e-9


def sea_share(points: NDArray[np.float32], workers: Workers) -> float:
    """Return the share, 0 to 1, of the lands' convex hull that is sea; 0 for points without extent."""
    columns = np.ascontiguousarray(points.T)
    cells, inside = np.empty(columns.shape, np.int32), np.empty(columns.shape, np.bool_)
    flat = np.zeros(2, np.bool_)

    # Column by column: numpy is several times slower along rows of two.
    def divide(axis: int) -> None:
        column = columns[axis]
        low, high = np.quantile(column, INNER)
        flat[axis] = not high > low
        if not flat[axis]:
            np.logical_and(column >= low, column <= high, out=inside[axis])
            scaled = (column - np.float32(low)) * np.float32(CELLS / (high - low))
            cells[axis] = np.clip(scaled, 0, CELLS - 1)

    workers.run(divide, 2)
    if flat.any():
        return 0.0
    place = cells[0] * CELLS + cells[1]
    counts = np.bincount(place[inside[0] & inside[1]], minlength=CELLS * CELLS)
    crowd = gaussian_filter(counts.reshape(CELLS, CELLS).astype(np.float64), BLUR)
    land = crowd >= LAND * np.median(crowd.ravel()[place])
    hull = _hull(land)
    area = int(hull.sum())
    return 1.0 - float((land & hull).sum()) / area if area else 0.0


def _hull(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells lie in the convex hull of the land cells."""
    # In each line only the first and the last can be a corner.
    lines = np.flatnonzero(land.any(axis=1))
    first, last = land[lines].argmax(axis=1), CELLS - 1 - land[lines, ::-1].argmax(axis=1)
    corners = np.concatenate([np.stack([lines, end], axis=1) for end in (first, last)])
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
