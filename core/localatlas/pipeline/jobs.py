"""Builds as records in the home: found again after a crash, claimed by one process, cancelled from another."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from localatlas.pipeline.records import Job
from localatlas.protocols import DatasetStore

__all__ = [
    "cancel_requested",
    "claim",
    "clear_cancel",
    "is_claimed",
    "jobs",
    "read_job",
    "request_cancel",
    "save",
    "unfinished",
]


def save(store: DatasetStore, job: Job) -> None:
    """Write a job's record."""
    store.put(job.object_name, job.to_bytes())


def read_job(store: DatasetStore, job_id: str) -> Job:
    """Return a job's record. Raises KeyError."""
    return Job.model_validate_json(store.get(f"jobs/{job_id}.json"))


def jobs(store: DatasetStore) -> list[Job]:
    """Return all jobs, oldest first."""
    found = [Job.model_validate_json(store.get(name)) for name in store.objects("jobs/") if name.endswith(".json")]
    return sorted(found, key=lambda job: (job.created, job.id))


def unfinished(store: DatasetStore, wanted: Job) -> Job | None:
    """Return the newest job that was to build the same and did not get to the end, if nobody works on it now."""
    for job in reversed(jobs(store)):
        same = (job.plan.fingerprint(), job.version) == (wanted.plan.fingerprint(), wanted.version)
        if same and job.state != "done" and not is_claimed(store, job):
            return job
    return None


@contextmanager
def claim(store: DatasetStore, job: Job) -> Generator[bool, None, None]:
    """Hold a job while building; yields False when another process holds it. A dead holder holds nothing."""
    path = _claim_file(store, job)
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_claimed(store: DatasetStore, job: Job) -> bool:
    """Whether a living process builds this job now."""
    with claim(store, job) as free:
        return not free


def request_cancel(store: DatasetStore, job: Job) -> None:
    """Ask whoever builds a job to stop at its next report of progress."""
    store.put(f"jobs/{job.id}.cancel", b"")


def cancel_requested(store: DatasetStore, job: Job) -> bool:
    """Whether a job was asked to stop."""
    return bool(store.objects(f"jobs/{job.id}.cancel"))


def clear_cancel(store: DatasetStore, job: Job) -> None:
    """Forget that a job was asked to stop."""
    store.remove(f"jobs/{job.id}.cancel")


def _claim_file(store: DatasetStore, job: Job) -> Path:
    folder = store.scratch() / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / job.id
