"""The outline of a region of pixels as a polygon of few corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["outline"]

# Right, down, left, up: x grows to the right, y downwards.
HEADINGS = ((1, 0), (0, 1), (-1, 0), (0, -1))
# The pixel ahead on the left and on the right of a corner, for each heading.
AHEAD_LEFT = ((0, -1), (0, 0), (-1, 0), (-1, -1))
AHEAD_RIGHT = ((0, 0), (-1, 0), (-1, -1), (0, -1))


def outline(mask: NDArray[np.bool_], tolerance: float) -> NDArray[np.float64]:
    """Return the outer border of a 4-connected region as corners float64 [V, 2] (x, y) in pixels.

    Corners that lie within `tolerance` pixels of the simplified line are left out (Douglas and Peucker, 1973).
    """
    corners = _trace(mask)
    far = int(np.linalg.norm(corners - corners[0], axis=1).argmax())
    halves = corners[: far + 1], np.vstack([corners[far:], corners[:1]])
    kept = [_simplify(half, tolerance)[:-1] for half in halves]
    simple = np.vstack(kept)
    return simple if len(simple) > 2 else corners  # noqa: PLR2004 - a polygon has three corners


def _trace(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Walk along the pixel edges with the region on the right hand; return the corners where the walk turns."""
    # Bytes are read one by one faster than an array is.
    inside, stride = np.pad(mask, 1).tobytes(), mask.shape[1] + 2
    start_y, start_x = (int(axis[0]) for axis in np.nonzero(mask))
    x, y, heading = start_x, start_y, 0
    corners = [(x, y)]
    while True:
        x, y = x + HEADINGS[heading][0], y + HEADINGS[heading][1]
        if (x, y) == (start_x, start_y):
            return np.array(corners, dtype=np.float64)
        left, right = AHEAD_LEFT[heading], AHEAD_RIGHT[heading]
        turn = 0
        if not inside[(y + right[1] + 1) * stride + x + right[0] + 1]:
            turn = 1
        elif inside[(y + left[1] + 1) * stride + x + left[0] + 1]:
            turn = -1
        if turn:
            heading = (heading + turn) % 4
            corners.append((x, y))


def _simplify(line: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Drop the points of an open line float64 [M, 2] that lie close to what remains."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:  # noqa: PLR2004 - nothing in between
            continue
        along = line[last] - line[first]
        offset = line[first + 1 : last] - line[first]
        length = float(np.hypot(*along))
        across = np.abs(along[0] * offset[:, 1] - along[1] * offset[:, 0])
        distance = across / length if length > 0 else np.hypot(offset[:, 0], offset[:, 1])
        worst = int(distance.argmax())
        if distance[worst] > tolerance:
            keep[first + 1 + worst] = True
            spans += [(first, first + 1 + worst), (first + 1 + worst, last)]
    return line[keep]
