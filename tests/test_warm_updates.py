"""Updates that lay all rows out again: from where they lie, or from nothing."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from localatlas import AtlasDataset, projectors
from localatlas.errors import InvalidOptionError
from localatlas.pipeline import jobs
from localatlas.protocols import Context, Index, Layout
from numpy.typing import NDArray
from reference import Placing, Principal
from updates import build, points, rows


class Settling(Placing):
    """Goes on from an earlier layout: known rows a little to the right of where they lay, new ones in the middle."""

    lent: ClassVar[list[tuple[Layout, NDArray[np.int64]]]] = []

    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        Settling.lent.append((earlier, rows))
        places = np.zeros((len(index.vectors), 2), np.float32)
        places[rows >= 0] = earlier.positions[rows[rows >= 0]] + np.array([0.25, 0.0], np.float32)
        context.progress(1.0, "settled")
        return Layout(places, {"spread": np.zeros(2)})


class SettlingOnly(Principal):
    """Goes on from a layout, and places no new row on one that stands."""

    project_from = Settling.project_from


@pytest.fixture(autouse=True)
def _settling(components: str, monkeypatch: pytest.MonkeyPatch) -> None:
    projectors.register("umap", Settling)
    monkeypatch.setattr(Settling, "lent", [])


@pytest.fixture
def notes(components: str) -> AtlasDataset:
    made = AtlasDataset("notes", unique_id_field="id")
    made.add_data(rows(1, 30))
    return made


def places(made: Any) -> dict[str, NDArray[np.float64]]:
    frame = made.embeddings.df
    return dict(zip(frame["id"], frame[["x", "y"]].to_numpy(), strict=True))


def test_a_warm_update_lends_each_row_the_place_that_it_had(notes: AtlasDataset) -> None:
    made = build(notes)
    before = places(made)
    notes.delete_data(["r2", "r3"])
    notes.add_data(rows(30, 40))
    notes.update_indices(layout="warm", progress=False)
    ((earlier, known),) = Settling.lent
    assert not earlier.positions.flags.writeable
    assert known.dtype == np.int64
    assert (known < 0).any(), "there are new rows"
    assert earlier.state is not None
    assert "spread" in earlier.state
    after = places(made)
    index, store = made.record[0], made._store
    assert index.revision == 2
    first = {str(key): place for key, place in zip(after, after.values(), strict=True)}
    moved = [first[key] - before[key] for key in before if key in after and not np.isnan(before[key][0])]
    apart = np.abs(np.array(moved) - [0.25, 0.0]).max(axis=1)
    # Copies are strewn about the first of their rows anew.
    assert np.median(apart) < 1e-6
    assert apart.max() < 0.5
    assert not any(job.state != "done" for job in jobs.jobs(store))


def test_places_stay_unless_asked(notes: AtlasDataset) -> None:
    made = build(notes)
    before = points(made)
    notes.add_data(rows(30, 40))
    notes.update_indices(progress=False)
    assert Settling.lent == []
    after = points(made)
    assert all(after[key] == before[key] for key in before)


def test_a_projector_that_only_goes_on_does_so_unasked(notes: AtlasDataset) -> None:
    projectors.register("umap", SettlingOnly)
    build(notes)
    notes.add_data(rows(30, 33))
    with pytest.warns(UserWarning, match="'umap' .*all rows of 'notes' are laid out again from where they lie"):
        notes.update_indices(progress=False)
    assert len(Settling.lent) == 1


def test_a_new_layout_is_lent_nothing(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.add_data(rows(30, 40))
    notes.update_indices(layout="new", progress=False)
    assert Settling.lent == []
    fresh = build(notes, name="fresh")
    assert made.embeddings.tb.select(["x", "y"]).equals(fresh.embeddings.tb.select(["x", "y"]))


def test_asking_for_it_is_reason_enough_and_topics_are_found_again(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.update_indices(layout="warm", progress=False)
    assert made.record[0].revision == 2
    notes.update_indices(layout="warm", progress=False)
    assert made.record[0].revision == 3, "the one before it has other places"
    topics = made.stored.topic_model
    assert topics is not None
    assert (topics.assignment >= 0).any()


def test_what_cannot_be_is_refused_before_anything_starts(notes: AtlasDataset) -> None:
    made = build(notes)
    with pytest.raises(InvalidOptionError, match="layout='hot': it is 'keep', 'warm' or 'new'"):
        notes.update_indices(layout="hot", progress=False)  # type: ignore[arg-type]
    projectors.register("umap", Placing)
    with pytest.raises(InvalidOptionError, match=r"layout='warm': .*'umap'.*cannot go on from an earlier layout"):
        notes.update_indices(layout="warm", progress=False)
    assert made.record[0].revision == 1


def test_placing_after_a_warm_update_starts_from_its_places(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.update_indices(layout="warm", progress=False)
    before = points(made)
    notes.add_data(rows(30, 32))
    notes.update_indices(progress=False)
    after = points(made)
    assert all(after[key] == before[key] for key in before)
