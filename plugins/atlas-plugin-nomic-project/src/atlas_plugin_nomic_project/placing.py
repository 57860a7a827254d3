"""New rows on a finished map.

Importing this module imports numba and scipy; do it inside a working method.
"""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context, Layout, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_nomic_project.affinities import neighborhood, rank_weights
from atlas_plugin_nomic_project.descent import box_of
from atlas_plugin_nomic_project.frozen import Frozen
from atlas_plugin_nomic_project.kernels import settle
from atlas_plugin_nomic_project.mesh import FarField
from atlas_plugin_nomic_project.options import NomicProjectOptions
from atlas_plugin_nomic_project.workers import Workers

__all__ = ["exact_matches", "place"]

STEPS = 30
RATE, MOMENTUM, SPEED = 1.0, 0.8, 1.0
# A mapped row's own neighbours pull with 2, and those that it is a neighbour of as much again. A new row has no such;
# twice the sum keeps most of its neighbours (measured: 0.358 at 4, 0.360 at 8, 0.359 at 16).
PULL = 8.0
# Of the mean distance to the neighbours: a nearest neighbour within it is the same row up to rounding.
SAME = 1e-5
# Rows between two reports: about a hundredth of a second.
ROWS_PER_REPORT = 1024


def place(near: NeighborGraph, layout: Layout, options: NomicProjectOptions, context: Context) -> NDArray[np.float32]:
    """Return float32 [M, 2] for new rows whose neighbours `near` [M, K] have places in `layout`.

    Neighbours may lie far apart, so each starts at the one that has most of the others about it. It comes to rest
    between its neighbours' pull and the push of the frozen map's mesh; then the map's terrain carries it along.
    """
    frozen = Frozen.of(layout)
    rows, size = len(near.indices), len(frozen.raw)
    columns = near.indices[:, : neighborhood(options.n_neighbors, size)]
    if not columns.size:
        return np.tile(np.asarray(layout.positions, np.float32).mean(axis=0), (rows, 1))
    shares = PULL * rank_weights(columns, options.rho)
    kept = columns >= 0
    pointer = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64)
    target, weight = columns[kept].astype(np.int32), shares[kept].astype(np.float32)
    placed = np.empty((rows, 2), dtype=np.float32)
    with Workers(1, size) as workers:
        potential, frame, total = FarField(workers).potential(frozen.raw, box_of(frozen.raw), 0)
    push = 2.0 * size / (frozen.exaggeration * total)
    law = np.array([push, RATE, MOMENTUM, options.min_dist, SPEED], dtype=np.float32)
    for start in range(0, rows, ROWS_PER_REPORT):
        context.progress(start / rows, f"row {start:,} of {rows:,}")
        stop = min(start + ROWS_PER_REPORT, rows)
        placed[start:stop] = _beside(frozen.raw[columns[start:stop]], shares[start:stop])
        settle(frozen.raw, placed, pointer, target, weight, potential, frame, law, STEPS, start, stop)
    lonely = ~kept.any(axis=1)
    placed[lonely] = frozen.raw.mean(axis=0)
    if frozen.terrain is not None:
        placed = frozen.terrain.carried(placed)
    match = exact_matches(near)
    placed[match] = np.asarray(layout.positions, np.float32)[near.indices[match, 0]]
    context.progress(1.0, f"{rows:,} rows placed")
    return placed


def _beside(places: NDArray[np.float32], shares: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return float32 [M, 2]: of each row's `places` float32 [M, K, 2], its neighbours', the one with most about it."""
    between = ((places[:, :, None, :] - places[:, None, :, :]) ** 2).sum(axis=3)
    held = np.where(shares > 0, (shares[:, None, :] / (1.0 + between)).sum(axis=2), -1.0)
    best: NDArray[np.float32] = places[np.arange(len(places)), held.argmax(axis=1)]
    return best


def exact_matches(near: NeighborGraph) -> NDArray[np.bool_]:
    """Return bool [M]: whether a new row's nearest neighbour is the same row."""
    valid = near.indices >= 0
    mean = np.where(valid, near.distances, 0.0).sum(axis=1) / np.maximum(valid.sum(axis=1), 1)
    same: NDArray[np.bool_] = valid[:, 0] & (near.distances[:, 0] <= SAME * mean)
    return same
