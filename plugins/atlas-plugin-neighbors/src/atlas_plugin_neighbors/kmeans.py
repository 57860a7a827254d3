"""K-means on one thread.

Source: Lloyd's algorithm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.geometry import FloatArray

__all__ = ["half_squares", "means", "nearest", "path"]

# A fourth finds no more neighbours.
ROUNDS = 3
# Scores of so many points are held at once.
POINTS_AT_ONCE = 4_096


def means(points: FloatArray, count: int, random: np.random.Generator) -> FloatArray:
    """Return the means float32 [C, R] of at most `count` cells of some points [M, R]."""
    count = min(count, len(points))
    centers = points[np.sort(random.choice(len(points), count, replace=False))]
    for _ in range(ROUNDS):
        own = nearest(points, centers)
        sizes = np.bincount(own, minlength=count)
        filled = sizes > 0
        order = np.argsort(own, kind="stable")
        begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])[filled]
        centers[filled] = np.add.reduceat(points[order], begins, axis=0) / sizes[filled, None]
        empty = np.flatnonzero(~filled)
        centers[empty] = points[random.choice(len(points), empty.size, replace=False)]
    return centers


def nearest(points: FloatArray, centers: FloatArray) -> NDArray[np.intp]:
    """Return the number of the nearest center of each point, intp [M]."""
    half, found = half_squares(centers), np.empty(len(points), dtype=np.intp)
    for start in range(0, len(points), POINTS_AT_ONCE):
        scores = points[start : start + POINTS_AT_ONCE] @ centers.T
        scores -= half
        found[start : start + POINTS_AT_ONCE] = scores.argmax(axis=1)
    return found


def half_squares(points: FloatArray) -> FloatArray:
    """Return half the squared lengths float32 [M]: a product less that of one factor is larger the nearer they are."""
    halves: FloatArray = np.float32(0.5) * np.einsum("ij,ij->i", points, points)
    return halves


def path(points: FloatArray) -> NDArray[np.intp]:
    """Return an order intp [M] of a few points in which each is followed by the nearest of those still to come."""
    scores = points @ points.T - half_squares(points)
    order = np.zeros(len(points), dtype=np.intp)
    for place in range(1, len(points)):
        scores[:, order[place - 1]] = -np.inf
        order[place] = scores[order[place - 1]].argmax()
    return order
