from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.pipeline.extend_graph import extend_graph, fresh_rows, search_rows, worth_extending
from localatlas.protocols import ComponentOptions, Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from localatlas.registry import Entry
from localatlas.resolve import Choice
from numpy.typing import NDArray
from reference import Exhaustive

ENTRY = Entry("neighbor finder", "exact", "", "1", "x:X")


class Counting(Exhaustive):
    """Counts the pairs that it compares."""

    def __init__(self) -> None:
        super().__init__(ComponentOptions())
        self.pairs = 0

    def search(
        self, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int, metric: Metric, context: Context
    ) -> NeighborGraph:
        self.pairs += len(vectors) * len(queries)
        return super().search(vectors, queries, k, metric, context)


def choice(finder: Exhaustive | None = None) -> Choice[Exhaustive]:
    return Choice(finder or Exhaustive(ComponentOptions()), ENTRY, {})


def changed(
    before: NDArray[np.float32], gone: set[int], order: list[int], new: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return a new version: some vectors gone, the rest in an order, new ones at the end; and what each was before."""
    kept = [row for row in order if row not in gone]
    vectors = np.concatenate([before[kept], new]).astype(np.float32)
    return vectors, np.array([*kept, *[-1] * len(new)], np.int32)


def scratch(vectors: NDArray[np.float32], k: int, metric: Metric) -> NeighborGraph:
    return Exhaustive(ComponentOptions()).build(vectors, k, metric, Context())


@st.composite
def versions(draw: st.DrawFn) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], int, int]:
    """A version, the next, the old number of each vector, and how many neighbours were and are wanted."""
    # Whole numbers in few dimensions: many neighbours lie equally far, and the order of the rows decides.
    cells = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1))
    places = draw(st.lists(cells, unique=True, min_size=4, max_size=30))
    split = draw(st.integers(2, len(places)))
    before, new = np.array(places[:split], np.float32), np.array(places[split:], np.float32).reshape(-1, 3)
    gone = draw(st.sets(st.integers(0, split - 1), max_size=split - 1))
    moved = draw(st.sets(st.integers(0, split - 1), max_size=3))
    order = [row for row in range(split) if row not in moved] + sorted(moved)
    vectors, old_of = changed(before, gone, order, new)
    width = draw(st.integers(1, split - 1))
    k = draw(st.integers(1, max(width, 1)))
    return before, vectors, old_of, width, min(k, len(vectors) - 1)


@given(versions())
@settings(max_examples=300)
def test_an_extended_graph_is_the_one_found_from_scratch(
    drawn: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], int, int],
) -> None:
    before, vectors, old_of, width, k = drawn
    if k < 1:
        return
    graph = scratch(before, width, "euclidean")
    found = extend_graph(choice(), vectors, graph, old_of, k, "euclidean", Context())
    wanted = scratch(vectors, k, "euclidean")
    assert np.array_equal(found.distances, wanted.distances)
    assert np.array_equal(found.indices, wanted.indices)


@pytest.mark.parametrize(("added", "deleted"), [(0, 30), (40, 0), (40, 30), (1, 1), (0, 0)])
def test_directions_in_many_dimensions(added: int, deleted: int) -> None:
    random = np.random.default_rng(added + deleted)
    points = random.normal(size=(400 + added, 16))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    gone = set(random.choice(400, deleted, replace=False).tolist())
    vectors, old_of = changed(points[:400], gone, list(range(400)), points[400:])
    found = extend_graph(choice(), vectors, scratch(points[:400], 15, "cosine"), old_of, 15, "cosine", Context())
    wanted = scratch(vectors, 15, "cosine")
    assert np.array_equal(found.indices, wanted.indices)
    assert np.allclose(found.distances, wanted.distances, atol=1e-6)


def test_new_rows_cost_only_themselves() -> None:
    points = np.random.default_rng(0).normal(size=(510, 8)).astype(np.float32)
    vectors, old_of = changed(points[:500], set(), list(range(500)), points[500:])
    finder = Counting()
    graph = scratch(points[:500], 10, "euclidean")
    extend_graph(choice(finder), vectors, graph, old_of, 10, "euclidean", Context())
    assert finder.pairs == 500 * 10 + 10 * 510


def test_only_rows_that_lost_a_neighbour_are_searched_again() -> None:
    # Two groups far from each other: what goes in one is nobody's neighbour in the other.
    points = np.concatenate([np.random.default_rng(seed).normal(size=(50, 4)) + 100 * seed for seed in (0, 1)])
    before = points.astype(np.float32)
    vectors, old_of = changed(before, {0}, list(range(100)), np.empty((0, 4), np.float32))
    finder = Counting()
    graph = scratch(before, 5, "euclidean")
    found = extend_graph(choice(finder), vectors, graph, old_of, 5, "euclidean", Context())
    assert np.array_equal(found.indices, scratch(vectors, 5, "euclidean").indices)
    assert finder.pairs == int((graph.indices == 0).any(axis=1).sum()) * 99 < 50 * 99


def test_lists_that_an_approximate_finder_did_not_fill_are_extended() -> None:
    before = np.arange(6, dtype=np.float32)[:, None]
    graph = scratch(before, 3, "euclidean")
    graph.indices[2, 1:], graph.distances[2, 1:] = -1, np.inf
    vectors, old_of = changed(before, set(), list(range(6)), np.array([[2.5]], np.float32))
    found = extend_graph(choice(), vectors, graph, old_of, 3, "euclidean", Context())
    assert found.indices[2].tolist() == [6, 1, -1]
    assert np.isinf(found.distances[2, 2])


def test_rows_that_all_lie_in_one_place_leave_themselves_out() -> None:
    vectors = np.zeros((12, 2), np.float32)
    found = search_rows(choice(), vectors, np.arange(12), 3, "euclidean", Context())
    assert not (found.indices == np.arange(12)[:, None]).any()
    assert (found.indices >= 0).all()


def test_fresh_are_the_new_and_those_that_moved_back() -> None:
    assert fresh_rows(np.array([1, 2, 0, 3, -1], np.int32)).tolist() == [2, 4]
    assert fresh_rows(np.empty(0, np.int32)).tolist() == []


class Unsearchable:
    def build(self, vectors: NDArray[np.float32], k: int, metric: Metric, context: Context) -> NeighborGraph:
        raise AssertionError


def test_what_is_worth_extending() -> None:
    graph = scratch(np.arange(20, dtype=np.float32)[:, None], 5, "euclidean")
    mostly_old = np.array([*range(20), -1, -1], np.int32)
    assert worth_extending(choice(), graph, mostly_old, 5)
    assert not worth_extending(choice(), graph, mostly_old, 6), "the old lists are too short"
    assert not worth_extending(choice(), graph, mostly_old, 0)
    assert not worth_extending(choice(), graph, np.array([0, 1, -1, -1, -1], np.int32), 4), "most is new"
    assert not worth_extending(Choice(Unsearchable(), ENTRY, {}), graph, mostly_old, 5)
    complete = scratch(np.arange(4, dtype=np.float32)[:, None], 3, "euclidean")
    assert worth_extending(choice(), complete, np.array([0, 1, 2, 3, -1], np.int32), 4), "each knew all others"
