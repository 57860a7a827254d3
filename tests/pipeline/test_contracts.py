from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from localatlas.errors import BuildCancelled, PluginContractError, PluginFailedError
from localatlas.pipeline import contracts
from localatlas.protocols import Duplicates, Layout, NeighborGraph, TopicLabel, Topics
from localatlas.registry import Entry

ENTRY = Entry("projector", "mine", "atlas-plugin-mine", "1.2", "mine:Mine")
TOPICS = Topics(
    topic_id=np.array([0, 1, 2], np.int32),
    depth=np.array([1, 2, 2], np.int32),
    parent_id=np.array([-1, 0, 0], np.int32),
    size=np.array([3, 2, 1], np.int64),
    position=np.zeros((3, 2), np.float32),
    hull=(np.zeros((0, 2), np.float32),) * 3,
    assignment=np.array([[0, 1], [0, 1], [0, 2]], np.int32),
    confidence=np.ones((3, 2), np.float32),
)
LABELS = {0: TopicLabel("all", ""), 1: TopicLabel("left", ""), 2: TopicLabel("right", "")}


def refused(words: str) -> Any:
    return pytest.raises(PluginContractError, match=rf"atlas-plugin-mine 1\.2\).*{words}")


def test_float64_positions_are_refused() -> None:
    with refused("positions must be float32, got float64"):
        contracts.check_layout(ENTRY, Layout(np.zeros((3, 2))), 3)  # type: ignore[arg-type]


def test_nan_positions_are_refused_with_the_first_row() -> None:
    positions = np.zeros((3, 2), np.float32)
    positions[1, 0] = np.nan
    with refused("NaN or infinity in 1 of 3 rows, the first is row 1"):
        contracts.check_layout(ENTRY, Layout(positions), 3)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((3, 2), np.float32), "must return a Layout, got ndarray"),
        (Layout([[0.0, 0.0]] * 3), "must be a numpy array, got list"),  # type: ignore[arg-type]
        (Layout(np.zeros((2, 2), np.float32)), r"shape \[3, 2\], got \[2, 2\]"),
        (Layout(np.zeros((3, 2), np.float32), {"model": np.array([object()])}), "must be an array of numbers"),
    ],
)
def test_other_layouts_are_refused(value: object, words: str) -> None:
    with refused(words):
        contracts.check_layout(ENTRY, value, 3)


def test_vectors_must_have_length_one() -> None:
    vectors = np.array([[1, 0], [2, 0]], np.float32)
    with refused("row 1 has length 2"):
        contracts.check_vectors(ENTRY, vectors, 2, 2)
    assert contracts.check_vectors(ENTRY, vectors[:1], 1, 2) is not None


def test_a_graph_may_not_hold_the_row_itself() -> None:
    graph = NeighborGraph(np.array([[1], [1]], np.int32), np.zeros((2, 1), np.float32))
    with refused("its own neighbour"):
        contracts.check_graph(ENTRY, graph, 2, 1)


def test_a_graph_may_not_hold_nan() -> None:
    graph = NeighborGraph(np.array([[1], [0]], np.int32), np.array([[np.nan], [0]], np.float32))
    with refused("distances has NaN in 1 rows"):
        contracts.check_graph(ENTRY, graph, 2, 1)
    with refused("must return a NeighborGraph"):
        contracts.check_graph(ENTRY, None, 2, 1)


def test_good_topics_pass() -> None:
    assert contracts.check_topics(ENTRY, TOPICS, 3) is TOPICS
    assert contracts.check_labels(ENTRY, LABELS, TOPICS) == LABELS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"topic_id": np.array([0, 1, 1], np.int32)}, "topic_id is not unique"),
        ({"hull": ()}, "0 hulls for 3 topics"),
        ({"assignment": np.array([[0, 1], [0, 1], [0, 7]], np.int32)}, "depth 2 to 7, no topic of that depth"),
        ({"assignment": np.array([[1, 1], [0, 1], [0, 2]], np.int32)}, "depth 1 to 1, no topic"),
        ({"parent_id": np.array([-1, 0, 5], np.int32)}, "not nested: rows of 2"),
        ({"assignment": np.array([[0, 1], [0, 1], [-1, -1]], np.int32)}, "no topic of that depth"),
        ({"size": np.array([3, 2, 1], np.int32)}, "size must be int64"),
        ({"assignment": np.empty((3, 0), np.int32)}, "one depth at least"),
        ({"assignment": np.zeros(3, np.int32)}, "one depth at least"),
        ({"assignment": [[0, 1]] * 3}, "one depth at least"),
    ],
)
def test_bad_topics_are_refused(changes: dict[str, Any], words: str) -> None:
    with refused(words):
        contracts.check_topics(ENTRY, replace(TOPICS, **changes), 3)


def test_topics_of_another_type_are_refused() -> None:
    with refused("fit must return Topics, got dict"):
        contracts.check_topics(ENTRY, {}, 3)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([], "must return a dict, got list"),
        ({0: LABELS[0]}, "no label for the topics 1, 2"),
        ({**LABELS, 2: TopicLabel("  ", "")}, "the label of topic 2"),
        ({**LABELS, 2: TopicLabel("left", "")}, "the topics 1 and 2 are both 'left'"),
    ],
)
def test_bad_labels_are_refused(labels: object, words: str) -> None:
    with refused(words):
        contracts.check_labels(ENTRY, labels, TOPICS)


@pytest.mark.parametrize(
    ("cluster", "verdict"),
    [([0, 0], [1, 2]), ([0, 1], [0, 0]), ([5, 5], [2, 1])],
)
def test_good_duplicates_pass(cluster: list[int], verdict: list[int]) -> None:
    found = Duplicates(np.array(cluster, np.int64), np.array(verdict, np.uint8))
    assert contracts.check_duplicates(ENTRY, found, 2) is found


@pytest.mark.parametrize(
    ("cluster", "verdict", "words"),
    [
        ([0, 0], [2, 2], "one retained row"),
        ([0, 0], [1, 1], "one retained row"),
        ([0, 1], [1, 0], "must be one singleton"),
        ([0, 0], [0, 1], "must be one singleton"),
        ([0, 1], [0, 3], "must be a DuplicateVerdict"),
    ],
)
def test_bad_duplicates_are_refused(cluster: list[int], verdict: list[int], words: str) -> None:
    with refused(words):
        contracts.check_duplicates(ENTRY, Duplicates(np.array(cluster, np.int64), np.array(verdict, np.uint8)), 2)


def test_duplicates_of_another_type_are_refused() -> None:
    with refused("must return Duplicates"):
        contracts.check_duplicates(ENTRY, [], 2)


def test_what_a_plugin_raises_is_blamed_on_it() -> None:
    with pytest.raises(PluginFailedError, match=r"mine.*failed: ZeroDivisionError") as error, contracts.blame(ENTRY):
        _ = 1 / 0
    assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_cancelling_and_interrupts_go_through() -> None:
    with pytest.raises(BuildCancelled), contracts.blame(ENTRY):
        raise BuildCancelled("stop")
    with pytest.raises(KeyboardInterrupt), contracts.blame(ENTRY):
        raise KeyboardInterrupt
