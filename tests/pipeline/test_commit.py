from __future__ import annotations

from pathlib import Path

import pytest
from localatlas import AtlasDataset
from localatlas.pipeline.commit import commit, index_records
from localatlas.pipeline.records import Job

FIELDS = {
    "rows": 7,
    "placed": 6,
    "dimensions": 32,
    "vectors": 5,
    "topic_depths": 2,
    "last_topic_id": 5,
    "has_duplicates": 1,
}


@pytest.fixture
def job(dataset: AtlasDataset) -> Job:
    made = dataset.create_index(indexed_field="text", progress=False).job
    assert made is not None
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pages" / "explorer").mkdir(parents=True)
    (tmp_path / "map.arrow").write_bytes(b"map")
    (tmp_path / "pages" / "explorer" / "0").write_bytes(b"page")
    return tmp_path


def made_of(job: Job, name: str) -> Job:
    return job.model_copy(update={"id": name, "index_id": f"index-{name}", "map_id": f"map-{name}"})


def test_parts_and_pages_are_put_and_one_record_shows_them(dataset: AtlasDataset, job: Job, folder: Path) -> None:
    store = dataset._store
    record = commit(store, made_of(job, "x"), {"vectors.npy": folder / "map.arrow"}, folder, FIELDS, "print", [])
    assert store.objects("data/index-x/") == ["data/index-x/vectors.npy"]
    assert store.objects("data/map-x/") == ["data/map-x/map.arrow", "data/map-x/pages/explorer/0"]
    assert store.get("data/map-x/pages/explorer/0") == b"page"
    assert record.maps[0].pages == ["explorer/0"]
    assert (record.maps[0].has_duplicates, record.maps[0].topic_depths) == (True, 2)
    assert (record.embedder_fingerprint, record.version) == ("print", job.version)
    assert index_records(store)[-1] == record


def test_indices_are_numbered_in_the_order_of_their_commits(dataset: AtlasDataset, job: Job, folder: Path) -> None:
    for name in ("b", "a"):
        commit(dataset._store, made_of(job, name), {}, folder, FIELDS, "", [])
    assert [record.order for record in index_records(dataset._store)] == [0, 1, 2]
    assert [record.id for record in index_records(dataset._store)][1:] == ["index-b", "index-a"]


def test_a_build_that_died_after_publishing_publishes_in_its_old_place(
    dataset: AtlasDataset, job: Job, folder: Path
) -> None:
    store = dataset._store
    commit(store, made_of(job, "early"), {}, folder, FIELDS, "", [])
    commit(store, made_of(job, "late"), {}, folder, FIELDS, "", [])
    commit(store, made_of(job, "early"), {}, folder, FIELDS, "again", [])
    assert [(record.id, record.order) for record in index_records(store)][1:] == [("index-early", 1), ("index-late", 2)]


def test_nothing_is_visible_when_a_part_is_missing(dataset: AtlasDataset, job: Job, folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        commit(dataset._store, made_of(job, "x"), {"vectors.npy": folder / "none"}, folder, FIELDS, "", [])
    assert len(dataset.maps) == 1


def test_an_index_that_another_process_deletes_while_they_are_listed_is_left_out(
    dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset._store, "objects", lambda prefix="": [f"{prefix}000000-gone.json"])
    assert index_records(dataset._store) == []
    assert dataset.maps == []
