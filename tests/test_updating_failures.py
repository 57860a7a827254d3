from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from localatlas import AtlasDataset, hooks, projectors
from localatlas.components import _SEEN
from localatlas.errors import (
    BuildCancelled,
    BuildError,
    InvalidDataError,
    InvalidOptionError,
    ModelNotAvailableError,
    PluginFailedError,
)
from localatlas.hookspecs import hookimpl
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.protocols import Context, Layout, NeighborGraph
from numpy.typing import NDArray
from reference import CountedWords, Placing
from updates import build, points, rows


@pytest.fixture(autouse=True)
def _placing(components: str) -> None:
    """The projector that is used when none is named can place new rows."""
    projectors.register("umap", Placing)


@pytest.fixture
def notes(components: str) -> AtlasDataset:
    made = AtlasDataset("notes", unique_id_field="id")
    made.add_data(rows(0, 40))
    return made


class Failing(Placing):
    """Fails where new rows are to be placed, once told to."""

    fails = False

    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        if Failing.fails:
            raise ZeroDivisionError("no luck")
        return super().transform(vectors, neighbors, layout, context)


def test_a_failed_update_leaves_the_map_as_it_was_and_goes_on(
    notes: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build(notes, projection=Failing(Failing.Options()))
    before = points(made)
    notes.add_data(rows(40, 45))
    monkeypatch.setattr(Failing, "fails", True)
    with pytest.raises(PluginFailedError, match="no luck"):
        notes.update_indices(progress=False)
    assert made.status == "failed"
    assert "no luck" in (made.error or "")
    assert made.progress["neighbors"] == 1.0
    assert made.progress["topics"] == 0.0
    assert points(made) == before
    monkeypatch.setattr(Failing, "fails", False)
    notes.update_indices(progress=False)
    assert (made.status, made.error) == ("done", None)
    assert [stage.stage for stage in made.stages if stage.kept] == ["snapshot", "embed", "neighbors"]
    assert [job.state for job in jobs.jobs(notes._store)] == ["done", "done"]


def test_an_update_is_cancelled_and_goes_on(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.add_data(rows(40, 45))

    def cancel(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage == "layout":
            made.cancel()

    with pytest.raises(BuildCancelled):
        notes.update_indices(progress=cancel)
    assert made.status == "cancelled"
    assert len(made.data.df) == 40
    notes.update_indices(progress=False)
    assert (made.status, len(made.data.df)) == ("done", 45)


def test_an_update_that_was_left_for_newer_rows_is_forgotten(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.add_data(rows(40, 45))
    with pytest.raises(KeyboardInterrupt):
        notes.update_indices(progress=interrupt)
    notes.add_data(rows(45, 50))
    notes.update_indices(progress=False)
    assert len(made.data.df) == 50
    assert [job.revision for job in jobs.jobs(notes._store)] == [1, 2]


def interrupt(stage: str, fraction: float, overall: float, message: str) -> None:
    if stage == "topics":
        raise KeyboardInterrupt


def test_readers_of_the_old_version_go_on(notes: AtlasDataset) -> None:
    made = build(notes)
    reader = notes.maps[0]
    old = reader.stored
    views, table = reader.data.tb, old.table.to_pydict()
    notes.add_data(rows(40, 45))
    notes.update_indices(progress=False)
    notes.delete_data(["r1"])
    notes.update_indices(progress=False)
    store = notes._store
    assert old.table.to_pydict() == table
    assert old.take(np.array([39]), ["id"])["id"].to_pylist() == ["r39"]
    assert views.num_rows == 40
    # What the first version was made of is there as long as somebody looks at it, and no longer.
    index, record = made.record
    first = f"data/{record.id}/map.arrow"
    assert first in store.objects()
    assert f"data/{record.id}/v2/map.arrow" not in store.objects()
    del old, reader
    notes.update_indices(progress=False)
    assert first not in store.objects()
    assert {name.split("/")[2] for name in store.objects("data/")} == {"v3"}
    assert index.revision == 3


class Deleting:
    """Deletes a map while it is being updated."""

    def __init__(self, made: AtlasProjection) -> None:
        self.made = made

    @hookimpl
    def localatlas_before_stage(self, stage: str) -> None:
        if stage == "commit":
            record = self.made.record[0]
            self.made._store.remove(record.object_name)


def test_a_map_that_is_deleted_while_it_is_updated_does_not_come_back(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.add_data(rows(40, 45))
    deleting = Deleting(made)
    hooks.register(deleting)
    try:
        with pytest.raises(BuildError, match="was deleted while it was updated"):
            notes.update_indices(progress=False)
    finally:
        hooks.unregister(deleting)
    assert notes.maps == []


def test_two_updates_at_once_are_one_after_the_other(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.add_data(rows(40, 45))
    inside, go_on = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def wait(stage: str, fraction: float, overall: float, message: str) -> None:
        inside.set()
        assert go_on.wait(60)

    def first() -> None:
        try:
            AtlasDataset("notes").update_indices(progress=wait)
        except BaseException as error:  # noqa: BLE001  whatever it is, the test must see it
            failures.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(60)
    assert made.status == "running"
    threading.Timer(0.1, go_on.set).start()
    notes.update_indices(progress=False)
    thread.join(60)
    assert failures == []
    assert (made.record[0].revision, len(made.data.df)) == (2, 45)


class Mine(Placing):
    """Registered nowhere."""


def test_classes_that_only_this_process_knows(notes: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build(notes, projection=Mine(Mine.Options()))
    notes.add_data(rows(40, 42))
    with pytest.raises(InvalidOptionError, match="wait=False builds in another process"):
        notes.update_indices(wait=False)
    notes.update_indices(progress=False)
    assert made.record[0].revision == 2
    # As in the next process.
    for key in list(_SEEN):
        monkeypatch.delitem(_SEEN, key)
    notes.add_data(rows(42, 44))
    with pytest.raises(InvalidOptionError, match=r"localatlas\.projectors\.register\('Mine', \.\.\.\)"):
        notes.update_indices(progress=False)
    projectors.register("Mine", Mine)
    notes.update_indices(progress=False)
    assert made.record[0].revision == 3


class Widening(CountedWords):
    """A model that is changed: its vectors are others."""

    turned = False

    @property
    def fingerprint(self) -> str:  # type: ignore[override]
        return f"widening-{self.turned}"

    def embed(self, items: Sequence[str], context: Context, *, task: Any) -> NDArray[np.float32]:
        made = super().embed(items, context, task=task)
        return np.ascontiguousarray(np.roll(made, 3, axis=1)) if Widening.turned else made


def test_a_model_that_was_changed_moves_no_old_point(notes: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build(notes, embedding_model=Widening(Widening.Options()))
    before, old = points(made), made.embeddings.latent
    notes.add_data(rows(40, 45))
    monkeypatch.setattr(Widening, "turned", True)
    notes.update_indices(progress=False)
    after = points(made)
    assert {key: after[key] for key in before} == before
    assert np.array_equal(made.embeddings.latent[:40], np.roll(old, 3, axis=1), equal_nan=True)


def test_an_update_on_an_empty_dataset_or_without_maps_does_nothing(components: str) -> None:
    empty = AtlasDataset("empty")
    empty.update_indices(progress=False)
    empty.update_indices(rebuild_topic_models=True, wait=False)
    assert empty.maps == []


class Weightless(Placing):
    """Its weights may be gone."""

    gone = False

    def check(self) -> None:
        if Weightless.gone:
            raise ModelNotAvailableError("no weights")


def test_what_would_stop_it_later_is_told_before_anything_is_written(
    notes: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build(notes, projection=Weightless(Weightless.Options()))
    notes.add_data(rows(40, 42))
    monkeypatch.setattr(Weightless, "gone", True)
    with pytest.raises(ModelNotAvailableError, match="no weights"):
        notes.update_indices(progress=False)
    assert made.status == "done"
    assert len(jobs.jobs(notes._store)) == 1


def test_a_map_that_cannot_be_updated_does_not_hold_up_the_others(components: str) -> None:
    made = AtlasDataset("two")
    made.add_data([{"few": "word" if number < 2 else None, "text": f"word {number}"} for number in range(20)])
    for field in ("few", "text"):
        made.create_index(name=field, indexed_field=field, progress=False)
    made.delete_data([0, 1])
    made.add_data([{"few": None, "text": "another word"}])
    with pytest.raises(InvalidDataError, match="nothing to map: all 19 rows are null or blank in 'few'") as caught:
        made.update_indices(progress=False)
    assert caught.value.__notes__ == ["the map 'few' stays as it was"]
    assert [each.status for each in made.maps] == ["failed", "done"]
    assert made.get_map("text").data.tb["_position_index"].to_pylist() == list(range(2, 21))
