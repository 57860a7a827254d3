from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from localatlas import AtlasDataset
from localatlas.errors import AtlasError, BuildCancelled
from localatlas.home import Home
from localatlas.launching import held_job, new_job
from localatlas.pipeline import jobs
from localatlas.pipeline.records import Job


@pytest.fixture
def want(dataset: AtlasDataset) -> Callable[[], Job]:
    """What the same call of create_index asks for, each time anew."""
    done = dataset.create_index(indexed_field="text", progress=False).job
    assert done is not None
    plan = done.plan
    return lambda: new_job(dataset, Home(), dataset._store.version(), plan)


def test_of_two_equal_calls_at_once_the_second_gets_a_job_of_its_own(
    dataset: AtlasDataset, want: Callable[[], Job]
) -> None:
    store = dataset._store
    with held_job(store, want) as (first, held):
        assert first is not None
        assert held is not None
        assert jobs.is_claimed(store, first)
        with held_job(store, want) as (second, also_held):
            assert second is not None
            assert also_held is not None
            assert second.id != first.id
    # Both were left; the newest is gone on with.
    with held_job(store, want) as (again, held):
        assert again is not None
        assert again.id == second.id


def test_a_job_is_saved_and_held_before_the_lock_is_let_go(dataset: AtlasDataset, want: Callable[[], Job]) -> None:
    seen: list[bool] = []
    original = jobs.save

    def save(store: object, job: Job) -> None:
        seen.append(dataset._store.is_locked() and jobs.is_claimed(dataset._store, job))
        original(dataset._store, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "save", save)
        with held_job(dataset._store, want) as (job, _):
            assert job is not None
    assert seen == [True]


def test_nothing_to_do_is_no_job(dataset: AtlasDataset) -> None:
    with held_job(dataset._store, lambda: None) as (job, held):
        assert job is held is None


def test_many_equal_calls_at_once_all_make_a_map(dataset: AtlasDataset) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def call() -> None:
        try:
            start.wait(60)
            AtlasDataset("sample").create_index(indexed_field="text", progress=False)
        except BaseException as error:  # noqa: BLE001  whatever it is, the test must see it
            failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    made = dataset.maps
    assert len(made) == len({each.id for each in made}) == 4
    assert all(each.embeddings.df.equals(made[0].embeddings.df) for each in made)
    assert {job.state for job in jobs.jobs(dataset._store)} == {"done"}


def test_deleting_a_dataset_stops_its_builds_first(dataset: AtlasDataset) -> None:
    inside, failures = threading.Event(), []
    deleted = threading.Event()

    def listen(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage == "embed":
            inside.set()
            # Reports go on until the deletion asks to stop.
            while not dataset._store.objects("jobs/") or not any(
                n.endswith(".cancel") for n in dataset._store.objects("jobs/")
            ):
                if deleted.is_set():
                    return

    def call() -> None:
        try:
            AtlasDataset("sample").create_index(indexed_field="text", progress=listen)
        except AtlasError as error:
            failures.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert inside.wait(60)
    assert dataset.delete()
    deleted.set()
    thread.join(60)
    assert [type(error) for error in failures] == [BuildCancelled]
    assert AtlasDataset("sample").maps == []
