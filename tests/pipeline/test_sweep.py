from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from localatlas import AtlasDataset, projectors
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.pipeline.stages import StageStore
from localatlas.pipeline.sweep import remove_unused
from reference import Placing


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    projectors.register("umap", Placing)
    return build(dataset)


def build(dataset: AtlasDataset, name: str = "made", **arguments: object) -> AtlasProjection:
    return dataset.create_index(name=name, indexed_field="text", progress=False, **arguments)  # type: ignore[arg-type]


def add(dataset: AtlasDataset, *names: str) -> None:
    dataset.add_data([{"id": name, "text": f"words of {name}", "n": 0} for name in names])


def stages(dataset: AtlasDataset) -> StageStore:
    return StageStore(dataset._store.scratch() / "stages")


def kept(dataset: AtlasDataset) -> dict[str, int]:
    names = ("snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages")
    return {name: len(stages(dataset).finished(name)) for name in names}


def stop(stage: str, *_: object) -> None:
    if stage == "topics":
        raise KeyboardInterrupt


def test_results_for_older_rows_go_and_those_for_the_newest_stay(dataset: AtlasDataset, made: AtlasProjection) -> None:
    build(dataset, "other", projection={"model": "umap", "scale": 2.0})
    twice = {"layout": 2, "topics": 2, "pages": 2}
    assert kept(dataset) == {"snapshot": 1, "embed": 1, "neighbors": 1, "duplicates": 1, **twice}
    add(dataset, "a")
    build(dataset, "newest")
    assert kept(dataset) == dict.fromkeys(kept(dataset), 1)
    assert np.isfinite(made.embeddings.latent[0]).all(), "finished maps need nothing of it"


def test_what_an_unfinished_build_goes_on_with_stays(dataset: AtlasDataset, made: AtlasProjection) -> None:
    with pytest.raises(KeyboardInterrupt):
        dataset.create_index(name="left", indexed_field="text", projection={"scale": 3.0}, progress=stop)
    add(dataset, "a")
    build(dataset, "newest")
    assert kept(dataset)["layout"] == 3
    (left,) = (job for job in jobs.jobs(dataset._store) if job.state != "done")
    jobs.retire(dataset._store, left)
    build(dataset, "again")
    assert kept(dataset)["layout"] == 1


def test_an_abandoned_embedding_goes_when_its_vectors_are_known_or_no_build_is_left(
    dataset: AtlasDataset, made: AtlasProjection
) -> None:
    done = stages(dataset).finished("embed")[0]
    known, unknown = (partial(dataset, key, done) for key in ("known", "unknown"))
    np.save(unknown / "contents.npy", np.ones((1, 16), np.uint8))
    with pytest.raises(KeyboardInterrupt):
        dataset.create_index(name="left", indexed_field="text", projection={"scale": 3.0}, progress=stop)
    build(dataset, "next")
    assert (known.exists(), unknown.exists()) == (False, True)
    dataset.create_index(name="left", indexed_field="text", projection={"scale": 3.0}, progress=False)
    assert not unknown.exists()


def partial(dataset: AtlasDataset, key: str, like: Path) -> Path:
    """Return a folder of an embedding that was left half done."""
    folder = stages(dataset).begin("embed", key)
    for name in ("contents.npy", "fingerprint"):
        (folder / name).write_bytes((like / name).read_bytes())
    return folder


def test_results_that_somebody_works_on_stay(dataset: AtlasDataset, made: AtlasProjection) -> None:
    held = stages(dataset)
    folder = held.begin("layout", "busy")
    with held.claim("layout", "busy"):
        build(dataset, "other")
        assert folder.exists()
    build(dataset, "next")
    assert not folder.exists()


def test_files_that_no_record_names_go(dataset: AtlasDataset, made: AtlasProjection) -> None:
    store = dataset._store
    before = store.objects("data/")
    store.put("data/nobody/vectors.npy", b"x")
    store.put(f"data/{made.id}/v7/pages/explorer/1", b"x")
    store.put(f"data/{made.id}/v7/pages/explorer/11", b"x")
    remove_unused(store)
    assert store.objects("data/") == before


def test_files_of_a_build_under_way_stay(dataset: AtlasDataset, made: AtlasProjection) -> None:
    store, job = dataset._store, made.job
    assert job is not None
    coming = job.model_copy(update={"id": "coming", "index_id": "i", "map_id": "m", "state": "running"})
    jobs.save(store, coming)
    store.put("data/i/vectors.npy", b"x")
    remove_unused(store)
    assert store.objects("data/i/") == ["data/i/vectors.npy"]
    jobs.retire(store, coming)
    remove_unused(store)
    assert store.objects("data/i/") == []
