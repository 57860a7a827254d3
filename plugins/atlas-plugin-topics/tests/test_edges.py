"""Data at the edges of what an index can lend becomes topics in which every row is placed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from atlas_plugin_topics import NomicTopic
from localatlas.protocols import Context, Layout, NeighborGraph, Topics
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

K = 15


def noise(n: int, dim: int) -> NDArray[np.float64]:
    return np.random.default_rng(n + dim).normal(size=(n, dim))


def fit(index: ArrayIndex, positions: NDArray[np.floating]) -> Topics:
    return NomicTopic(NomicTopic.Options()).fit(index, Layout(positions.astype(np.float32)), Context(seed=0))


def require_a_tree(topics: Topics, n: int) -> None:
    """Every row is placed at every depth, below one parent, with a finite place for each label."""
    assert topics.assignment.shape == (n, topics.depths)
    for depth in range(topics.depths):
        column = topics.assignment[:, depth]
        assert set(column.tolist()) == set(topics.topic_id[topics.depth == depth + 1].tolist())
        if depth:
            pairs = np.unique(topics.assignment[:, depth - 1 : depth + 1], axis=0)
            assert len(pairs) == len(np.unique(column))
    assert np.isfinite(topics.position).all()
    assert all(np.isfinite(hull).all() for hull in topics.hull)
    assert ((topics.confidence >= 0) & (topics.confidence <= 1)).all()


def two_far_groups() -> NDArray[np.float64]:
    return np.concatenate([noise(300, 8) * 0.05 + 1e3, noise(300, 8) * 0.05 - 1e3])


def scaled(n: int, rows: slice, columns: slice, factor: float) -> NDArray[np.float64]:
    vectors = noise(n, 16)
    vectors[rows, columns] *= factor
    return vectors


EDGES: dict[str, Callable[[], NDArray[np.float64]]] = {
    "two far groups": two_far_groups,
    "one huge dimension": lambda: scaled(600, slice(None), slice(3, 4), 1e6),
    "extreme outliers": lambda: scaled(600, slice(3), slice(None), 1e9),
    "zero vectors": lambda: scaled(600, slice(None, None, 7), slice(None), 0.0),
    "zero vectors only": lambda: np.zeros((500, 4)),
    "all identical": lambda: np.ones((500, 12)),
    "one dimension": lambda: noise(500, 1),
    "4,096 dimensions": lambda: noise(450, 4_096),
    "noise": lambda: noise(600, 3),
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_edges(name: str, metric: str) -> None:
    vectors = EDGES[name]()
    index = ArrayIndex(vectors.astype(np.float32), metric="cosine" if metric == "cosine" else "euclidean")
    require_a_tree(fit(index, noise(len(vectors), 2)), len(vectors))


@pytest.mark.parametrize("n", [1, 2, 3, K - 1, K, K + 1, K + 2])
def test_as_few_rows_as_neighbours(n: int) -> None:
    require_a_tree(fit(ArrayIndex(noise(n, 5)), noise(n, 2)), n)


def test_an_outlier_of_the_layout_does_not_swallow_the_map() -> None:
    group = np.arange(900) % 3
    positions = noise(900, 2) * 0.3 + np.array([[0, 0], [6, 0], [0, 6]])[group]
    positions[0] = 1e6
    topics = fit(ArrayIndex(np.eye(3)[group] + 0.05 * noise(900, 3)), positions)
    require_a_tree(topics, 900)
    broad = topics.assignment[1:, 0]
    assert all(
        len(set(broad[group[1:] == one]) & set(broad[group[1:] == other])) == 0 for one, other in [(0, 1), (1, 2)]
    )


def test_a_disconnected_graph_becomes_topics_that_cross_no_gap() -> None:
    vectors = two_far_groups()
    positions = noise(600, 2) + np.repeat([[0.0, 0.0], [9.0, 0.0]], 300, axis=0)
    topics = fit(ArrayIndex(vectors), positions)
    require_a_tree(topics, 600)
    assert not set(topics.assignment[:300, 0]) & set(topics.assignment[300:, 0])


class Alone(ArrayIndex):
    """A graph in which no row has a neighbour."""

    def neighbors(self, k: int) -> NeighborGraph:
        n = len(self.vectors)
        return NeighborGraph(np.full((n, k), -1, np.int32), np.full((n, k), np.inf, np.float32))


@pytest.mark.parametrize("n", [30, 600])
def test_a_graph_without_neighbours_is_divided_by_the_map_alone(n: int) -> None:
    require_a_tree(fit(Alone(noise(n, 4)), noise(n, 2)), n)


def test_a_memory_mapped_table_of_half_precision_gives_the_same_topics(tmp_path: Path) -> None:
    index = ArrayIndex((noise(600, 8) + 4.0 * np.eye(8)[np.arange(600) % 8]).astype(np.float16))
    positions = noise(600, 2)
    plain, mapped = fit(index, positions), fit(index.mapped(tmp_path), positions)
    assert plain.assignment.tobytes() == mapped.assignment.tobytes()
