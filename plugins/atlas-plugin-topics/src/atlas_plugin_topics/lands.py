"""Where a topic lies on the map: its main land, the outline of that and a place for the label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.borders import pixel_owner
from atlas_plugin_topics.outlines import outline
from atlas_plugin_topics.raster import Raster

__all__ = ["LAND_REACH", "Lands", "lands"]

# A row's land reaches this share of the map's width around it.
LAND_REACH = 0.012
TOLERANCE_PIXELS = 1.5


@dataclass(frozen=True)
class Lands:
    """One entry per topic of one depth.

    Attributes:
        anchor: float32 [K, 2], the position of a row near the middle of the topic's main land.
        hull: K polygons float32 [V, 2] in layout coordinates.
    """

    anchor: NDArray[np.float32]
    hull: tuple[NDArray[np.float32], ...]


def lands(
    raster: Raster,
    nearest: NDArray[np.int64],
    positions: NDArray[np.float32],
    topic: NDArray[np.integer],
    weights: NDArray[np.integer],
) -> Lands:
    """Find the main land of each topic 0..K-1 of one depth: its connected region that holds most rows.

    `nearest` is `nearest_pixel` within `LAND_REACH` of the map's width.
    """
    from scipy import ndimage

    mass = np.asarray(weights, dtype=np.float64)
    owner = pixel_owner(raster, nearest, topic, mass)
    boxes = ndimage.find_objects(owner + 1, max_label=int(topic.max()) + 1)
    # Numbers of few bits are sorted by counting.
    order = np.argsort(topic.astype(np.min_scalar_type(int(topic.max()))), kind="stable")
    members = np.split(order, np.cumsum(np.bincount(topic))[:-1])
    anchors, hulls = [], []
    for number, (rows, box) in enumerate(zip(members, boxes, strict=True)):
        mask, held = (None, rows) if box is None else _main_land(raster, owner[box] == number, box, rows, mass)
        row = _middle_row(held, positions, mass)
        anchors.append(positions[row])
        corner = raster.corner(row) if mask is None or box is None else (box[1].start, box[0].start)
        shape = outline(np.ones((1, 1), dtype=bool) if mask is None else mask, TOLERANCE_PIXELS)
        hulls.append(raster.to_layout(shape + np.array(corner)))
    return Lands(np.array(anchors, dtype=np.float32), tuple(hulls))


def _middle_row(rows: NDArray[np.int64], positions: NDArray[np.float32], mass: NDArray[np.float64]) -> int:
    """Return the row that lies nearest to the weighted mean of `rows`."""
    x, y = positions[rows].astype(np.float64).T
    share = mass[rows] / mass[rows].sum()
    return int(rows[(np.square(x - share @ x) + np.square(y - share @ y)).argmin()])


def _main_land(
    raster: Raster,
    mask: NDArray[np.bool_],
    box: tuple[slice, ...],
    rows: NDArray[np.int64],
    mass: NDArray[np.float64],
) -> tuple[NDArray[np.bool_] | None, NDArray[np.int64]]:
    """Return the largest region of a topic's `mask` within its `box`, and the topic's rows in it.

    A topic that owns none of its rows' pixels has no land: then None and all its rows.
    """
    from scipy import ndimage

    regions, _ = ndimage.label(mask)
    y, x = np.divmod(raster.pixel[rows], raster.side)
    y, x = y - box[0].start, x - box[1].start
    inside = (y >= 0) & (x >= 0) & (y < mask.shape[0]) & (x < mask.shape[1])
    region = np.zeros(len(rows), dtype=np.int64)
    region[inside] = regions[y[inside], x[inside]]
    held = np.bincount(region, weights=mass[rows])
    held[0] = 0.0
    main = int(held.argmax())
    if not main:
        return None, rows
    return regions == main, rows[region == main]
