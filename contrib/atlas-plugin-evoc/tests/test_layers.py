"""Layers with gaps become nested groups that hold every row. No EVoC is needed here."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_evoc import EVoCOptions, EVoCTopics
from atlas_plugin_evoc.described import described
from atlas_plugin_evoc.layers import chosen_layers, nested, placed
from hypothesis import given
from hypothesis import strategies as st
from localatlas.protocols import Context, Layout, NeighborGraph
from localatlas.testing.example import ArrayIndex, clusters
from pydantic import ValidationError


def line(labels: list[int]) -> tuple[np.ndarray, NeighborGraph, np.ndarray]:
    """Return rows on a line, each with its two neighbours."""
    n = len(labels)
    vectors = np.arange(n, dtype=np.float32)[:, None]
    return np.array(labels), ArrayIndex(vectors, metric="euclidean").neighbors(min(2, n - 1)), vectors


def test_rows_without_a_cluster_go_with_their_neighbours() -> None:
    assert placed(*line([0, 0, -1, -1, 0, 7, 7, -1])).tolist() == [0, 0, 0, 0, 0, 1, 1, 1]


def test_rows_that_no_vote_reaches_go_to_the_nearest_middle() -> None:
    labels, _, vectors = line([0, 0, -1, -1, 5, 5])
    alone = NeighborGraph(np.full((6, 1), -1, np.int32), np.full((6, 1), np.inf, np.float32))
    assert placed(labels, alone, vectors).tolist() == [0, 0, 0, 1, 1, 1]


def test_layers_are_chosen_from_the_coarsest_to_the_finest() -> None:
    layers = [np.arange(40) % count for count in (20, 11, 7, 3, 2)]
    assert [int(layer.max()) + 1 for layer in chosen_layers(layers, 3)] == [2, 7, 20]
    assert [int(layer.max()) + 1 for layer in chosen_layers(layers, 1)] == [20]
    assert chosen_layers([np.full(40, -1)], 3) == []


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), min_size=1, max_size=30))
def test_any_layers_become_nested_topics(rows: list[tuple[int, int]]) -> None:
    raw = np.array(rows)
    layers = [np.unique(raw[:, at], return_inverse=True)[1].astype(np.int64) for at in range(2)]
    weights = np.arange(1, len(raw) + 1)
    groups = nested(layers, weights)
    for fine in np.unique(groups[:, 1]):
        assert len(np.unique(groups[groups[:, 1] == fine, 0])) == 1
    graph = ArrayIndex(np.random.default_rng(0).normal(size=(len(raw), 3))).neighbors(max(min(4, len(raw) - 1), 0))
    topics = described(groups, graph, np.zeros((len(raw), 2), np.float32), weights)
    assert topics.size[topics.depth == 1].sum() == topics.size[topics.depth == 2].sum() == weights.sum()
    assert topics.topic_id.tolist() == list(range(1, len(topics.topic_id) + 1))
    parents = dict(zip(topics.topic_id.tolist(), topics.parent_id.tolist(), strict=True))
    assert all(parents[int(fine)] == coarse for coarse, fine in topics.assignment)


@pytest.mark.parametrize("rows", [1, 2, 19])
def test_a_handful_of_rows_is_one_topic(rows: int) -> None:
    layout = Layout(np.zeros((rows, 2), np.float32))
    topics = EVoCTopics(EVoCOptions()).fit(ArrayIndex(clusters(rows)), layout, Context())
    assert topics.topic_id.tolist() == [1]
    assert topics.assignment.tolist() == [[1]] * rows


@pytest.mark.parametrize(("name", "value"), [("depths", 0), ("noise_level", 1.1), ("n_neighbors", 1), ("rho", 1)])
def test_values_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValidationError, match=name):
        EVoCOptions.model_validate({name: value})


def test_the_smallest_topic_grows_with_the_map() -> None:
    assert [EVoCOptions().smallest(rows) for rows in (100, 2_500, 50_000)] == [5, 5, 100]
    assert EVoCOptions(base_min_cluster_size=7).smallest(50_000) == 7
