"""Builds as records in the home: found again after a crash, claimed by one process, cancelled from another."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from localatlas.pipeline.records import Job, records_below
from localatlas.protocols import DatasetStore

__all__ = [
    "cancel_requested",
    "claim",
    "clear_cancel",
    "is_claimed",
    "jobs",
    "read_job",
    "request_cancel",
    "retire",
    "save",
    "unfinished",
    "update",
]

# Hands the number of the inherited lock's file descriptor to a worker.
CLAIM_VARIABLE = "LOCALATLAS_CLAIM"
LOOKS = 20
LOOK_SECONDS = 0.01


def save(store: DatasetStore, job: Job) -> None:
    """Write a job's record."""
    store.put(job.object_name, job.to_bytes())


def update(store: DatasetStore, job: Job) -> None:
    """Write a job's record again. Raises DatasetNotFoundError: where a dataset was, nothing must be written."""
    store.version()
    save(store, job)


def read_job(store: DatasetStore, job_id: str) -> Job:
    """Return a job's record. Raises KeyError."""
    return Job.model_validate_json(store.get(f"jobs/{job_id}.json"))


def jobs(store: DatasetStore) -> list[Job]:
    """Return all jobs, oldest first."""
    found = [Job.model_validate_json(record) for record in records_below(store, "jobs/")]
    return sorted(found, key=lambda job: (job.created, job.id))


def unfinished(store: DatasetStore, wanted: Job) -> Job | None:
    """Return the newest job that was to build the same and did not get to the end, if nobody works on it now."""
    for job in reversed(jobs(store)):
        if job.same_as(wanted) and job.state != "done" and not is_claimed(store, job):
            return job
    return None


@contextmanager
def claim(store: DatasetStore, job: Job) -> Generator[int | None, None, None]:
    """Hold a job while building it; yields None when another process holds it. A dead holder holds nothing.

    What is yielded is the lock's file descriptor: a child process that inherits it holds the job too.
    """
    with _claim_file(store, job).open("wb") as file:
        # Somebody who only looks holds the lock for a moment; that must not stop a build.
        free = any(_locked(file.fileno(), fcntl.LOCK_EX, pause) for pause in (0.0, *[LOOK_SECONDS] * LOOKS))
        yield file.fileno() if free else None


def is_claimed(store: DatasetStore, job: Job) -> bool:
    """Whether a living process builds this job now."""
    with _claim_file(store, job).open("wb") as file:
        # Shared, so that two who look do not take each other for a builder.
        return not _locked(file.fileno(), fcntl.LOCK_SH, 0.0)


def _locked(descriptor: int, kind: int, pause: float) -> bool:
    time.sleep(pause)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def retire(store: DatasetStore, job: Job) -> None:
    """Forget a job: its record, and a request to cancel it."""
    store.remove(f"jobs/{job.id}.")
    if job.base is None:
        # The lock of updates is one for all of a map, and may be held by the next.
        _claim_file(store, job).unlink(missing_ok=True)


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
    return folder / job.claim_name
