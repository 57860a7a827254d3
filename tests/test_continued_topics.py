"""Topics that are found anew keep the ids of those that they continue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from localatlas import AtlasDataset, projectors, topic_models
from localatlas.protocols import SupportsTopicContinuation, Topics
from numpy.typing import NDArray
from reference import Placing, Quadrants
from updates import build, rows


class Continuing(Quadrants):
    """Gives all topics that are found anew ids that were never used, and notes what it was told."""

    told: list[tuple[NDArray[np.int32], int]] = []  # noqa: RUF012  a list of the class, for the test to read

    def keep_ids(self, found: Topics, before: NDArray[np.int32], used: int) -> Topics:
        self.told.append((before, used))
        step = np.int32(used + 1)
        parents = np.where(found.parent_id < 0, found.parent_id, found.parent_id + step).astype(np.int32)
        return replace(found, topic_id=found.topic_id + step, parent_id=parents, assignment=found.assignment + step)


@pytest.fixture
def notes(components: str) -> AtlasDataset:
    projectors.register("umap", Placing)
    topic_models.register("nomic-topic", Continuing)
    Continuing.told.clear()
    made = AtlasDataset("notes", unique_id_field="id")
    made.add_data(rows(0, 40))
    return made


def ids(made: Any) -> set[int]:
    return set(made.topics.metadata["topic_id"].tolist())


def test_it_is_an_optional_power() -> None:
    assert isinstance(Continuing(Continuing.Options()), SupportsTopicContinuation)
    assert not isinstance(Quadrants(Quadrants.Options()), SupportsTopicContinuation)


def test_the_modeler_is_told_the_old_topics_and_the_largest_id_there_ever_was(notes: AtlasDataset) -> None:
    made = build(notes)
    first = made.stored.topic_model
    assert first is not None
    assert Continuing.told == []
    notes.add_data(rows(40, 44))
    notes.update_indices(rebuild_topic_models=True, progress=False)
    before, used = Continuing.told[0]
    assert used == max(first.topic_id)
    assert before.dtype == np.int32
    assert before.shape[1] == first.depths
    old = made.stored.table["vector"][:40].drop_null()
    assert (before[:, 0] >= 0).sum() == len(old.unique())
    assert (before[:, 0] < 0).any(), "some rows are new"
    assert min(ids(made)) > used


def test_an_id_never_comes_back_for_another_topic(notes: AtlasDataset) -> None:
    made = build(notes)
    seen = ids(made)
    for _ in range(3):
        notes.update_indices(rebuild_topic_models=True, progress=False)
        assert not seen & ids(made)
        seen |= ids(made)
    assert made.record[1].last_topic_id == max(seen)


def test_without_a_rebuild_nobody_is_asked(notes: AtlasDataset) -> None:
    made = build(notes)
    before = ids(made)
    notes.add_data(rows(40, 44))
    notes.update_indices(progress=False)
    assert Continuing.told == []
    assert ids(made) == before
