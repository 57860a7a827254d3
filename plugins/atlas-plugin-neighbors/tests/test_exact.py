"""What the exact search promises beyond the conformance kit."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from atlas_plugin_neighbors import ExactNeighbors, blocks, geometry
from atlas_plugin_neighbors.geometry import Geometry
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from localatlas.errors import BuildCancelled, InvalidDataError
from localatlas.protocols import Context, NeighborFinder, SupportsSearch
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import brute_force, clusters


def finder(**options: int) -> ExactNeighbors:
    return ExactNeighbors(ExactNeighbors.Options(**options))


def test_satisfies_the_protocols() -> None:
    assert isinstance(finder(), NeighborFinder)
    assert isinstance(finder(), SupportsSearch)


# Whole numbers of few values: many ties, many equal rows, zero vectors; distances are exact in float32.
grid = arrays.arrays(np.float32, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(-2, 2).map(float))


# Distances that are equal before the mean is taken off the vectors, and would not be after.
@example(vectors=np.array([[0, 0, 0]] * 9 + [[0, -2, 0], [0, 1, 0], [0, 2, 0]], np.float32), k=4, rows=1, columns=1)
@given(vectors=grid, k=st.integers(0, 12), rows=st.integers(1, 50), columns=st.integers(1, 50))
@settings(max_examples=150, deadline=None)
def test_euclidean_ties_go_to_the_lower_row_for_any_blocks(
    vectors: np.ndarray, k: int, rows: int, columns: int
) -> None:
    graph = finder(block_rows=rows, block_columns=columns).build(vectors, k, "euclidean", Context())
    true = brute_force(vectors, None, k, "euclidean")
    assert graph.distances.shape == true.distances.shape
    np.testing.assert_allclose(graph.distances, true.distances, atol=1e-6)
    differ = graph.indices != true.indices
    # Products of centred vectors round, so only ties beyond the candidates that are measured may fall otherwise.
    assert not differ.any() or len(vectors) > k + 8


@given(vectors=grid, k=st.integers(1, 12), columns=st.integers(1, 50))
@settings(max_examples=150, deadline=None)
def test_cosine_of_any_vectors_is_finite_and_right(vectors: np.ndarray, k: int, columns: int) -> None:
    graph = finder(block_columns=columns).build(vectors, k, "cosine", Context())
    true = brute_force(vectors, None, k, "cosine")
    np.testing.assert_allclose(graph.distances, true.distances, atol=1e-6)
    assert not (graph.indices == np.arange(len(vectors))[:, None]).any()


def test_more_rows_than_are_sorted_at_first_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(0).integers(-3, 4, (400, 4)).astype(np.float32)
    whole = finder().build(vectors, 12, "euclidean", Context())
    monkeypatch.setattr(blocks, "FIRST_COLUMNS", 7)
    parts = finder().build(vectors, 12, "euclidean", Context())
    np.testing.assert_array_equal(parts.indices, whole.indices)
    np.testing.assert_array_equal(parts.distances, whole.distances)


def test_a_zero_vector_is_one_away_from_all() -> None:
    vectors = np.array([[0, 0], [1, 0], [0, 2], [0, 0]], dtype=np.float32)
    graph = finder().build(vectors, 3, "cosine", Context())
    np.testing.assert_allclose(graph.distances[0], 1.0)
    assert graph.indices[0].tolist() == [1, 2, 3]


def test_many_equal_rows_get_the_lowest_row_numbers() -> None:
    graph = finder(block_rows=7, block_columns=64).build(np.ones((500, 4), np.float32), 5, "cosine", Context())
    assert graph.indices[0].tolist() == [1, 2, 3, 4, 5]
    assert graph.indices[499].tolist() == [0, 1, 2, 3, 4]
    assert graph.distances.max() == 0.0


def test_small_differences_far_from_the_origin_are_kept() -> None:
    vectors = (10_000.0 + np.arange(50, dtype=np.float32)[:, None] * np.ones(8, np.float32)).astype(np.float32)
    graph = finder().build(vectors, 2, "euclidean", Context())
    assert graph.indices[10].tolist() == [9, 11]
    np.testing.assert_allclose(graph.distances[10], np.sqrt(8.0), rtol=1e-5)


def test_near_duplicates_keep_their_order() -> None:
    angles = np.array([0.0, 3e-4, 1e-4, 2e-4], dtype=np.float64)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert finder().build(vectors, 3, "cosine", Context()).indices[0].tolist() == [2, 3, 1]


def test_vectors_need_not_be_normalised_for_cosine() -> None:
    vectors = clusters(200, noise=1.0)
    scaled = vectors * np.random.default_rng(0).uniform(0.1, 50.0, (200, 1)).astype(np.float32)
    assert not Geometry.of(scaled, "cosine").unit
    plain = finder().build(vectors, 8, "cosine", Context())
    found = finder().build(scaled, 8, "cosine", Context())
    np.testing.assert_allclose(found.distances, plain.distances, atol=1e-6)
    queries = finder().search(scaled, scaled[:5] * 3, 8, "cosine", Context())
    assert queries.indices[:, 0].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_unusable_numbers_are_refused(bad: float) -> None:
    vectors = clusters(20).copy()
    vectors[7, 3] = bad
    with pytest.raises(InvalidDataError, match=r"1 of 20 vectors.*row 7"):
        finder().build(vectors, 3, "euclidean", Context())
    with pytest.raises(InvalidDataError, match="1 of 20"):
        finder().search(clusters(30), vectors, 3, "cosine", Context())


def test_cancelling_stops_between_blocks() -> None:
    seen: list[float] = []

    def report(fraction: float, _message: str) -> None:
        seen.append(fraction)
        if len(seen) == 3:
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled, match="enough"):
        finder(block_rows=10).build(clusters(100), 3, "cosine", Context(report=report, n_jobs=2))
    assert seen == pytest.approx([0.1, 0.2, 0.3])


def test_an_empty_table_has_an_empty_graph() -> None:
    graph = finder().build(np.empty((0, 4), np.float32), 5, "cosine", Context())
    assert graph.indices.shape == (0, 0)


def test_a_table_that_is_lent_again_is_not_looked_through_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    plain = Geometry.of.__func__  # type: ignore[attr-defined]

    def watched(cls: type[Geometry], vectors: np.ndarray, metric: Metric) -> Geometry:
        looked.append(len(vectors))
        made: Geometry = plain(cls, vectors, metric)
        return made

    monkeypatch.setattr(Geometry, "of", classmethod(watched))
    table = clusters(200, noise=1.0)
    lent = table.copy()
    lent.flags.writeable = False
    first = finder().search(lent, table[:3], 4, "cosine", Context())
    again = finder().search(lent, table[:3], 4, "cosine", Context())
    assert looked == [200, 3, 3]
    assert np.array_equal(first.indices, again.indices)
    assert np.array_equal(first.distances, again.distances)
    finder().search(lent, table[:3], 4, "euclidean", Context())
    assert looked == [200, 3, 3, 200, 3]
    # Another table where the first one was, and one that may change.
    del lent
    gc.collect()
    assert not geometry._remembered
    for _ in range(2):
        finder().search(table, table[:3], 4, "cosine", Context())
    assert looked[-4:] == [200, 3, 200, 3]
