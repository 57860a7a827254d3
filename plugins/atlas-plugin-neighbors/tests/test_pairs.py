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
from localatlas.protocols import Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import brute_force

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
