"""The search that compares every pair of rows once."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_neighbors import ExactNeighbors, exact
from atlas_plugin_neighbors.geometry import Geometry
from atlas_plugin_neighbors.pairs import nearest_of_all
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import brute_force, clusters

grid = arrays.arrays(np.float32, st.tuples(st.integers(2, 40), st.just(3)), elements=st.integers(-2, 2).map(float))


def found(vectors: np.ndarray, k: int, metric: Metric, tile: int, threads: int = 1) -> NeighborGraph:
    return nearest_of_all(Geometry.of(vectors, metric), k, tile, threads, lambda _done: None)


@given(vectors=grid, k=st.integers(1, 12), tile=st.integers(1, 50), metric=st.sampled_from(["cosine", "euclidean"]))
@settings(max_examples=150, deadline=None)
def test_finds_what_brute_force_finds_in_tiles_of_any_size(
    vectors: np.ndarray, k: int, tile: int, metric: Metric
) -> None:
    kept = min(k, len(vectors) - 1)
    graph = found(vectors, kept, metric, tile)
    true = brute_force(vectors, None, kept, metric)
    np.testing.assert_allclose(graph.distances, true.distances, atol=1e-6)
    assert not (graph.indices == np.arange(len(vectors))[:, None]).any()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_two_threads_find_the_same_bytes(metric: Metric) -> None:
    vectors = np.random.default_rng(1).integers(-3, 4, (700, 5)).astype(np.float32)
    one, two = (found(vectors, 12, metric, 64, threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.indices, two.indices)
    np.testing.assert_array_equal(one.distances, two.distances)


def test_the_finder_gives_the_same_rows_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(2).normal(size=(600, 16)).astype(np.float32)
    finder = ExactNeighbors(ExactNeighbors.Options())
    blocks = finder.build(vectors, 10, "cosine", Context())
    monkeypatch.setattr(exact, "WORTH_PAIRS", 1)
    pairs = finder.build(vectors, 10, "cosine", Context())
    np.testing.assert_array_equal(pairs.indices, blocks.indices)
    np.testing.assert_allclose(pairs.distances, blocks.distances, atol=1e-6)


def test_threads_and_tiles_change_nothing_though_every_list_ends_in_ties() -> None:
    vectors = np.random.default_rng(0).integers(-3, 4, (900, 4)).astype(np.float32)
    one = found(vectors, 12, "euclidean", 64)
    for tile, threads in ((17, 1), (17, 4), (2_000, 1)):
        other = found(vectors, 12, "euclidean", tile, threads)
        np.testing.assert_array_equal(one.indices, other.indices)
        np.testing.assert_array_equal(one.distances, other.distances)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_equal_vectors_of_any_length_are_exactly_0_apart(metric: Metric) -> None:
    half = np.random.default_rng(0).normal(size=(150, 50)).astype(np.float32)
    graph = found(np.concatenate([half, half]), 3, metric, 64)
    assert (graph.indices[:150, 0] == np.arange(150, 300)).all()
    assert not graph.distances[:, 0].any()


def test_many_equal_rows_get_the_lowest_row_numbers() -> None:
    graph = found(np.ones((500, 4), np.float32), 5, "cosine", 64)
    assert graph.indices[0].tolist() == [1, 2, 3, 4, 5]
    assert graph.indices[499].tolist() == [0, 1, 2, 3, 4]


def test_numbers_near_the_largest_give_every_row_its_neighbours() -> None:
    vectors = np.full((40, 1), 1.8e19, np.float32)
    vectors[3] = -1.8e19
    with np.errstate(over="ignore", invalid="ignore"):
        assert (found(vectors, 4, "euclidean", 64).indices >= 0).all()


def test_a_report_rises_and_what_it_raises_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "WORTH_PAIRS", 1)
    finder, seen = ExactNeighbors(ExactNeighbors.Options(block_rows=10)), list[float]()

    def report(fraction: float, _message: str) -> None:
        seen.append(fraction)
        if len(seen) == stop:
            raise BuildCancelled("enough")

    stop = 3
    with pytest.raises(BuildCancelled, match="enough"):
        finder.build(clusters(100), 3, "cosine", Context(report=report, n_jobs=2))
    assert len(seen) == 3
    seen, stop = [], 0
    finder.build(clusters(100), 3, "cosine", Context(report=report, n_jobs=2))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
