from __future__ import annotations

from collections.abc import Iterator

import pytest
from left_builds import unfinished
from localatlas import AtlasDataset, hooks
from localatlas.errors import BuildCancelled, MapNotFoundError, NotReadyError
from localatlas.hookspecs import hookimpl
from localatlas.indices import AtlasIndex, AtlasProjection, list_builds
from localatlas.pipeline import jobs
from localatlas.protocols import Map


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    return dataset.create_index(name="first", indexed_field="text", progress=False)


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
