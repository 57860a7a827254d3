"""Topics found anew keep their ids where their rows are. No EVoC is needed here."""

from __future__ import annotations

import numpy as np
from atlas_plugin_evoc import EVoCOptions, EVoCTopics
from atlas_plugin_evoc.described import described
from localatlas.protocols import NeighborGraph, SupportsTopicContinuation, Topics


def topics(*columns: list[int]) -> Topics:
    """Return nested topics of rows by their groups, one list a depth."""
    groups = np.array(columns, dtype=np.int64).T
    rows = len(groups)
    graph = NeighborGraph(np.full((rows, 1), -1, np.int32), np.full((rows, 1), np.inf, np.float32))
    return described(groups, graph, np.zeros((rows, 2), np.float32), np.ones(rows, np.int64))


def kept(found: Topics, before: np.ndarray, used: int) -> Topics:
    modeler = EVoCTopics(EVoCOptions())
    assert isinstance(modeler, SupportsTopicContinuation)
    return modeler.keep_ids(found, before, used)


def test_the_same_topics_keep_their_ids() -> None:
    found = topics([0, 0, 0, 1, 1, 1], [0, 0, 1, 2, 2, 3])
    renamed = np.array([0, 17, 12, 30, 41, 35, 38])
    again = kept(found, renamed[found.assignment].astype(np.int32), 50)
    assert np.array_equal(again.assignment, renamed[found.assignment])
    assert again.topic_id.tolist() == [12, 17, 30, 35, 38, 41]
    sizes = dict(zip(found.topic_id.tolist(), found.size.tolist(), strict=True))
    assert {int(renamed[topic]): size for topic, size in sizes.items()} == dict(
        zip(again.topic_id.tolist(), again.size.tolist(), strict=True)
    )
    parents = dict(zip(again.topic_id.tolist(), again.parent_id.tolist(), strict=True))
    assert all(parents[int(fine)] == coarse for coarse, fine in again.assignment)


def test_a_topic_that_was_split_is_kept_by_its_larger_part_and_the_other_is_new() -> None:
    found = topics([0, 0, 0, 0, 1, 1])
    before = np.full((6, 1), 9, np.int32)
    assert kept(found, before, 20).assignment.ravel().tolist() == [9, 9, 9, 9, 21, 21]


def test_rows_that_are_new_decide_nothing() -> None:
    found = topics([0, 0, 0, 0, 1, 1])
    before = np.array([[4], [-1], [-1], [-1], [7], [-1]], np.int32)
    assert kept(found, before, 8).assignment.ravel().tolist() == [4, 4, 4, 4, 7, 7]


def test_no_id_is_used_twice_when_nothing_is_known() -> None:
    found = topics([0, 1, 2], [0, 1, 2])
    again = kept(found, np.full((3, 2), -1, np.int32), 100)
    assert sorted(again.topic_id.tolist()) == [101, 102, 103, 104, 105, 106]
