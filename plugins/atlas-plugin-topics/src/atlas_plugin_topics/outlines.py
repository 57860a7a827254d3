"""The outlines of regions of pixels as polygons of few corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOBODY", "outlines"]

NOBODY = -1
# Right, down, left, up: x grows to the right, y downwards. An edge of a pixel has its pixel on the right hand.
HEADINGS = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
# Where the edge of each heading begins, seen from its pixel, and the pixel on the other side of it.
BEGINS = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
BEYOND = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)])
# The pixel ahead on the left and on the right of the corner where an edge ends.
AHEAD_LEFT = np.array([(0, -1), (0, 0), (-1, 0), (-1, -1)])
AHEAD_RIGHT = np.array([(0, 0), (-1, 0), (-1, -1), (0, -1)])

Corners = NDArray[np.int64]


def outlines(region: NDArray[np.int64], tolerance: float) -> list[NDArray[np.float64]]:
    """Return the outer border of each 4-connected region as corners float64 [V, 2] (x, y) in pixels, by its number.

    Corners that lie within `tolerance` pixels of the simplified line are left out (Douglas and Peucker, 1973).

    Args:
        region: int64 [H, W], the number of each pixel's region, `NOBODY` for none.
        tolerance: in pixels.
    """
    rings = _rings(np.pad(region, 1, constant_values=NOBODY))
    if not rings:
        return []
    halves: list[Corners] = []
    for ring in rings:
        far = int(np.square(ring - ring[0]).sum(axis=1).argmax())
        halves += [ring[: far + 1], np.vstack([ring[far:], ring[:1]])]
    kept = _simplified(halves, tolerance)
    simple = [np.vstack(pair) for pair in zip(kept[::2], kept[1::2], strict=True)]
    shown = [few if len(few) > 2 else all_ for few, all_ in zip(simple, rings, strict=True)]  # noqa: PLR2004 - corners
    return [(corners - 1).astype(np.float64) for corners in shown]


def _rings(padded: NDArray[np.int64]) -> list[Corners]:
    """Walk around each region of a picture with an empty rim; return the corners where the walk turns."""
    x, y, heading = _edges(padded)
    owner, stride = padded[y, x], padded.shape[1] + 1
    corner = np.column_stack([x, y]) + BEGINS[heading]
    edge_at = np.full((padded.size + padded.shape[0] + stride) * 4, NOBODY)
    edge_at[(corner[:, 1] * stride + corner[:, 0]) * 4 + heading] = np.arange(len(owner))
    corner += HEADINGS[heading]
    left, right = (padded[tuple((corner + ahead[heading]).T[::-1])] == owner for ahead in (AHEAD_LEFT, AHEAD_RIGHT))
    turn = np.where(right, np.where(left, -1, 0), 1)
    following = edge_at[(corner[:, 1] * stride + corner[:, 0]) * 4 + (heading + turn) % 4].tolist()
    rings = []
    # Each region is entered over the top of its first pixel.
    for start in np.unique(owner[heading == 0], return_index=True)[1].tolist():
        walk, edge = [], following[start]
        while edge != start:
            walk.append(edge)
            edge = following[edge]
        walked = np.array([walk[-1], start, *walk[:-1]])
        rings.append(corner[walked[turn[walked] != 0]])
    return rings


def _edges(padded: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the pixel (x, y) and the heading of every edge between regions, line by line, those to the right first."""
    inner = padded[1:-1, 1:-1]
    height, width = inner.shape
    found = []
    for number, (dx, dy) in enumerate(BEYOND.tolist()):
        beyond = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        line, place = np.nonzero((inner != NOBODY) & (inner != beyond))
        found.append((place + 1, line + 1, np.full(len(line), number)))
    x, y, heading = (np.concatenate(part).astype(np.int64) for part in zip(*found, strict=True))
    return x, y, heading


def _simplified(lines: list[Corners], tolerance: float) -> list[Corners]:
    """Drop the points of open lines [M, 2] that lie close to what remains, and the last point of each.

    All lines are looked at together, round by round.
    """
    points = np.concatenate(lines)
    ends = np.cumsum([len(line) for line in lines])
    keep = np.zeros(len(points), dtype=bool)
    first, last = ends - [len(line) for line in lines], ends - 1
    starts, stops = first, ends
    keep[first] = keep[last] = True
    while True:
        wide = last - first > 1
        first, last = first[wide], last[wide]
        if not len(first):
            break
        far, distance = _farthest(points, first, last)
        split = distance > tolerance
        first, last, far = first[split], last[split], far[split]
        keep[far] = True
        first, last = np.concatenate([first, far]), np.concatenate([far, last])
    keep[ends - 1] = False
    return [points[start:stop][keep[start:stop]] for start, stop in zip(starts, stops, strict=True)]


def _farthest(points: Corners, first: Corners, last: Corners) -> tuple[Corners, NDArray[np.float64]]:
    """Return, for each span, the point between its ends that lies farthest from the line through them, and how far."""
    inner = last - first - 1
    begin = np.cumsum(inner) - inner
    span = np.repeat(np.arange(len(first)), inner)
    place = np.arange(len(span)) - begin[span] + first[span] + 1
    along = (points[last] - points[first])[span]
    offset = points[place] - points[first][span]
    length = np.hypot(along[:, 0], along[:, 1])
    across = np.abs(along[:, 0] * offset[:, 1] - along[:, 1] * offset[:, 0])
    distance = np.where(length > 0, across / np.maximum(length, 1e-12), np.hypot(offset[:, 0], offset[:, 1]))
    most = np.maximum.reduceat(distance, begin)
    # Written from the last point on, so that the first of equals stays.
    hit = np.nonzero(distance == most[span])[0][::-1]
    far = np.empty(len(first), dtype=np.int64)
    far[span[hit]] = place[hit]
    return far, most
