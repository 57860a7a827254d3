"""Which neighbours pull a row, chosen from those that the index lends."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray

__all__ = ["neighbor_pairs"]

# A row's own scale is its mean distance to these neighbours, counted from 1: the nearest may be near-copies.
SCALE_OF = slice(3, 6)


def neighbor_pairs(graph: NeighborGraph, count: int, *, squared: bool) -> NDArray[np.int32]:
    """Return int32 [N * count, 2]: each row and the `count` neighbours that are nearest in both rows' own scales.

    Args:
        graph: candidates, at least `count` of them per row.
        count: how many to choose; a row that has fewer repeats its nearest.
        squared: whether the distances are squared ones, as cosine distances of unit vectors are up to a factor.

    Source: Wang et al., "Understanding how dimension reduction tools work" (arXiv 2012.04456), section 4.1.
    """
    rows, width = graph.indices.shape
    known = graph.indices >= 0
    square = np.where(known, graph.distances, np.inf).astype(np.float64)
    square = square if squared else square**2
    some = np.where(known, np.sqrt(np.where(known, square, 0.0)), 0.0)
    part = slice(min(SCALE_OF.start, width - 1), SCALE_OF.stop)
    scale = some[:, part].sum(axis=1) / np.maximum(known[:, part].sum(axis=1), 1)
    scale = np.maximum(scale, 1e-10)
    scaled = square / scale[:, None] / scale[graph.indices]
    order = np.argsort(scaled, axis=1, kind="stable")[:, :count]
    chosen = np.take_along_axis(graph.indices, order, axis=1)
    fallback = np.where(chosen[:, :1] >= 0, chosen[:, :1], (np.arange(rows)[:, None] + 1) % rows)
    chosen = np.where(chosen >= 0, chosen, fallback)
    own = np.repeat(np.arange(rows), chosen.shape[1])
    return np.stack([own, chosen.ravel()], axis=1).astype(np.int32)
