from __future__ import annotations

import gc
import threading

import pytest
from left_builds import unfinished
from localatlas import AtlasDataset
from localatlas.errors import BuildCancelled, MapNotFoundError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    return dataset.create_index(name="first", indexed_field="text", progress=False)


def test_a_map_is_deleted_with_its_index_its_tags_and_its_files(dataset: AtlasDataset, made: AtlasProjection) -> None:
    store = dataset._store
    other = dataset.create_index(name="other", indexed_field="text", progress=False)
    kept = [name for name in store.objects("data/") if other.id in name or other.atlas_index_id in name]
    store.put(f"tags/{made.id}/good.json", b"{}")
    store.put(f"tags/{other.id}/good.json", b"{}")
    assert made.delete()
    assert [each.id for each in dataset.maps] == [other.id]
    assert [index.name for index in dataset.indices] == ["other"]
    assert store.objects("data/") == kept
    assert store.objects("tags/") == [f"tags/{other.id}/good.json"]
    assert [job.map_id for job in jobs.jobs(store)] == [other.id]
    assert made.status == "unknown"
    with pytest.raises(NotReadyError, match="does not exist any more"):
        _ = made.data
    with pytest.raises(MapNotFoundError, match="does not exist any more"):
        made.delete()


def test_an_index_is_deleted_with_its_maps(dataset: AtlasDataset, made: AtlasProjection) -> None:
    assert dataset.indices[0].delete()
    assert dataset.indices == dataset.maps == []
    assert dataset._store.objects("data/") == []
    with pytest.raises(MapNotFoundError):
        dataset.get_map("first")
    assert dataset.create_index(name="first", indexed_field="text", progress=False).status == "done"


def test_whoever_looks_at_a_deleted_map_goes_on_looking(dataset: AtlasDataset) -> None:
    store = dataset._store
    made = dataset.create_index(name="first", indexed_field="text", progress=False)
    looking = dataset.maps[0].stored
    view = made.topics
    store.put(f"data/{made.id}/pages/x/0", b"page")
    dataset.maps[0].delete()
    assert looking.page("x/0").read_bytes() == b"page"
    assert view.df.shape == (7, 3)
    assert store.objects(f"data/{made.id}/")
    del looking, view, made
    gc.collect()
    dataset.create_index(name="next", indexed_field="text", progress=False)
    assert {name.split("/")[1] for name in store.objects("data/")} == {
        each for made in dataset.maps for each in (made.id, made.atlas_index_id)
    }


def test_a_build_that_is_not_wanted_any_more_is_deleted(dataset: AtlasDataset) -> None:
    job, left = unfinished(dataset, state="failed", error="OSError: disk full")
    assert left.delete()
    assert jobs.jobs(dataset._store) == []
    assert dataset.create_index(name="left", indexed_field="text", progress=False).id != job.map_id


def test_a_build_under_way_is_stopped_before_its_map_is_deleted(dataset: AtlasDataset) -> None:
    inside, failures = threading.Event(), []

    def listen(stage: str, fraction: float, overall: float, message: str) -> None:
        inside.set()
        # Waits for the request, so that the next report finds it.
        while not any(name.endswith(".cancel") for name in dataset._store.objects("jobs/")):
            pass

    def call() -> None:
        try:
            AtlasDataset("sample").create_index(indexed_field="text", progress=listen)
        except BuildCancelled as error:
            failures.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert inside.wait(60)
    (job,) = jobs.jobs(dataset._store)
    assert AtlasProjection(dataset, dataset._store, job.map_id).delete()
    thread.join(60)
    assert len(failures) == 1
    assert dataset.maps == []
