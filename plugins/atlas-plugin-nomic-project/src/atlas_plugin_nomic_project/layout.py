"""The two jobs: lay out an index, and lay out an index that grew from one with a map.

Importing this module imports numba and scipy; do it inside a working method.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_nomic_project.affinities import Pull, neighborhood, pulls
from atlas_plugin_nomic_project.descent import EARLY, Phase, Swarm, along_curve
from atlas_plugin_nomic_project.frozen import Frozen
from atlas_plugin_nomic_project.options import NomicProjectOptions, more_steps
from atlas_plugin_nomic_project.placing import place
from atlas_plugin_nomic_project.sea import sea_share
from atlas_plugin_nomic_project.starting import SCALE, starting_positions
from atlas_plugin_nomic_project.structure import structure
from atlas_plugin_nomic_project.terrain import Look, raise_terrain
from atlas_plugin_nomic_project.workers import Workers

__all__ = ["lay_out", "lay_out_from", "rehearse"]

STEPS_PER_EPOCH = 4
# Above this many rows an epoch has more steps, by this power of the rows: what is near must find itself over a greater
# distance, and with the same steps a map of twice as many rows keeps fewer neighbours.
FULL_EPOCHS_UP_TO, MORE_STEPS = 50_000, 0.1
# Shares of the steps: the early ones; and how far through the late ones the structure is judged, and the wide
# neighbourhood ceases to pull.
EARLY_SHARE, JUDGED_AT, WIDE_UNTIL = 0.2, 0.4, 0.7
LATE_RATE, LATE_MOMENTUM = (4.0, 0.05), 0.9
# Points may move this many times the square root of N at first, but no more than 5, and a tenth of it at the end: the
# map's extent grows so, and faster points throw small maps apart.
HEAT, MOST_HEAT, COLD = 0.02, 5.0, 0.1
# An earlier layout is already near rest: fewer and smaller steps.
AGAIN_SHARE, AGAIN = 0.25, ((1.0, 0.1), 0.8, (0.5, 0.1))
# Of a layout's own scale: how far from its neighbour a new row starts.
BESIDE = 0.1
# Neighbours say nothing about the shape of so few rows; their principal components do.
FEW = 15
# Look at `spread` = 1: the pull's excess over the push, and the share of sea at 1/2, 1 and 2.
EXCESS = 0.3
SPREADS, SEAS = (0.5, 1.0, 2.0), (0.4, 0.6, 0.8)
# Lands stand apart by themselves where the forces leave that much sea, from not at all to surely; then this share more
# of the map is to be sea.
APART, MORE_SEA = (0.2, 0.25), 0.25
# Passes that draw islands together, for each unit of `spread` and of sea beyond the least; and at most.
GATHER, MOST_GATHER = 44.0, 16
# Above this many rows the excess falls as 1 / N: larger maps have more sea by themselves, and more neighbours to lose.
FULL_EXCESS_UP_TO = 50_000
GRAPH_DONE, START_DONE, FORCES_DONE = 0.02, 0.06, 0.92


def lay_out(index: Index, options: NomicProjectOptions, context: Context) -> Layout:
    """Return a layout of an index from nothing but its neighbours and vectors."""
    rows = len(index.vectors)
    context.progress(0.0, "weighing the neighbour graph")
    if rows <= FEW:
        return _few(index, context)
    graph = index.neighbors(max(min(options.reach(rows), rows - 1), 0))
    near, reach = neighborhood(options.n_neighbors, rows), neighborhood(options.reach(rows), rows)
    pull = pulls(graph, near, near, options.rho)
    wide = pulls(graph, near, reach, options.rho) if reach > near else pull

    def starting() -> None:
        context.progress(GRAPH_DONE, f"finding starting positions ({options.init})")

    starting()
    with Workers(context.n_jobs, rows) as workers:
        points = starting_positions(
            options.init, index.vectors, graph.indices[:, :near], context.random(), workers, starting
        )
        raw, exaggeration, shaped = _settled(Swarm(points, wide, options.min_dist, workers), pull, options, context)
        positions, terrain = raw, None
        if options.terrain and shaped > 0:
            look = _look(raw, options.spread, shaped, workers)
            positions, terrain = raise_terrain(raw, look, workers, _rising(context))
    context.progress(1.0, "laid out")
    return Frozen(raw, exaggeration, terrain).layout(positions)


def lay_out_from(
    index: Index, earlier: Layout, rows: NDArray[np.int64], options: NomicProjectOptions, context: Context
) -> Layout:
    """Return a layout of an index most of whose rows have a place in an earlier one; `rows` int64 [N] says which."""
    size = len(index.vectors)
    context.progress(0.0, "weighing the neighbour graph")
    frozen = Frozen.of(earlier)
    if size <= FEW or not (rows >= 0).any():
        return lay_out(index, options, context)
    near = index.neighbors(max(min(options.n_neighbors, size - 1), 0))
    points = _known_places(near, frozen.raw, rows, context.random())
    count = neighborhood(options.n_neighbors, size)
    pull = pulls(near, count, count, options.rho)
    steps = max(int(_steps(size, options.n_epochs) * AGAIN_SHARE), 1)
    phase = Phase((frozen.exaggeration, frozen.exaggeration), *AGAIN)
    order = along_curve(points)
    with Workers(context.n_jobs, size) as workers:
        swarm = Swarm(points[order], pull.reordered(order), options.min_dist, workers)
        swarm.rows = order
        swarm.run(phase, steps, _stepping(context, swarm, 0, steps))
    raw = np.empty_like(points)
    raw[order] = swarm.points
    positions = raw if frozen.terrain is None else frozen.terrain.carried(raw)
    context.progress(1.0, "laid out")
    return Frozen(raw, frozen.exaggeration, frozen.terrain).layout(positions)


def rehearse(options: NomicProjectOptions) -> None:
    """Run everything once on a few points, so that it is imported, and compiled for the types in use."""
    size = FEW + 1
    ring = (np.arange(size)[:, None] + np.arange(1, 4)) % size
    near = NeighborGraph(ring.astype(np.int32), np.ones(ring.shape, dtype=np.float32))
    context, angle = Context(), np.linspace(0.0, 2.0 * np.pi, size, endpoint=False)
    circle = (3.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)
    with Workers(1, size) as workers:
        swarm = Swarm(circle, pulls(near, 3, 3, 0.0), options.min_dist, workers)
        swarm.reorder(along_curve(circle))
        swarm.run(EARLY, 1, lambda _done: None)
        structure(swarm.points, swarm.pull)
        positions, terrain = raise_terrain(circle, Look(1.0, 1, 0.0), workers, lambda _done, _most: None)
    place(near, Frozen(circle, 1.0, terrain).layout(positions), options, context)


def _few(index: Index, context: Context) -> Layout:
    nobody = np.empty((len(index.vectors), 0), dtype=np.int32)
    with Workers(1, len(index.vectors)) as workers:
        positions = starting_positions("pca", index.vectors, nobody, context.random(), workers, lambda: None)
    positions = (positions / SCALE).astype(np.float32)
    context.progress(1.0, "laid out")
    return Frozen(positions, 1.0, None).layout(positions)


def _settled(
    swarm: Swarm, near: Pull, options: NomicProjectOptions, context: Context
) -> tuple[NDArray[np.float32], float, float]:
    """Run the forces; return the points, the last exaggeration, and how far the clumps follow the graph (0 to 1).

    The swarm's own pull, which may be a wider neighbourhood's, gives way to `near` before the end.
    """
    rows = len(swarm.points)
    steps = _steps(rows, options.n_epochs)
    early = int(EARLY_SHARE * steps)

    def late(exaggeration: float, start: float, stop: float) -> None:
        before, after = (early + int(share * (steps - early)) for share in (start, stop))
        phase = _late(rows, exaggeration, (start, stop))
        swarm.run(phase, after - before, _stepping(context, swarm, before, steps))

    swarm.run(EARLY, early, _stepping(context, swarm, 0, steps))
    order = along_curve(swarm.points)
    only = near is swarm.pull
    swarm.reorder(order)
    near = swarm.pull if only else near.reordered(order)
    late(1.0, 0.0, JUDGED_AT)
    shaped = structure(swarm.points, near) if options.spread > 0 else 0.0
    last = 1.0 + EXCESS * options.spread * shaped * min(1.0, FULL_EXCESS_UP_TO / rows)
    late(last, JUDGED_AT, WIDE_UNTIL)
    swarm.pull = near
    late(last, WIDE_UNTIL, 1.0)
    raw = np.empty_like(swarm.points)
    raw[order] = swarm.points
    return raw, last, shaped


def _steps(rows: int, epochs: int) -> int:
    """Return how many steps all points take in some epochs."""
    return int(epochs * _steps_per_epoch(rows))


def _steps_per_epoch(rows: int) -> float:
    more: float = max(rows / FULL_EPOCHS_UP_TO, 1.0) ** MORE_STEPS
    return STEPS_PER_EPOCH * more * more_steps(rows)


def _late(rows: int, exaggeration: float, span: tuple[float, float]) -> Phase:
    """Return the part of the late steps from one share of them to another."""
    heat = min(HEAT * rows**0.5, MOST_HEAT)

    def at(high: float, low: float) -> tuple[float, float]:
        return high + (low - high) * span[0], high + (low - high) * span[1]

    return Phase((exaggeration, exaggeration), at(*LATE_RATE), LATE_MOMENTUM, at(heat, COLD * heat))


def _look(raw: NDArray[np.float32], spread: float, shaped: float, workers: Workers) -> Look:
    """Return the terrain that `spread` asks for.

    The sea is in between what the layout has and what `spread` says, and more where the lands stand apart by
    themselves. Islands are drawn together only where there is more sea than that anyway.
    """
    own = sea_share(raw, workers)
    wanted = float(np.interp(spread, (0.0, *SPREADS), (own, *SEAS)))
    apart = shaped * float(np.interp(own, APART, (0.0, 1.0))) * min(spread / SPREADS[0], 1.0)
    wanted += MORE_SEA * apart * (1.0 - wanted)
    gather = GATHER * spread * shaped * max(own - SEAS[0], 0.0)
    return Look(own + max(wanted - own, 0.0) * shaped, min(round(gather), MOST_GATHER), apart)


def _known_places(
    near: NeighborGraph, raw: NDArray[np.float32], rows: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.float32]:
    """Return float32 [N, 2]: known rows where they were, new ones beside their nearest neighbour that has a place."""
    known = rows >= 0
    points = np.zeros((len(rows), 2), dtype=np.float32)
    points[known] = raw[rows[known]]
    beside = BESIDE * random.normal(size=points.shape).astype(np.float32)
    while not known.all():
        new = np.flatnonzero(~known)
        placed = known[near.indices[new]] & (near.indices[new] >= 0)
        found = placed.any(axis=1)
        if not found.any():
            points[new] = raw.mean(axis=0) + beside[new] * raw.std(axis=0) / BESIDE
            break
        chosen = near.indices[new[found], placed[found].argmax(axis=1)]
        points[new[found]] = points[chosen] + beside[new[found]]
        known[new[found]] = True
    return points


def _stepping(context: Context, swarm: Swarm, before: int, steps: int) -> Callable[[int], None]:
    epoch = _steps_per_epoch(len(swarm.points))

    def report(done: int) -> None:
        share = (before + done) / steps
        message = f"epoch {int((before + done) / epoch)} of {math.ceil(steps / epoch)}"
        context.progress(START_DONE + (FORCES_DONE - START_DONE) * share, message)
        context.preview(swarm.points, swarm.rows)

    return report


def _rising(context: Context) -> Callable[[int, int], None]:
    def report(done: int, most: int) -> None:
        context.progress(FORCES_DONE + (1.0 - FORCES_DONE) * done / most, f"terrain, pass {done}")

    return report
