"""Topics found anew keep the ids of the topics that they continue."""

from __future__ import annotations

import numpy as np
from atlas_plugin_topics import NomicTopic
from atlas_plugin_topics.persistence import keep_ids
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.protocols import Context, Layout, Topics
from localatlas.testing.example import ArrayIndex, clusters


def fitted(n: int, count: int, seed: int = 0) -> Topics:
    cluster = np.arange(n) % count
    angle = 2.0 * np.pi * cluster / count
    places = np.column_stack([np.cos(angle), np.sin(angle)]) * 8.0
    places += np.random.default_rng(seed).normal(size=(n, 2)) * 0.6
    index, layout = ArrayIndex(clusters(n, count=count, seed=seed)), Layout(places.astype(np.float32))
    return NomicTopic(NomicTopic.Options(broadest=count, depths=2)).fit(index, layout, Context())


def check_tree(topics: Topics) -> None:
    assert len(set(topics.topic_id.tolist())) == len(topics.topic_id)
    assert np.array_equal(np.lexsort((topics.topic_id, topics.depth)), np.arange(len(topics.topic_id)))
    parent = dict(zip(topics.topic_id.tolist(), topics.parent_id.tolist(), strict=True))
    size = dict(zip(topics.topic_id.tolist(), topics.size.tolist(), strict=True))
    for depth in range(topics.depths):
        column = topics.assignment[:, depth]
        assert {topic: int((column == topic).sum()) for topic in set(column.tolist())} == {
            topic: size[topic] for topic in topics.topic_id[topics.depth == depth + 1].tolist()
        }
        above = topics.assignment[:, depth - 1] if depth else np.full(len(column), -1)
        assert [parent[topic] for topic in column.tolist()] == above.tolist()


def test_topics_that_have_not_changed_keep_their_ids() -> None:
    topics = fitted(600, 5)
    permuted = np.random.default_rng(1).permutation(len(topics.topic_id)).astype(np.int32) + 100
    table = np.zeros(int(topics.topic_id.max()) + 1, np.int32)
    table[topics.topic_id] = permuted
    kept = keep_ids(topics, table[topics.assignment], used=200)
    assert np.array_equal(kept.assignment, table[topics.assignment])
    check_tree(kept)


def test_a_topic_of_new_rows_gets_an_id_that_was_never_used() -> None:
    topics = fitted(600, 5)
    before = topics.assignment.copy()
    gone = topics.assignment[0, 0]
    before[topics.assignment[:, 0] == gone] = -1
    kept = keep_ids(topics, before, used=500)
    assert np.array_equal(kept.assignment[before >= 0], before[before >= 0])
    assert (kept.assignment[before < 0] > 500).all()
    check_tree(kept)


def test_more_rows_of_the_same_kind_change_no_id() -> None:
    old, new = fitted(600, 5), fitted(1200, 5)
    before = np.full((1200, 2), -1, np.int32)
    before[:600] = old.assignment
    kept = keep_ids(new, before, used=int(old.topic_id.max()))
    assert np.array_equal(kept.assignment[:600, 0], old.assignment[:, 0])
    check_tree(kept)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 4), st.floats(0.0, 1.0))
def test_any_old_topics_leave_a_tree(seed: int, depths: int, unknown: float) -> None:
    topics = fitted(300, 3)
    generator = np.random.default_rng(seed)
    before = (generator.integers(1, 30, (300, depths)) + 100 * np.arange(depths)).astype(np.int32)
    before[generator.random(300) < unknown] = -1
    kept = keep_ids(topics, before, used=400)
    check_tree(kept)
    assert np.array_equal(kept.confidence, topics.confidence)
