"""Page order: points by level of detail, in Z-order inside a level, cut into pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIRST_LEVEL", "LEVEL_GROWTH", "PAGE_POINTS", "Order", "Page", "bounding_box", "first_view", "page_order"]

FIRST_LEVEL = 20_000
LEVEL_GROWTH = 4
PAGE_POINTS = 65_536
VIEW_QUANTILES = (0.01, 0.99)
# Far islands are left out of the first view where what is left holds so much of the points in so little of a side.
ISLAND_SHARES = (0.98, 0.96, 0.94, 0.92, 0.9)
SQUEEZED = 1 / 3
ALL_SHOWN = 100
# A fair part of the points says where most of them are.
MOST_SORTED = 200_000
VIEW_PADDING = 0.04
# The least width of a view, relative to where it is.
LEAST_VIEW = 1e-4
# The grid of the Z-order: 16 bits of x and 16 of y make one uint32 code.
GRID = 65_536

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Page:
    """A run of points: its number, its level, and the positions `start` to `start + count - 1`."""

    number: int
    level: int
    start: int
    count: int

    @property
    def points(self) -> slice:
        """The page's part of an array in page order."""
        return slice(self.start, self.start + self.count)


@dataclass(frozen=True)
class Order:
    """Which row comes where.

    Attributes:
        rows: uint32 [N], the dataset's row of each point in page order; rows without a place are left out.
        pages: in order; a page never spans two levels.
    """

    rows: NDArray[np.uint32]
    pages: tuple[Page, ...]

    def places(self, rows: int) -> NDArray[np.int32]:
        """Return where each of the dataset's rows comes, int32 [R]; -1 for one without a place."""
        places = np.full(rows, -1, np.int32)
        places[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        return places


def page_order(positions: NDArray[np.float32], seed: int) -> Order:
    """Order the placed rows of `positions` float32 [R, 2] (NaN: no place).

    Every level is a uniform random sample of what the levels before it left, so that each prefix of the levels
    is a fair picture of the map; Z-order (Morton, 1966) then makes each page cover a small area.
    """
    placed = np.flatnonzero(np.isfinite(positions).all(axis=1))
    shuffled = placed[np.random.default_rng(seed).permutation(placed.size)]
    # Sorting code and row as one number is several times faster than sorting by two keys.
    keys = (z_codes(positions[shuffled]).astype(np.uint64) << np.uint64(32)) | shuffled.astype(np.uint64)
    rows = np.empty(placed.size, np.uint32)
    pages: list[Page] = []
    start, size, level = 0, FIRST_LEVEL, 0
    while start < placed.size:
        stop = min(start + size, placed.size)
        rows[start:stop] = np.sort(keys[start:stop]) & np.uint64(0xFFFFFFFF)
        pages += cut(start, stop, level, first=len(pages))
        start, size, level = stop, size * LEVEL_GROWTH, level + 1
    return Order(rows, tuple(pages))


def cut(start: int, stop: int, level: int, *, first: int) -> list[Page]:
    """Cut a level into pages of equal size to within one."""
    parts = -(-(stop - start) // PAGE_POINTS)
    edges = [start + (stop - start) * part // parts for part in range(parts + 1)]
    return [Page(first + k, level, edges[k], edges[k + 1] - edges[k]) for k in range(parts)]


def z_codes(positions: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return the Morton code, uint32 [N], of `positions` [N, 2] on a grid over their bounding box."""
    if not positions.size:
        return np.empty(0, np.uint32)
    low = positions.min(axis=0).astype(np.float64)
    extent = positions.max(axis=0) - low
    extent[extent == 0] = 1
    cells = np.minimum((positions - low) / extent * GRID, GRID - 1).astype(np.uint32)
    return spread(cells[:, 0]) | (spread(cells[:, 1]) << np.uint32(1))


def spread(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Move bit i of 16-bit numbers to bit 2i."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | (values << np.uint32(shift))) & np.uint32(mask)
    return values


def bounding_box(positions: NDArray[np.float32]) -> Box:
    """Return the exact `(x0, y0, x1, y1)` of `positions` [N, 2]; zeros for none."""
    if not positions.size:
        return (0.0, 0.0, 0.0, 0.0)
    low, high = positions.min(axis=0), positions.max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def middle_range(values: NDArray[np.float32]) -> tuple[float, float]:
    """Return the 1-99 % range of some values."""
    low = np.quantile(values, VIEW_QUANTILES[0], method="lower")
    return float(low), float(np.quantile(values, VIEW_QUANTILES[1], method="higher"))


def densest(values: NDArray[np.float32], low: float, high: float) -> tuple[float, float]:
    """Return the shortest range with 90 to 98 % of the values, with as many as leave it below a third of low to high.

    Where 90 % need more than that, low and high are returned.
    """
    if len(values) <= ALL_SHOWN:
        return low, high
    ordered = np.sort(values[:: -(-len(values) // MOST_SORTED)]).astype(np.float64)
    for share in ISLAND_SHARES:
        held = int(np.ceil(share * len(ordered)))
        widths = ordered[held - 1 :] - ordered[: len(ordered) - held + 1]
        at = int(widths.argmin())
        if 0 < widths[at] < SQUEEZED * (high - low):
            return float(ordered[at]), float(ordered[at + held - 1])
    return low, high


def first_view(positions: NDArray[np.float32]) -> Box:
    """Return the box to show first: the 1-99 % range of the points with a margin, never empty.

    Up to 100 points nothing is left out: the quantiles are rounded outwards. Where far islands would squeeze the rest
    into a third of a side or less, the side is the rest's.
    """
    if not positions.size:
        return (-1.0, -1.0, 1.0, 1.0)
    sides = [densest(values, *middle_range(values)) for values in positions.T]
    low, high = np.array(sides, np.float64).T
    size = high - low
    # One point, or points in a line: as wide as the other side, or as one unit, or as what floats can tell apart.
    flat = size <= np.abs(low) * np.finfo(np.float32).eps
    size[flat] = np.maximum(size.max() or 1.0, np.abs(low[flat]) * LEAST_VIEW)
    middle = (low + high) / 2
    half = size * (0.5 + VIEW_PADDING)
    low, high = middle - half, middle + half
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
