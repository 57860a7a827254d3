"""Each neighbour check passes a sound finder and catches the one fault it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from faults import assert_caught, each_of, named_in, names_of
from localatlas.protocols import ComponentOptions, Context, NeighborGraph
from localatlas.testing import run_checks
from localatlas.testing.example import brute_force


class Sound:
    class Options(ComponentOptions):
        pass

    def __init__(self, options: Options) -> None:
        self.options = options

    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        context.progress(0.2)
        graph = brute_force(vectors, None, k, metric)
        context.progress(1.0)
        return NeighborGraph(graph.indices, np.maximum(graph.distances, 0))

    def search(self, vectors: Any, queries: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = brute_force(vectors, queries, k, metric)
        return NeighborGraph(graph.indices, np.maximum(graph.distances, 0))


def after(change: Callable[[NeighborGraph], NeighborGraph]) -> type[Sound]:
    """Return a finder that changes the sound graph."""

    class Changed(Sound):
        def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
            return change(super().build(vectors, k, metric, context))

    return Changed


class IgnoresTheMetric(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        return super().build(vectors, k, "cosine", context)


class WideInEuclidean(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = super().build(vectors, k, metric, context)
        return wide(graph) if metric == "euclidean" else graph


class FindsFarOnes(Sound):
    """Tells the true distances of rows that are not the nearest."""

    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = super().build(vectors, 10 * k if metric == "euclidean" else k, metric, context)
        return NeighborGraph(graph.indices[:, -k:], graph.distances[:, -k:])


class FailsOnOneRow(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        if len(vectors) == 1:
            raise ValueError("one row")
        return super().build(vectors, k, metric, context)


class PadsToK(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = super().build(vectors, k, metric, context)
        missing = max(k - graph.indices.shape[1], 0) if len(vectors) > 3 else 0
        return NeighborGraph(
            np.pad(graph.indices, ((0, 0), (0, missing)), constant_values=-1),
            np.pad(graph.distances, ((0, 0), (0, missing)), constant_values=np.inf),
        )


class TakesTheFirstForItself(Sound):
    """Finds k + 1 nearest and drops the first, which among equal vectors need not be the row itself."""

    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        context.progress(1.0)
        graph = brute_force(vectors, vectors, min(k + 1, len(vectors)), metric)
        return NeighborGraph(graph.indices[:, 1:], np.maximum(graph.distances[:, 1:], 0))


class Unseeded(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = super().build(vectors, k, metric, context)
        noise = np.random.default_rng().random(1).astype(np.float32) * np.float32(1e-5)
        return NeighborGraph(graph.indices, graph.distances + noise)


class DependsOnCores(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = super().build(vectors, k, metric, context)
        return NeighborGraph(graph.indices, graph.distances + np.float32(1e-6 * context.n_jobs))


class MisreadsFiles(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        table = vectors[::-1] if isinstance(vectors, np.memmap) else vectors
        return super().build(table, k, metric, context)


class Silent(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        return super().build(vectors, k, metric, Context())


class GoesBack(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        context.progress(0.5)
        return super().build(vectors, k, metric, context)


class CannotBeStopped(Sound):
    def build(self, vectors: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        try:
            return super().build(vectors, k, metric, context)
        except Exception:  # noqa: BLE001 - this is the fault
            return super().build(vectors, k, metric, Context())


class LeavesOutEqualRows(Sound):
    def search(self, vectors: Any, queries: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        graph = super().search(vectors, queries, k + 1, metric, context)
        return NeighborGraph(graph.indices[:, 1:], graph.distances[:, 1:])


class LeavesOutTheFirst(LeavesOutEqualRows):
    def search(self, vectors: Any, queries: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        of = super() if len(queries) > 1 else super(LeavesOutEqualRows, self)
        return of.search(vectors, queries, k, metric, context)


class NeedsAQuery(Sound):
    def search(self, vectors: Any, queries: Any, k: int, metric: Any, context: Context) -> NeighborGraph:
        if not len(queries):
            raise ValueError("no query")
        return super().search(vectors, queries, k, metric, context)


def with_itself(graph: NeighborGraph) -> NeighborGraph:
    indices = graph.indices.copy()
    indices[-1, :1] = len(indices) - 1
    return NeighborGraph(indices, graph.distances)


def unordered(graph: NeighborGraph) -> NeighborGraph:
    return NeighborGraph(graph.indices[:, ::-1], graph.distances[:, ::-1])


def wide(graph: NeighborGraph) -> NeighborGraph:
    return NeighborGraph(graph.indices.astype(np.int64), graph.distances)  # type: ignore[arg-type]


def twice(graph: NeighborGraph) -> NeighborGraph:
    indices = graph.indices.copy()
    indices[:, 1:2] = indices[:, :1]
    return NeighborGraph(indices, graph.distances)


def padded_without_infinity(graph: NeighborGraph) -> NeighborGraph:
    indices = graph.indices.copy()
    indices[:, -1:] = -1
    return NeighborGraph(indices, graph.distances)


def far_ones(graph: NeighborGraph) -> NeighborGraph:
    indices = (graph.indices + 1) % len(graph.indices)
    clash = indices == np.arange(len(indices))[:, None]
    return NeighborGraph(np.where(clash, (indices + 1) % len(indices), indices).astype(np.int32), graph.distances)


def squared(graph: NeighborGraph) -> NeighborGraph:
    return NeighborGraph(graph.indices, graph.distances**2)


FAULTS = [
    ("graph_has_its_form", WideInEuclidean),
    ("graph_has_its_form", after(with_itself)),
    ("graph_has_its_form", after(unordered)),
    ("graph_has_its_form", after(wide)),
    ("graph_has_its_form", after(twice)),
    ("graph_has_its_form", after(padded_without_infinity)),
    ("neighbors_are_the_nearest", FindsFarOnes),
    ("neighbors_are_the_nearest", after(far_ones)),
    ("neighbors_are_the_nearest", IgnoresTheMetric),
    ("distances_are_true", after(squared)),
    ("few_rows", FailsOnOneRow),
    ("more_neighbors_than_rows", PadsToK),
    ("equal_vectors", TakesTheFirstForItself),
    ("same_seed_same_bytes", Unseeded),
    ("same_seed_same_bytes", DependsOnCores),
    ("memory_mapped_input", MisreadsFiles),
    ("progress_ends_at_one", GoesBack),
    ("progress_ends_at_one", Silent),
    ("cancelling_comes_through", CannotBeStopped),
    ("search_finds_the_nearest", LeavesOutTheFirst),
    ("search_finds_the_nearest", LeavesOutEqualRows),
    ("search_with_little", NeedsAQuery),
]


def test_a_sound_finder_passes_every_check() -> None:
    assert [result for result in run_checks(Sound) if result.outcome != "passed"] == []


@each_of(FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Sound], alone: bool) -> None:
    assert_caught(check, faulty, alone=alone)


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert named_in(FAULTS) == names_of(Sound, "neighbors")
