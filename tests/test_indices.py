from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from localatlas import AtlasDataset, hooks
from localatlas.errors import BuildCancelled, MapNotFoundError, NotReadyError
from localatlas.hookspecs import hookimpl
from localatlas.indices import AtlasIndex, AtlasProjection, list_builds
from localatlas.pipeline import jobs
from localatlas.pipeline.records import Job
from localatlas.protocols import Map


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    return dataset.create_index(name="first", indexed_field="text", progress=False)


def unfinished(dataset: AtlasDataset, **changes: object) -> tuple[Job, AtlasProjection]:
    """Return the job and the map of a build that is not in `maps`, as another process may have left it."""
    done = dataset.create_index(name="left", indexed_field="text", progress=False)
    job = done.job
    assert job is not None
    dataset._store.remove("indices/")
    left = job.model_copy(update=changes)
    jobs.save(dataset._store, left)
    return left, AtlasProjection(dataset, dataset._store, done.id)


def test_indices_and_maps_are_in_build_order(dataset: AtlasDataset, made: AtlasProjection) -> None:
    second = dataset.create_index(name="second", indexed_field="text", progress=False)
    assert [index.name for index in dataset.indices] == ["first", "second"]
    assert [[each.id for each in index.projections] for index in dataset.indices] == [[made.id], [second.id]]
    assert isinstance(dataset.indices[0], AtlasIndex)
    assert dataset.indices[0].id == made.atlas_index_id
    assert dataset.indices[0].indexed_field == "text"


def test_a_map_knows_where_it_belongs(dataset: AtlasDataset, made: AtlasProjection) -> None:
    assert made.projection_id == made.id
    assert made.dataset is dataset
    assert made.map_link == f"{made.dataset_link}/{made.id}" == f"localatlas://local/sample/{made.id}"
    assert made.schema.names == ["id", "text", "n"]
    assert [stage.stage for stage in made.stages][:2] == ["snapshot", "embed"]
    assert made.job is not None
    assert made.job.progress == 1.0


def test_a_map_is_found_by_index_by_id_and_by_name(dataset: AtlasDataset, made: AtlasProjection) -> None:
    second = dataset.create_index(name="second", indexed_field="text", progress=False)
    assert dataset.get_map("second").id == second.id
    assert dataset.get_map(projection_id=made.id).id == made.id
    assert dataset.get_map(atlas_index_id=second.atlas_index_id).id == second.id
    # The index comes before the projection, and both before the name, as in the SDK.
    assert dataset.get_map("first", second.atlas_index_id, made.id).id == second.id
    assert dataset.get_map("first", projection_id=second.id).id == second.id


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "x"}, "no map for name 'x'; its maps are: 'first'"),
        ({"atlas_index_id": "x"}, "no map for index id 'x'"),
        ({"projection_id": "x"}, "no map for projection id 'x'"),
    ],
)
def test_a_map_that_is_not_there_is_told_with_those_that_are(
    dataset: AtlasDataset, made: AtlasProjection, asked: dict[str, str], words: str
) -> None:
    with pytest.raises(MapNotFoundError, match=words):
        dataset.get_map(**asked)


def test_of_two_maps_of_one_name_the_older_is_meant(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.create_index(name="first", indexed_field="text", progress=False)
    assert dataset.get_map("first").id == made.id


def test_a_view_of_vectors_is_kept_until_rows_change(dataset: AtlasDataset, made: AtlasProjection) -> None:
    kept = made.embeddings
    assert made.embeddings is kept
    dataset.delete_data(["r0"])
    assert made.embeddings is not kept


def test_a_build_whose_process_died_is_stopped(dataset: AtlasDataset) -> None:
    _, left = unfinished(dataset, state="running", stage="layout", progress=0.7)
    assert left.status == "stopped"
    with pytest.raises(NotReadyError, match=r"'left' stopped during 'layout'; the same create_index call goes on"):
        _ = left.data


def test_a_build_that_a_process_holds_is_running(dataset: AtlasDataset) -> None:
    job, left = unfinished(dataset, state="running", stage="layout", progress=0.7)
    with jobs.claim(dataset._store, job):
        assert left.status == "running"
        with pytest.raises(NotReadyError, match="'left' is still building: layout, 70%"):
            _ = left.embeddings


def test_a_build_that_waits_for_its_process_is_queued(dataset: AtlasDataset) -> None:
    job, left = unfinished(dataset, state="queued", stage="", progress=0.0)
    assert left.status == "stopped"
    with pytest.raises(NotReadyError, match="stopped before its first stage"):
        _ = left.embeddings
    with jobs.claim(dataset._store, job):
        check_queued(left)


def check_queued(left: AtlasProjection) -> None:
    assert left.status == "queued"
    assert repr(left) == f"AtlasProjection('left', queued, {left.map_link})"
    with pytest.raises(NotReadyError, match="still building: queued, 0%"):
        _ = left.topics


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [("failed", "OSError: disk full", "'left' failed: OSError: disk full"), ("cancelled", None, "it was cancelled")],
)
def test_a_build_that_ended_badly_says_why(dataset: AtlasDataset, state: str, error: str | None, words: str) -> None:
    _, left = unfinished(dataset, state=state, error=error)
    assert (left.status, left.error, left.name) == (state, error, "left")
    with pytest.raises(NotReadyError, match=words):
        _ = left.duplicates


def test_a_map_whose_record_of_the_build_is_gone_is_still_a_map(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset._store.remove("jobs/")
    again = dataset.maps[0]
    assert again.name == "first"
    assert again.status == "done"
    assert again.error is None
    again.cancel()


def test_the_same_call_goes_on_with_a_build_that_died(dataset: AtlasDataset) -> None:
    job, left = unfinished(dataset, state="running", stage="layout", progress=0.7)
    again = dataset.create_index(name="left", indexed_field="text", progress=False)
    assert (again.id, again.job.id if again.job else "") == (left.id, job.id)
    assert left.status == "done"


def test_cancelling_a_build_that_died_does_not_stop_its_next_run(dataset: AtlasDataset) -> None:
    _, left = unfinished(dataset, state="running", stage="layout", progress=0.7)
    left.cancel()
    assert dataset.create_index(name="left", indexed_field="text", progress=False).status == "done"


def test_a_finished_build_cannot_be_cancelled(dataset: AtlasDataset, made: AtlasProjection) -> None:
    made.cancel()
    assert dataset._store.objects("jobs/") == [f"jobs/{made.job.id}.json"] if made.job else False


def test_a_build_under_way_can_be_cancelled(dataset: AtlasDataset) -> None:
    def cancel(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage == "layout":
            for job in jobs.jobs(dataset._store):
                AtlasProjection(dataset, dataset._store, job.map_id).cancel()

    with pytest.raises(BuildCancelled, match=r"cancelled during (layout|topics); the same call goes on from there"):
        dataset.create_index(indexed_field="text", progress=cancel)


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


def test_progress_is_told_by_stage(dataset: AtlasDataset) -> None:
    _, left = unfinished(dataset, state="running", stage="layout", fraction=0.25, progress=0.7)
    assert left.progress == {
        "snapshot": 1.0,
        "embed": 1.0,
        "neighbors": 1.0,
        "layout": 0.25,
        "topics": 0.0,
        "duplicates": 0.0,
        "pages": 0.0,
        "commit": 0.0,
    }
    _, queued = unfinished(dataset, state="queued", stage="", fraction=0.0)
    assert set(queued.progress.values()) == {0.0}


def test_a_finished_map_has_all_stages_done(made: AtlasProjection) -> None:
    assert set(made.progress.values()) == {1.0}


class Explorer:
    def __init__(self) -> None:
        self.opened: list[tuple[str, str, int, bool]] = []

    @hookimpl
    def localatlas_open(self, map: Map, host: str, port: int, browser: bool) -> bool:  # noqa: A002  the hook's name
        self.opened.append((map.id, host, port, browser))
        return True


def test_a_map_is_opened_by_the_explorer_that_is_installed(
    made: AtlasProjection, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = Explorer()
    hooks.register(explorer)
    try:
        made.open(host="127.0.0.2", port=7, browser=False)
    finally:
        hooks.unregister(explorer)
    assert explorer.opened == [(made.id, "127.0.0.2", 7, False)]


class Watcher:
    def __init__(self) -> None:
        self.opened: list[AtlasProjection] = []

    @hookimpl
    def localatlas_open(self, projection: AtlasProjection) -> bool:
        self.opened.append(projection)
        return True


@pytest.fixture
def no_installed_hooks() -> Iterator[None]:
    """Take the hooks of installed plugins away: the explorer would open a map that nobody else does, and serve it."""
    manager = hooks.manager()
    installed = [(name, plugin) for name, plugin in manager.list_name_plugin() if plugin is not None]
    for _, plugin in installed:
        manager.unregister(plugin)
    yield
    for name, plugin in installed:
        manager.register(plugin, name=name)


@pytest.mark.usefixtures("no_installed_hooks")
def test_a_map_that_is_building_is_opened_by_who_can_show_it(dataset: AtlasDataset) -> None:
    _, left = unfinished(dataset, state="running", stage="layout")
    explorer, watcher = Explorer(), Watcher()
    hooks.register(explorer)
    try:
        with pytest.raises(NotReadyError, match="stopped during 'layout'"):
            left.open()
        hooks.register(watcher)
        left.open()
    finally:
        hooks.unregister(explorer)
        if watcher.opened:
            hooks.unregister(watcher)
    assert explorer.opened == []
    assert watcher.opened == [left]


def test_builds_that_are_not_finished_are_listed(dataset: AtlasDataset, made: AtlasProjection) -> None:
    assert list_builds(dataset, dataset._store) == []
    _, left = unfinished(dataset, state="failed", error="no room")
    assert [build.id for build in list_builds(dataset, dataset._store)][-1] == left.id
    assert list_builds(dataset, dataset._store)[-1].status == "failed"


def test_without_an_explorer_opening_says_what_to_install(
    made: AtlasProjection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "call", lambda *_, **__: None)
    with pytest.raises(NotReadyError, match="pip install atlas-plugin-explorer"):
        made.open()
