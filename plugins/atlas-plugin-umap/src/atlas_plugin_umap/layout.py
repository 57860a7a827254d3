"""The two jobs: lay out an index, and place new rows on a finished map.

Importing this module imports numba and scipy; do it inside a working method.
"""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context, Index, NeighborGraph
from numpy.typing import NDArray
from scipy.sparse import csr_array

from atlas_plugin_umap.curve import fit_curve
from atlas_plugin_umap.descent import Forces, descend, due_edges
from atlas_plugin_umap.fuzzy import fuzzy_graph
from atlas_plugin_umap.initial import initial_positions
from atlas_plugin_umap.options import UMAPOptions
from atlas_plugin_umap.placing import exact_matches, known_places, placed_between, towards_map

__all__ = ["lay_out", "lay_out_from", "place", "rehearse"]

GRAPH_DONE, START_DONE = 0.05, 0.1
# umap-learn's rules for new rows: fewer epochs, smaller steps.
PLACING_EPOCHS = 100
PLACING_SHARE = 3
PLACING_RATE = 0.25
# A layout that goes on from another is near rest: as many epochs and as small steps as new rows get.
# Of the map's extent: how far from its neighbour a new row starts.
BESIDE = 1e-3
# Keeps the rows' random numbers apart from those of the starting positions.
ROW_STREAM = 1


def lay_out(index: Index, k: int, options: UMAPOptions, context: Context) -> NDArray[np.float32]:
    """Return positions float32 [N, 2] of an index by the `k` neighbours of each row."""
    size = len(index.vectors)
    if size <= 1:
        context.progress(1.0, "laid out")
        return np.zeros((size, 2), dtype=np.float32)
    context.progress(0.0, "weighing the neighbour graph")
    weights = fuzzy_graph(index.neighbors(k), options.local_connectivity, options.set_op_mix_ratio)

    def starting() -> None:
        context.progress(GRAPH_DONE, f"finding starting positions ({options.init})")

    starting()
    positions = initial_positions(options.init, index.vectors, weights, context.random(), starting)
    _settle(positions, weights, options.epochs(size), options.learning_rate, options, context)
    return positions


def lay_out_from(
    index: Index,
    earlier: NDArray[np.float32],
    rows: NDArray[np.int64],
    k: int,
    options: UMAPOptions,
    context: Context,
) -> NDArray[np.float32]:
    """Return positions float32 [N, 2] of an index whose rows are `rows` int64 [N] of `earlier` [M, 2], -1 for new."""
    size = len(index.vectors)
    if size <= 1 or not (rows >= 0).any():
        return lay_out(index, k, options, context)
    context.progress(0.0, "weighing the neighbour graph")
    graph = index.neighbors(k)
    weights = fuzzy_graph(graph, options.local_connectivity, options.set_op_mix_ratio)
    positions = known_places(graph.indices, earlier, rows, BESIDE, context.random())
    epochs = max(options.epochs(size) // PLACING_SHARE, 1)
    _settle(positions, weights, epochs, options.learning_rate * PLACING_RATE, options, context)
    return positions


def _settle(
    positions: NDArray[np.float32],
    weights: csr_array,
    epochs: int,
    rate: float,
    options: UMAPOptions,
    context: Context,
) -> None:
    """Move `positions` float32 [N, 2], in place, by the pull of a graph and everything's push."""

    def report(done: int) -> None:
        context.progress(START_DONE + (1.0 - START_DONE) * done / epochs, f"epoch {done} of {epochs}")
        context.preview(positions)

    report(0)
    edges = due_edges(weights, float(weights.data.max(initial=0.0)), epochs)
    forces, seeds = _forces(options, rate), _row_seeds(context, len(positions))
    descend(positions, None, edges, forces=forces, epochs=epochs, seeds=seeds, report=report)


def place(
    near: NeighborGraph, positions: NDArray[np.float32], options: UMAPOptions, context: Context
) -> NDArray[np.float32]:
    """Return float32 [M, 2] for new rows whose neighbours `near` [M, K] lie at `positions` float32 [N, 2]."""
    # A copy, since lent arrays are read-only, which would be another type to compile for.
    fixed = np.array(positions, dtype=np.float32, order="C")
    rows = len(near.indices)
    if not near.indices.size:
        return np.tile(fixed.mean(axis=0, dtype=np.float32), (rows, 1))
    epochs = max(options.n_epochs // PLACING_SHARE, 1) if options.n_epochs else PLACING_EPOCHS
    graph, strongest = towards_map(near, len(fixed))
    moving = placed_between(graph, fixed)
    # Every row draws the same numbers, or its place would depend on its place in the batch.
    seeds = np.repeat(_row_seeds(context, 1), rows)
    forces = _forces(options, options.learning_rate * PLACING_RATE)

    def report(done: int) -> None:
        context.progress(done / epochs, f"epoch {done} of {epochs}")

    edges = due_edges(graph, strongest, epochs)
    descend(moving, fixed, edges, forces=forces, epochs=epochs, seeds=seeds, report=report)
    match = exact_matches(near)
    moving[match] = fixed[near.indices[match, 0]]
    return moving


def rehearse(options: UMAPOptions) -> None:
    """Run everything once on four points, so that it is imported, and compiled for the types in use."""
    indices = np.array([[1, 2], [0, 2], [1, 3], [2, 1]], dtype=np.int32)
    weights = fuzzy_graph(NeighborGraph(indices, np.ones(indices.shape, dtype=np.float32)), 1.0, 1.0)
    context = Context()
    positions = initial_positions("spectral", np.eye(4, dtype=np.float32), weights, context.random(), lambda: None)
    edges = due_edges(weights, 1.0, 2)
    forces, seeds = _forces(options, 1.0), _row_seeds(context, 4)
    descend(positions, None, edges, forces=forces, epochs=2, seeds=seeds, report=lambda _done: None)


def _forces(options: UMAPOptions, learning_rate: float) -> Forces:
    a, b = fit_curve(options.min_dist, options.spread)
    return Forces(a, b, options.repulsion_strength, options.negative_sample_rate, learning_rate)


def _row_seeds(context: Context, rows: int) -> NDArray[np.uint64]:
    """Return uint64 [rows]: where each row's random numbers begin."""
    random = np.random.default_rng([context.seed, ROW_STREAM])
    return random.integers(0, 2**64, size=rows, dtype=np.uint64)
