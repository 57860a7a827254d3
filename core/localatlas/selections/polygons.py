"""Which points lie in a polygon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["inside"]


def inside(points: NDArray[np.float64], polygon: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """Return bool [N]: which of `points` float64 [N, 2] lie in a polygon, by the even-odd rule; on its edge counts.

    NaN lies nowhere. The points are sorted by y once, so that an edge meets only those of its own height: about
    N log N steps, and a few per point and crossing.
    """
    corners = np.asarray(polygon, dtype=np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    # NaN compares false.
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    order = near[np.argsort(points[near, 1], kind="stable")]
    x, y = points[order, 0], points[order, 1]
    odd = np.zeros(len(order), dtype=bool)
    on_edge = np.zeros(len(order), dtype=bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        start = np.searchsorted(y, min(y1, y2), side="left")
        stop = np.searchsorted(y, max(y1, y2), side="right")
        at, up = x[start:stop], y[start:stop]
        side = (x2 - x1) * (up - y1) - (at - x1) * (y2 - y1)
        on_edge[start:stop] |= (side == 0) & (at >= min(x1, x2)) & (at <= max(x1, x2))
        # A ray to the right crosses an edge that has one end above it and one not, if the point is left of it.
        crosses = (y1 > up) != (y2 > up)
        odd[start:stop] ^= crosses & ((side > 0) == (y2 > y1)) & (side != 0)
    found = np.zeros(len(points), dtype=bool)
    found[order] = odd | on_edge
    return found
