"""What the approximate search promises beyond the conformance kit."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_neighbors import NNDescentNeighbors
from atlas_plugin_neighbors.geometry import Geometry
from atlas_plugin_neighbors.nn_descent import _graph
from localatlas.protocols import Context, NeighborFinder, SupportsSearch
from localatlas.testing.example import brute_force, clusters


def finder(**options: int) -> NNDescentNeighbors:
    return NNDescentNeighbors(NNDescentNeighbors.Options(**options))


def test_satisfies_the_protocols() -> None:
    assert isinstance(finder(), NeighborFinder)
    assert isinstance(finder(), SupportsSearch)


def test_what_was_not_found_pads_the_end() -> None:
    vectors = clusters(6, noise=1.0)
    found = np.array([[0, -1, 3], [1, 2, -1], [-1, -1, -1], [3, 0, 1], [0, 4, 5], [0, 1, 2]], dtype=np.int64)
    graph = _graph(Geometry.of(vectors, "cosine"), found, 2)
    assert graph.indices[0].tolist() == [3, -1]
    assert graph.indices[2].tolist() == [-1, -1]
    assert np.isposinf(graph.distances[2]).all()
    assert sorted(graph.indices[4].tolist()) == [0, 5]


def test_small_data_is_exact_and_compiles_nothing() -> None:
    vectors = clusters(300, noise=1.0)
    graph = finder().build(vectors, 10, "cosine", Context())
    assert np.array_equal(graph.indices, brute_force(vectors, None, 10, "cosine").indices)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_recall_on_thousands_of_rows(metric: str) -> None:
    vectors = clusters(5_000, count=40, dim=64, noise=1.0)
    graph = finder().build(vectors, 15, metric, Context(seed=1))
    true = brute_force(vectors[:5_000], vectors[:200], 16, metric)
    hits = [
        len(set(mine) & (set(theirs) - {row}))
        for row, (mine, theirs) in enumerate(zip(graph.indices, true.indices, strict=False))
    ]
    assert sum(hits) / (200 * 15) > 0.85


@pytest.mark.slow
def test_a_zero_vector_gives_no_nan() -> None:
    vectors = clusters(400, noise=1.0).copy()
    vectors[5] = 0.0
    graph = finder(exact_below=0).build(vectors, 5, "cosine", Context())
    assert not np.isnan(graph.distances).any()


@pytest.mark.slow
def test_another_seed_is_another_search() -> None:
    vectors = clusters(3_000, count=40, dim=64, noise=1.0)
    first, second = (
        finder(exact_below=0, n_iters=1).build(vectors, 10, "cosine", Context(seed=seed)) for seed in (1, 2)
    )
    assert not np.array_equal(first.indices, second.indices)
