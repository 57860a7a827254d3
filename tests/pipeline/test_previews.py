from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from localatlas import AtlasDataset, projectors
from localatlas.errors import BuildCancelled, PluginContractError, StorageError
from localatlas.pipeline import jobs, previews
from localatlas.pipeline.previews import MOST_POINTS, PreviewWriter, read_preview
from localatlas.pipeline.records import Job
from localatlas.protocols import Context, Index, Layout
from reference import Principal


class Clock:
    """A clock that stands until it is told to go."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(previews.time, "monotonic", made)
    return made


class Showing(Principal):
    """Shows its layout before it is done, and what a watcher of the build sees then."""

    seen: Any = None
    stop = False

    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        context.preview(layout.positions)
        Showing.seen = self.look()
        if Showing.stop:
            raise BuildCancelled("enough")
        return layout

    @staticmethod
    def look() -> Any:
        from localatlas.indices import list_builds

        dataset = AtlasDataset.load("sample")
        (projection,) = list_builds(dataset, dataset._store)
        return projection.preview()


@pytest.fixture
def job(dataset: AtlasDataset) -> Job:
    dataset.create_index(indexed_field="text", progress=False)
    (found,) = jobs.jobs(dataset._store)
    return found


def points(count: int) -> Any:
    return np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32) * np.array([4, 1], np.float32)


def test_it_waits_and_then_keeps_the_newest(dataset: AtlasDataset, job: Job, clock: Clock) -> None:
    write = PreviewWriter(dataset._store, job)
    write(points(50))
    assert read_preview(dataset._store, job) is None, "a build of a second needs none"
    clock.now += 1.0
    write(points(50))
    write(points(60))
    found = read_preview(dataset._store, job)
    assert found is not None
    assert (found.count, found.number, found.positions.dtype) == (50, 1, np.uint16)
    clock.now += 2.0
    write(points(60))
    found = read_preview(dataset._store, job)
    assert found is not None
    assert (found.count, found.number) == (60, 2)


def test_the_shape_is_kept_and_so_is_the_order_of_rows(dataset: AtlasDataset, job: Job, clock: Clock) -> None:
    places, order = points(500), np.random.default_rng(1).permutation(500)
    write = PreviewWriter(dataset._store, job)
    clock.now += 1.0
    write(np.ascontiguousarray(places[order]), order)
    found = read_preview(dataset._store, job)
    assert found is not None
    assert found.rows.tolist() == list(range(500))
    spread = np.ptp(places, axis=0)
    shown = found.positions.astype(float)
    assert np.ptp(shown[:, 0]) == pytest.approx(65_535, abs=1)
    assert np.ptp(shown[:, 1]) == pytest.approx(65_535 * spread[1] / spread[0], rel=1e-3)
    assert np.corrcoef(shown[:, 1], places[:, 1])[0, 1] > 0.9999


def test_of_many_rows_a_sample_is_shown_the_same_each_time(dataset: AtlasDataset, job: Job, clock: Clock) -> None:
    write = PreviewWriter(dataset._store, job)
    clock.now += 1.0
    write(points(3 * MOST_POINTS))
    found = read_preview(dataset._store, job)
    assert found is not None
    assert found.positions.shape == (MOST_POINTS, 2)
    assert (found.rows[0], found.rows[-1]) == (0, 3 * MOST_POINTS - 1)
    assert np.ptp(np.diff(found.rows)) <= 1


def test_a_slow_store_is_asked_seldom(
    dataset: AtlasDataset, job: Job, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = dataset._store.put

    def slowly(name: str, data: bytes) -> None:
        clock.now += 0.5
        put(name, data)

    monkeypatch.setattr(dataset._store, "put", slowly)
    write = PreviewWriter(dataset._store, job)
    for _ in range(1_000):
        clock.now += 0.1
        write(points(9))
    found = read_preview(dataset._store, job)
    assert found is not None
    assert found.number <= 3, "half a second of every fifty"


def test_a_store_that_fails_stops_no_build(
    dataset: AtlasDataset, job: Job, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, data: bytes) -> None:
        raise StorageError("no room")

    monkeypatch.setattr(dataset._store, "put", fail)
    write = PreviewWriter(dataset._store, job)
    clock.now += 1.0
    write(points(9))


@pytest.mark.parametrize(
    ("positions", "rows"),
    [
        (np.zeros((3, 2)), None),
        (np.zeros((3, 3), np.float32), None),
        (np.zeros((0, 2), np.float32), None),
        ([[0, 0]], None),
        (np.zeros((3, 2), np.float32), np.arange(2)),
    ],
    ids=["float64", "three axes", "nothing", "a list", "rows missing"],
)
def test_what_is_no_layout_is_blamed(dataset: AtlasDataset, job: Job, clock: Clock, positions: Any, rows: Any) -> None:
    write = PreviewWriter(dataset._store, job)
    clock.now += 1.0
    with pytest.raises(PluginContractError, match=r"context\.preview takes"):
        write(positions, rows)


def test_points_at_infinity_or_in_one_place_are_no_trouble(dataset: AtlasDataset, job: Job, clock: Clock) -> None:
    write = PreviewWriter(dataset._store, job)
    clock.now += 1.0
    write(np.full((4, 2), np.inf, np.float32))
    assert read_preview(dataset._store, job) is None
    clock.now += 2.0
    write(np.ones((4, 2), np.float32))
    found = read_preview(dataset._store, job)
    assert found is not None
    assert len(np.unique(found.positions)) == 1


def test_whoever_watches_a_build_sees_it_and_later_nobody(
    dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "FIRST_AFTER_SECONDS", 0.0)
    projectors.register("umap", Showing)
    made = dataset.create_index(indexed_field="text", progress=False)
    assert Showing.seen is not None
    assert (Showing.seen.count, Showing.seen.number) == (5, 1)
    assert made.preview() is None
    assert not [name for name in dataset._store.objects("jobs/") if name.endswith("preview")]


def test_a_cancelled_build_leaves_none(dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "FIRST_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(Showing, "stop", True)
    projectors.register("umap", Showing)
    with pytest.raises(BuildCancelled):
        dataset.create_index(indexed_field="text", progress=False)
    assert not [name for name in dataset._store.objects("jobs/") if name.endswith("preview")]
