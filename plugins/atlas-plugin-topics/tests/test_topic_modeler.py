from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_topics import NomicTopic
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, NeighborGraph, Topics
from localatlas.testing.example import ArrayIndex, cancelling, clusters
from numpy.typing import NDArray

Stdlib = tuple[ArrayIndex, Layout, NDArray[np.int64]]


def fit(index: ArrayIndex, layout: Layout, seed: int = 0, **options: object) -> Topics:
    return NomicTopic(NomicTopic.Options(**options)).fit(index, layout, Context(seed=seed))


def islands(n: int, count: int = 6, seed: int = 0) -> tuple[ArrayIndex, Layout, NDArray[np.int64]]:
    """Rows of `count` clusters, laid out as as many islands."""
    cluster = np.arange(n) % count
    angle = 2.0 * np.pi * cluster / count
    spread = np.random.default_rng(seed).normal(size=(n, 2)) * 0.6
    positions = np.column_stack([np.cos(angle), np.sin(angle)]) * 8.0 + spread
    return ArrayIndex(clusters(n, count=count, seed=seed)), Layout(positions.astype(np.float32)), cluster


def check_topics(topics: Topics, weights: NDArray[np.integer]) -> None:
    """Everything that `Topics` promises."""
    assert topics.assignment.dtype == topics.topic_id.dtype == topics.parent_id.dtype == np.int32
    assert len(set(topics.topic_id.tolist())) == len(topics.topic_id)
    order = np.lexsort((topics.topic_id, topics.depth))
    assert np.array_equal(order, np.arange(len(order)))
    row_of = {int(topic): row for row, topic in enumerate(topics.topic_id)}
    for depth in range(topics.depths):
        column = topics.assignment[:, depth]
        assert set(column.tolist()) == set(topics.topic_id[topics.depth == depth + 1].tolist())
        above = topics.assignment[:, depth - 1] if depth else np.full(len(column), -1)
        for topic, parent in zip(column, above, strict=True):
            assert topics.parent_id[row_of[int(topic)]] == parent
        for topic in set(column.tolist()):
            assert topics.size[row_of[topic]] == weights[column == topic].sum()
    assert topics.position.shape == (len(topics.topic_id), 2)
    assert np.isfinite(topics.position).all()
    assert len(topics.hull) == len(topics.topic_id)
    assert all(polygon.dtype == np.float32 and len(polygon) >= 3 for polygon in topics.hull)
    assert topics.confidence.dtype == np.float32
    assert ((topics.confidence >= 0) & (topics.confidence <= 1)).all()


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 160),
    dim=st.integers(1, 6),
    depths=st.integers(1, 4),
    broadest=st.one_of(st.none(), st.integers(1, 9)),
    scale=st.sampled_from([0.0, 1e-6, 1.0, 1e6]),
    seed=st.integers(0, 2**16),
)
def test_any_data_gets_nested_topics_with_every_row_placed(
    n: int, dim: int, depths: int, broadest: int | None, scale: float, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    weights = generator.integers(1, 50, n)
    index = ArrayIndex(generator.normal(size=(n, dim)), weights=weights)
    layout = Layout((generator.normal(size=(n, 2)) * scale).astype(np.float32))
    topics = fit(index, layout, depths=depths, broadest=broadest)
    assert topics.assignment.shape == (n, depths)
    check_topics(topics, weights)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 10])
def test_a_handful_of_rows_is_one_topic_at_each_depth(n: int) -> None:
    index, layout, _ = islands(n)
    topics = fit(index, layout)
    assert topics.depth.tolist() == [1, 2]
    assert topics.size.tolist() == [n, n]


def test_islands_become_topics_of_their_own() -> None:
    index, layout, cluster = islands(1200, count=6)
    topics = fit(index, layout, broadest=6, depths=2)
    found = topics.assignment[:, 0]
    assert [len(set(found[cluster == number].tolist())) for number in range(6)] == [1] * 6
    assert len(set(found.tolist())) == 6
    assert topics.confidence[:, 0].mean() == pytest.approx(1.0)


def test_labels_and_hulls_lie_on_their_island() -> None:
    index, layout, cluster = islands(1200, count=6)
    topics = fit(index, layout, broadest=6, depths=1)
    for number in range(6):
        rows = layout.positions[cluster == number]
        topic = np.nonzero(topics.topic_id == topics.assignment[cluster == number, 0][0])[0][0]
        assert np.linalg.norm(topics.position[topic] - rows.mean(axis=0)) < 0.5
        assert np.abs(topics.hull[topic] - rows.mean(axis=0)).max() < 4.0
        assert len(topics.hull[topic]) < 150


def test_the_same_seed_gives_the_same_bytes_and_ids() -> None:
    index, layout, _ = islands(900)
    one, two = fit(index, layout), fit(index, layout)
    for name in ("topic_id", "parent_id", "size", "position", "assignment", "confidence"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    assert [polygon.tobytes() for polygon in one.hull] == [polygon.tobytes() for polygon in two.hull]


def test_ids_count_from_one_and_fall_by_size() -> None:
    index, layout, _ = islands(1500, count=5)
    topics = fit(index, layout)
    assert topics.topic_id.tolist() == list(range(1, len(topics.topic_id) + 1))
    broad = topics.size[topics.depth == 1]
    assert (np.diff(broad) <= 0).all()


def test_repeated_rows_count_in_the_sizes() -> None:
    index, layout, _ = islands(600)
    weights = np.where(np.arange(600) % 6 == 2, 7, 1)
    heavy = ArrayIndex(index.vectors, weights=weights)
    topics = fit(heavy, layout, broadest=6)
    assert topics.size[topics.depth == 1].max() == 700
    check_topics(topics, weights)


def test_rows_on_one_spot_are_one_topic() -> None:
    index, _, _ = islands(500)
    topics = fit(index, Layout(np.full((500, 2), 3.0, dtype=np.float32)))
    assert topics.size.tolist() == [500, 500]
    assert topics.position.tolist() == [[3.0, 3.0]] * 2


@pytest.mark.parametrize(("rows", "depths"), [(500, 2), (12_000, 3)])
def test_large_data_has_more_depths(rows: int, depths: int) -> None:
    generator = np.random.default_rng(0)
    positions = generator.normal(size=(rows, 2)).astype(np.float32)

    class Loose(ArrayIndex):
        """Without neighbours: an exact search of 12,000 rows is not what is tested."""

        def neighbors(self, k: int) -> NeighborGraph:
            return NeighborGraph(np.full((rows, k), -1, np.int32), np.full((rows, k), np.inf, np.float32))

    topics = fit(Loose(positions, metric="euclidean"), Layout(positions), guard=False)
    assert topics.depths == depths
    check_topics(topics, np.ones(rows, np.int64))


def test_it_asks_for_no_more_neighbours_than_it_said() -> None:
    _, layout, _ = islands(300)
    index = ArrayIndex(clusters(300, count=6), lent=15)
    assert NomicTopic(NomicTopic.Options()).neighbors_needed(300) == 15
    check_topics(fit(index, layout), index.weights)
    assert NomicTopic(NomicTopic.Options()).neighbors_needed(1) == 0


def test_no_topic_is_below_half_the_floor(stdlib: Stdlib) -> None:
    index, layout, _ = stdlib
    topics = fit(index, layout, min_topic_size=30)
    assert topics.size.min() >= 15


def test_modules_of_the_standard_library_are_found(stdlib: Stdlib) -> None:
    index, layout, module = stdlib
    topics = fit(index, layout, broadest=len(set(module.tolist())), depths=1)
    fine = topics.assignment[:, 0]
    right = sum(np.bincount(module[fine == topic]).max() for topic in set(fine.tolist()))
    assert right / len(module) > 0.7


def test_cancelling_gets_through() -> None:
    index, layout, _ = islands(50)
    with pytest.raises(BuildCancelled):
        NomicTopic(NomicTopic.Options()).fit(index, layout, cancelling())


@pytest.mark.parametrize("false_islands", [False, True])
def test_noise_is_one_topic_at_each_depth_however_it_is_laid_out(*, false_islands: bool) -> None:
    generator = np.random.default_rng(0)
    index = ArrayIndex(generator.normal(size=(1500, 50)))
    places = generator.normal(size=(1500, 2))
    if false_islands:
        places += 10.0 * np.round(index.vectors[:, :2] * 10.0)
    topics = fit(index, Layout(places.astype(np.float32)))
    assert topics.size.tolist() == [1500, 1500]


@pytest.mark.parametrize(("rows", "most"), [(50, 5), (100, 7), (200, 10), (390, 14)])
def test_small_data_gets_few_topics(rows: int, most: int) -> None:
    index, layout, cluster = islands(rows, count=3)
    topics = fit(index, layout)
    assert topics.depths == 2
    assert 2 <= (topics.depth == 1).sum() <= 4
    assert (topics.depth == 2).sum() <= most
    assert topics.size.min() >= 2
    broad = topics.assignment[:, 0]
    mixed = [topic for topic in set(broad.tolist()) if len(set(cluster[broad == topic].tolist())) > 1]
    assert len(mixed) <= (1 if rows == 50 else 0)


@pytest.mark.parametrize("rows", [50, 200, 390])
def test_topics_of_a_little_noise_are_few_and_unsure(rows: int) -> None:
    index = ArrayIndex(np.random.default_rng(0).normal(size=(rows, 50)))
    layout = Layout(index.vectors[:, :2].copy())
    noise, real = fit(index, layout), fit(*islands(rows, count=4)[:2])
    assert len(noise.topic_id) <= 20
    assert (noise.confidence.mean(axis=0) < 0.7).all()
    assert (noise.confidence.mean(axis=0) < real.confidence.mean(axis=0) - 0.1).all()
