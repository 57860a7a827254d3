"""Where a topic lies on the map: its main land, the outline of that and a place for the label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.borders import pixel_owner
from atlas_plugin_topics.outlines import NOBODY, outlines
from atlas_plugin_topics.raster import Raster

__all__ = ["LAND_REACH", "Lands", "lands"]

# A row's land reaches this share of the map's width around it.
LAND_REACH = 0.012
TOLERANCE_PIXELS = 1.5
PIXEL = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])


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

    `nearest` is `nearest_pixel` within `LAND_REACH` of the map's width. A topic that owns none of its rows' pixels has
    no land: then all its rows count, and its outline is a pixel.
    """
    mass = np.asarray(weights, dtype=np.float64)
    owner = pixel_owner(raster, nearest, topic, mass)
    region = _regions(owner)
    at_home = owner.reshape(-1)[raster.pixel] == topic
    held = np.bincount(region.reshape(-1)[raster.pixel], weights=mass * at_home, minlength=int(region.max()) + 1)
    main = _largest(owner, region, np.asarray(held, dtype=np.float64), int(topic.max()) + 1)
    lies_in = (region.reshape(-1)[raster.pixel] == main[topic]) & at_home
    middle = _middle_rows(np.nonzero(lies_in | (main[topic] < 0))[0], topic, positions, mass)
    shapes = outlines(np.where(region == main[owner], owner, NOBODY), TOLERANCE_PIXELS)
    shape_of = dict(zip(np.nonzero(main >= 0)[0].tolist(), shapes, strict=True))
    dots = {int(lost): PIXEL + raster.corner(int(middle[lost])) for lost in np.nonzero(main < 0)[0]}
    hulls = [raster.to_layout(shape) for _, shape in sorted((shape_of | dots).items())]
    return Lands(positions[middle].astype(np.float32), tuple(hulls))


def _regions(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 [H, W], the number of the 4-connected region of one owner that each pixel lies in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pixel = np.arange(owner.size).reshape(owner.shape)
    across, down = owner[:, 1:] == owner[:, :-1], owner[1:] == owner[:-1]
    one = np.concatenate([pixel[:, 1:][across], pixel[1:][down]])
    other = np.concatenate([pixel[:, :-1][across], pixel[:-1][down]])
    beside = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(owner.size, owner.size))
    number: NDArray[np.int32] = connected_components(beside, directed=False)[1]
    return number.reshape(owner.shape).astype(np.int64)


def _largest(
    owner: NDArray[np.int64], region: NDArray[np.int64], held: NDArray[np.float64], topics: int
) -> NDArray[np.int64]:
    """Return int64 [K], the region of each topic that holds most rows, the first of equals; -1 if none does."""
    owner_of = np.empty(len(held), dtype=np.int64)
    owner_of[region] = owner
    full = np.nonzero((held > 0) & (owner_of >= 0))[0]
    order = full[np.argsort(-held[full], kind="stable")][::-1]
    # Written in order of growing mass, so that the greatest stays.
    main = np.full(topics, NOBODY, dtype=np.int64)
    main[owner_of[order]] = order
    return main


def _middle_rows(
    rows: NDArray[np.int64], topic: NDArray[np.integer], positions: NDArray[np.float32], mass: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return int64 [K], the one of `rows` of each topic that lies nearest to their mean, the first of equals."""
    group, weight = topic[rows], mass[rows]
    x, y = positions[rows].astype(np.float64).T
    total = np.bincount(group, weights=weight)
    off_x, off_y = (axis - (np.bincount(group, weights=weight * axis) / total)[group] for axis in (x, y))
    distance = np.square(off_x) + np.square(off_y)
    least = np.full(len(total), np.inf)
    np.minimum.at(least, group, distance)
    # Written from the last row on, so that the first one stays.
    hit = np.nonzero(distance == least[group])[0][::-1]
    middle = np.empty(len(total), dtype=np.int64)
    middle[group[hit]] = rows[hit]
    return middle
