from __future__ import annotations

import subprocess
import sys

import pytest
from localatlas import AtlasDataset
from localatlas.pipeline import jobs
from localatlas.pipeline.records import Job
from localatlas.protocols import DatasetStore


@pytest.fixture
def store(dataset: AtlasDataset) -> DatasetStore:
    return dataset._store


@pytest.fixture
def job(dataset: AtlasDataset) -> Job:
    """A finished build, as a pattern for others."""
    made = dataset.create_index(indexed_field="text", progress=False).job
    assert made is not None
    dataset._store.remove("jobs/")
    return made


def variant(job: Job, name: str, **changes: object) -> Job:
    return job.model_copy(update={"id": name, "state": "failed", **changes})


def test_a_record_comes_back_whole(store: DatasetStore, job: Job) -> None:
    jobs.save(store, job)
    assert jobs.read_job(store, job.id) == job
    assert jobs.jobs(store) == [job]
    with pytest.raises(KeyError):
        jobs.read_job(store, "none")


def test_records_of_later_versions_may_have_more_fields(store: DatasetStore, job: Job) -> None:
    store.put(job.object_name, job.to_bytes().replace(b'"stage":', b'"invented_later": 1, "stage":', 1))
    assert jobs.jobs(store)[0].id == job.id


def test_jobs_are_listed_oldest_first(store: DatasetStore, job: Job) -> None:
    from datetime import timedelta

    for name, minutes in (("b", 2), ("a", 3), ("c", 1)):
        jobs.save(store, variant(job, name, created=job.created + timedelta(minutes=minutes)))
    jobs.request_cancel(store, variant(job, "a"))
    assert [each.id for each in jobs.jobs(store)] == ["c", "b", "a"]


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_an_unfinished_build_of_the_same_plan_and_version_is_found(store: DatasetStore, job: Job, state: str) -> None:
    jobs.save(store, variant(job, "old", state=state))
    found = jobs.unfinished(store, variant(job, "new"))
    assert found is not None
    assert found.id == "old"


def test_a_build_that_is_done_or_of_other_rows_or_options_is_not_gone_on_with(store: DatasetStore, job: Job) -> None:
    jobs.save(store, variant(job, "done", state="done"))
    jobs.save(store, variant(job, "version", version=job.version + 1))
    jobs.save(store, variant(job, "plan", plan=job.plan.model_copy(update={"seed": 99})))
    assert jobs.unfinished(store, variant(job, "new")) is None


def test_a_build_that_somebody_works_on_is_left_to_them(store: DatasetStore, job: Job) -> None:
    busy = variant(job, "busy")
    jobs.save(store, busy)
    with jobs.claim(store, busy) as mine:
        assert mine
        assert jobs.is_claimed(store, busy)
        assert jobs.unfinished(store, variant(job, "new")) is None
        with jobs.claim(store, busy) as again:
            assert not again
    assert not jobs.is_claimed(store, busy)


def test_a_process_that_died_holds_nothing(store: DatasetStore, job: Job) -> None:
    script = (
        "import fcntl, sys\nfile = open(sys.argv[1], 'wb')\nfcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    with jobs.claim(store, job):
        pass  # makes the file
    path = store.scratch() / "claims" / job.id
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert jobs.is_claimed(store, job)
        other.kill()
        other.wait()
        assert not jobs.is_claimed(store, job)


def test_a_record_that_another_process_removes_while_they_are_read_is_left_out(
    store: DatasetStore, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.save(store, job)
    names = store.objects("jobs/")
    monkeypatch.setattr(store, "objects", lambda prefix="": [f"{prefix}gone.json", *names])
    assert jobs.jobs(store) == [job]


def test_cancelling_is_asked_for_and_forgotten(store: DatasetStore, job: Job) -> None:
    jobs.save(store, job)
    assert not jobs.cancel_requested(store, job)
    jobs.request_cancel(store, job)
    assert jobs.cancel_requested(store, job)
    assert not jobs.cancel_requested(store, variant(job, "other"))
    jobs.clear_cancel(store, job)
    assert not jobs.cancel_requested(store, job)
    assert jobs.jobs(store) == [job]


def test_equal_plans_share_a_fingerprint(job: Job) -> None:
    assert job.plan.fingerprint() == job.plan.model_copy().fingerprint()
    assert job.plan.fingerprint() != job.plan.model_copy(update={"name": "x"}).fingerprint()
