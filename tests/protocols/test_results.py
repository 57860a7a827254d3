from __future__ import annotations

import numpy as np
from localatlas.protocols import DuplicateVerdict, NeighborGraph, Topics

TOPICS = Topics(
    topic_id=np.array([0, 3, 4, 9], np.int32),
    depth=np.array([1, 1, 2, 2], np.int32),
    parent_id=np.array([-1, -1, 3, 3], np.int32),
    size=np.ones(4, np.int64),
    position=np.zeros((4, 2), np.float32),
    hull=(),
    assignment=np.zeros((5, 2), np.int32),
    confidence=np.ones((5, 2), np.float32),
)


def test_the_nearest_come_first_and_share_memory() -> None:
    graph = NeighborGraph(np.arange(6, dtype=np.int32).reshape(2, 3), np.ones((2, 3), np.float32))
    head = graph.head(2)
    assert head.indices.tolist() == [[0, 1], [3, 4]]
    assert head.distances.shape == (2, 2)
    assert np.shares_memory(head.indices, graph.indices)
    assert graph.head(9).indices.shape == (2, 3)


def test_children_are_in_order_and_the_broadest_hang_on_minus_one() -> None:
    assert TOPICS.depths == 2
    assert TOPICS.children(-1).tolist() == [0, 3]
    assert TOPICS.children(3).tolist() == [4, 9]
    assert TOPICS.children(0).tolist() == TOPICS.children(77).tolist() == []


def test_verdicts_have_the_names_of_the_sdk() -> None:
    assert [verdict.label for verdict in DuplicateVerdict] == [
        "singleton",
        "retention candidate",
        "deletion candidate",
    ]
