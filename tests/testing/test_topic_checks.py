"""Each topic check passes a sound modeler or labeler and catches the one fault it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from faults import assert_caught, each_of, named_in, names_of
from localatlas.protocols import ComponentOptions, Context, Index, Layout, TopicLabel, Topics
from localatlas.testing import run_checks


class Sound:
    """One topic of all rows, and below it one for each connected part of the neighbour graph."""

    class Options(ComponentOptions):
        pass

    def __init__(self, options: Any) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return min(5, n)

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        context.progress(0.0)
        part = parts(index.neighbors(self.neighbors_needed(len(index.vectors))).indices)
        count = int(part.max()) + 1
        sizes = np.bincount(part, weights=index.weights).astype(np.int64)
        centers = [layout.positions.mean(axis=0), *(layout.positions[part == one].mean(axis=0) for one in range(count))]
        context.progress(1.0)
        return Topics(
            topic_id=np.arange(count + 1, dtype=np.int32),
            depth=np.array([1] + [2] * count, np.int32),
            parent_id=np.array([-1] + [0] * count, np.int32),
            size=np.array([sizes.sum(), *sizes], np.int64),
            position=np.array(centers, np.float32),
            hull=tuple(np.zeros((0, 2), np.float32) for _ in range(count + 1)),
            assignment=np.stack([np.zeros_like(part), part + 1], axis=1).astype(np.int32),
            confidence=np.ones((len(part), 2), np.float32),
        )


def parts(indices: np.ndarray) -> np.ndarray:
    """Return the connected part of each row, numbered from 0."""
    label = np.arange(len(indices))
    while True:
        lower = np.minimum(label, label[indices].min(axis=1, initial=len(label)))
        np.minimum.at(lower, indices.ravel(), np.repeat(lower, indices.shape[1]))
        if np.array_equal(lower, label):
            return np.unique(label, return_inverse=True)[1]
        label = lower


def after(change: Callable[[Topics], Topics]) -> type[Sound]:
    """Return a modeler that changes sound topics."""

    class Changed(Sound):
        def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
            return change(super().fit(index, layout, context))

    return Changed


class CountsRows(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        topics = super().fit(index, layout, context)
        rows = [int((topics.assignment == topic).any(axis=1).sum()) for topic in topics.topic_id]
        return replace(topics, size=np.array(rows, np.int64))


class CountsInLongIds(Sound):
    """Its ids get wider where there are many rows."""

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        topics = super().fit(index, layout, context)
        return long_ids(topics) if len(index.vectors) > 100 else topics


class LeavesARowOut(Sound):
    """Where no row stands for several."""

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        topics = super().fit(index, layout, context)
        return leaves_rows_out(topics) if topics.size[0] == len(index.vectors) > 100 else topics


class EndsEarly(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        context.progress(0.5)
        return super().fit(index, layout, Context())


class AsksTooMuch(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        index.neighbors(self.neighbors_needed(len(index.vectors)) + 1)
        return super().fit(index, layout, context)


class FailsOnOneRow(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        if len(index.vectors) == 1:
            raise ValueError("one row")
        return super().fit(index, layout, context)


class NeedsRoom(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        if len(layout.positions) > 3 and not layout.positions.std():
            raise ValueError("no room")
        return super().fit(index, layout, context)


class Unseeded(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        topics = super().fit(index, layout, context)
        return replace(topics, position=topics.position + np.float32(np.random.default_rng().random()))


class MisreadsFiles(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        topics = super().fit(index, layout, context)
        return replace(topics, assignment=topics.assignment[::-1]) if isinstance(index.vectors, np.memmap) else topics


class Silent(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        return super().fit(index, layout, Context())


class CannotBeStopped(Sound):
    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        try:
            return super().fit(index, layout, context)
        except Exception:  # noqa: BLE001 - this is the fault
            return super().fit(index, layout, Context())


def long_ids(topics: Topics) -> Topics:
    return replace(topics, topic_id=topics.topic_id.astype(np.int64))


def without_hulls(topics: Topics) -> Topics:
    return replace(topics, hull=())


def overconfident(topics: Topics) -> Topics:
    return replace(topics, confidence=topics.confidence * np.float32(2.0))


def leaves_rows_out(topics: Topics) -> Topics:
    assignment = topics.assignment.copy()
    assignment[0, -1] = -1
    return replace(topics, assignment=assignment)


def orphans(topics: Topics) -> Topics:
    return replace(topics, parent_id=np.full_like(topics.parent_id, -1))


def twins(topics: Topics) -> Topics:
    return replace(topics, topic_id=np.zeros_like(topics.topic_id))


def unordered(topics: Topics) -> Topics:
    order = np.arange(len(topics.topic_id))[::-1]
    changed = {name: getattr(topics, name)[order] for name in ("topic_id", "depth", "parent_id", "size", "position")}
    return replace(topics, **changed)


def only_one(topics: Topics) -> Topics:
    """Keeps the broadest depth alone."""
    changed = {
        name: getattr(topics, name)[:1] for name in ("topic_id", "depth", "parent_id", "size", "position", "hull")
    }
    return replace(topics, assignment=topics.assignment[:, :1], confidence=topics.confidence[:, :1], **changed)


FAULTS = [
    ("topics_have_their_form", CountsInLongIds),
    ("topics_have_their_form", after(long_ids)),
    ("topics_have_their_form", after(without_hulls)),
    ("topics_have_their_form", after(overconfident)),
    ("topics_have_their_form", AsksTooMuch),
    ("every_row_is_placed_and_nested", LeavesARowOut),
    ("every_row_is_placed_and_nested", after(leaves_rows_out)),
    ("every_row_is_placed_and_nested", after(orphans)),
    ("every_row_is_placed_and_nested", after(twins)),
    ("every_row_is_placed_and_nested", after(unordered)),
    ("sizes_count_weights", CountsRows),
    ("topics_follow_clusters", after(only_one)),
    ("few_rows", FailsOnOneRow),
    ("all_rows_in_one_place", NeedsRoom),
    ("same_seed_same_bytes", Unseeded),
    ("memory_mapped_input", MisreadsFiles),
    ("progress_ends_at_one", EndsEarly),
    ("progress_ends_at_one", Silent),
    ("cancelling_comes_through", CannotBeStopped),
]


class SoundLabeler:
    """Calls a topic by its number and its commonest words that are rare elsewhere."""

    class Options(ComponentOptions):
        pass

    def __init__(self, options: Any) -> None:
        self.options = options

    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        words = [set((text or "").split()) for text in index.text()]
        labels = {}
        for topic in topics.topic_id.tolist():
            own = np.flatnonzero((topics.assignment == topic).any(axis=1)).tolist()
            said = sorted(set().union(*(words[row] for row in own)))
            labels[topic] = TopicLabel(f"{topic} {' '.join(said[:3])}", "/".join(said), tuple(said), tuple(own[:2]))
        return labels


def relabeled(change: Callable[[dict[int, TopicLabel]], dict[int, TopicLabel]]) -> type[SoundLabeler]:
    """Return a labeler that changes sound labels."""

    class Changed(SoundLabeler):
        def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
            return change(super().label(topics, index, context))

    return Changed


class ForgetsOneOfMany(SoundLabeler):
    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        labels = super().label(topics, index, context)
        return forgets_one(labels) if len(index.text()) > 30 else labels


class NeedsTexts(SoundLabeler):
    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        if None in index.text():
            raise ValueError("no text")
        return super().label(topics, index, context)


def numbers_only(labels: dict[int, TopicLabel]) -> dict[int, TopicLabel]:
    return {topic: TopicLabel(f"Topic {topic}", f"{topic}") for topic in labels}


def one_name(labels: dict[int, TopicLabel]) -> dict[int, TopicLabel]:
    return {topic: replace(label, label="coffee") for topic, label in labels.items()}


def forgets_one(labels: dict[int, TopicLabel]) -> dict[int, TopicLabel]:
    return {topic: label for topic, label in labels.items() if topic != 2}


def strangers(labels: dict[int, TopicLabel]) -> dict[int, TopicLabel]:
    return {topic: replace(label, exemplars=(0, 1, 2)) for topic, label in labels.items()}


def unseeded_names(labels: dict[int, TopicLabel]) -> dict[int, TopicLabel]:
    mark = int(np.random.default_rng().integers(1 << 40))
    return {topic: replace(label, label=f"{label.label} {mark}") for topic, label in labels.items()}


LABELER_FAULTS = [
    ("every_topic_has_its_own_label", ForgetsOneOfMany),
    ("every_topic_has_its_own_label", relabeled(one_name)),
    ("every_topic_has_its_own_label", relabeled(forgets_one)),
    ("every_topic_has_its_own_label", relabeled(strangers)),
    ("labels_come_from_the_texts", relabeled(numbers_only)),
    ("rows_without_text", NeedsTexts),
    ("labels_are_the_same_again", relabeled(unseeded_names)),
]


@pytest.mark.parametrize("sound", [Sound, SoundLabeler])
def test_a_sound_component_passes_every_check(sound: type[Any]) -> None:
    assert [result for result in run_checks(sound) if result.outcome != "passed"] == []


@each_of(FAULTS + LABELER_FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Any], alone: bool) -> None:
    assert_caught(check, faulty, alone=alone)


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert named_in(FAULTS) == names_of(Sound, "topic_model")
    assert named_in(LABELER_FAULTS) == names_of(SoundLabeler, "topic_labeler")
