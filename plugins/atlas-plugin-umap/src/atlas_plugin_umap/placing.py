"""How a new row holds on to a finished map."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray
from scipy.sparse import csr_array

from atlas_plugin_umap.fuzzy import memberships

__all__ = ["exact_matches", "known_places", "placed_between", "towards_map"]

# Of the mean distance to the neighbours: a nearest neighbour within it is the same row up to rounding.
SAME = 1e-5


def towards_map(near: NeighborGraph, size: int) -> tuple[csr_array, NDArray[np.float32]]:
    """Return the strengths float32 [M, size] of new rows' hold on mapped ones, and each edge's row's strongest [E].

    No neighbour counts as fully connected here (local connectivity 0): a new row may lie between rows. Each row is on
    its own, so that rows may come one by one or all at once. Source: umap-learn's `UMAP.transform`.
    """
    strength = memberships(near, 0.0, each_alone=True)
    kept = (near.indices >= 0) & (strength > 0)
    pointer = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    graph = csr_array((strength[kept], near.indices[kept], pointer), shape=(len(strength), size))
    strongest = np.repeat(strength.max(axis=1), np.diff(pointer))
    return graph, strongest


def placed_between(graph: csr_array, fixed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 [M, 2], each new row at its neighbours' weighted mean; at the map's mean if it has none."""
    total = np.asarray(graph.sum(axis=1), dtype=np.float64)
    held = total > 0
    mean = (graph @ fixed.astype(np.float64)) / np.where(held, total, 1.0)[:, None]
    return np.ascontiguousarray(np.where(held[:, None], mean, fixed.mean(axis=0)), dtype=np.float32)


def known_places(
    near: NDArray[np.int32],
    earlier: NDArray[np.float32],
    rows: NDArray[np.int64],
    beside: float,
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Return float32 [N, 2]: known rows at their places in `earlier`, new ones at their placed neighbours' mean.

    Args:
        near: int32 [N, K], the neighbours of each row, -1 where there is none.
        earlier: float32 [M, 2].
        rows: int64 [N], the row of `earlier` that each row is, -1 for a new one.
        beside: how far from that mean a new row lies, as a share of the map's extent.
        random: draws where.
    """
    known = rows >= 0
    places = np.zeros((len(rows), 2), dtype=np.float32)
    places[known] = earlier[rows[known]]
    noise = random.normal(size=places.shape) * (beside * float(np.ptp(earlier, axis=0).max()))
    while not known.all():
        new = np.flatnonzero(~known)
        placed = known[near[new]] & (near[new] >= 0)
        found = placed.any(axis=1)
        if not found.any():
            # Neighbours of new rows alone: an island of their own.
            places[new] = earlier.mean(axis=0) + random.normal(size=(len(new), 2)) * earlier.std(axis=0)
            break
        part = new[found]
        share = placed[found] / placed[found].sum(axis=1, keepdims=True)
        places[part] = (places[near[part]] * share[:, :, None]).sum(axis=1) + noise[part]
        known[part] = True
    return places


def exact_matches(near: NeighborGraph) -> NDArray[np.bool_]:
    """Return bool [M]: whether a new row's nearest neighbour is the same row."""
    valid = near.indices >= 0
    mean = np.where(valid, near.distances, 0.0).sum(axis=1) / np.maximum(valid.sum(axis=1), 1)
    same: NDArray[np.bool_] = valid[:, 0] & (near.distances[:, 0] <= SAME * mean)
    return same
