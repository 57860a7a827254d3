"""Where a topic lies on the map: its main land, the outline of that and a place for the label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.borders import nearest_pixel, pixel_owner
from atlas_plugin_topics.outlines import outline
from atlas_plugin_topics.raster import Raster

__all__ = ["Lands", "lands"]

# A row's land reaches this share of the map's width around it.
REACH = 0.012
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
    positions: NDArray[np.float32],
    topic: NDArray[np.integer],
    weights: NDArray[np.integer],
) -> Lands:
    """Find the main land of each topic 0..K-1 of one depth: its connected region that holds most rows."""
    from scipy import ndimage

    mass = np.asarray(weights, dtype=np.float64)
    owner = pixel_owner(raster, nearest_pixel(raster, max(1.0, REACH * raster.side)), topic, mass)
    boxes = ndimage.find_objects(owner + 1, max_label=int(topic.max()) + 1)
    order = np.argsort(topic, kind="stable")
    ends = np.cumsum(np.bincount(topic))
    anchors, hulls = [], []
    for number, box in enumerate(boxes):
        rows = order[ends[number - 1] if number else 0 : ends[number]]
        regions = np.zeros_like(owner, dtype=np.int32)
        if box is not None:
            ndimage.label(owner[box] == number, output=regions[box])
        region_of_row = regions.reshape(-1)[raster.pixel[rows]]
        held = np.bincount(region_of_row, weights=mass[rows])
        held[0] = 0.0
        main = int(held.argmax())
        if main:
            rows = rows[region_of_row == main]
        row = _middle_row(rows, positions, mass)
        anchors.append(positions[row])
        mask = regions == main if main else _pixel_mask(raster, row)
        hulls.append(_hull(raster, mask))
    return Lands(np.array(anchors, dtype=np.float32), tuple(hulls))


def _middle_row(rows: NDArray[np.int64], positions: NDArray[np.float32], mass: NDArray[np.float64]) -> int:
    """Return the row that lies nearest to the weighted mean of `rows`."""
    places = positions[rows].astype(np.float64)
    middle = np.average(places, axis=0, weights=mass[rows])
    return int(rows[np.square(places - middle).sum(axis=1).argmin()])


def _pixel_mask(raster: Raster, row: int) -> NDArray[np.bool_]:
    """Return the one pixel of a row: the land of a topic that owns no pixel."""
    mask = np.zeros(raster.side**2, dtype=bool)
    mask[raster.pixel[row]] = True
    return mask.reshape(raster.side, raster.side)


def _hull(raster: Raster, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the outline of a region in layout coordinates."""
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    top, left = int(rows[0]), int(columns[0])
    corners = outline(mask[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1], TOLERANCE_PIXELS)
    return raster.to_layout(corners + (left, top))
