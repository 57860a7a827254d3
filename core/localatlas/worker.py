"""`python -m localatlas.worker JOB`: builds what a job record describes. JOB is the record's file."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from localatlas.dataset import AtlasDataset
from localatlas.errors import AtlasError, BuildCancelled
from localatlas.home import Home
from localatlas.naming import dataset_key
from localatlas.pipeline import jobs
from localatlas.pipeline.build import run_build
from localatlas.pipeline.records import Job
from localatlas.protocols import DatasetStore

__all__ = ["main"]

FAILED = 1
CANCELLED = 3
USAGE = 64
LOOK_SECONDS = 1.0
# What a component gets to come to its next report of progress, once the build is to stop.
GRACE_SECONDS = 10.0


def main(arguments: list[str] | None = None) -> int:
    """Run one job and return the exit status: 0 done, 1 failed, 3 cancelled, 64 called wrongly."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or not Path(given[0]).is_file():
        sys.stderr.write("usage: python -m localatlas.worker JOB, where JOB is the file of a job record\n")
        return USAGE
    job = Job.model_validate_json(Path(given[0]).read_bytes())
    identifier = f"{job.organization}/{job.slug}"
    ended = threading.Event()
    try:
        home = Home(job.home, job.backend, job.storage)
        found = home.find(dataset_key(identifier))
        if found is None:
            sys.stderr.write(f"the dataset {identifier} is not in {job.home}\n")
            return FAILED
        dataset = AtlasDataset._opened(home, *found)  # noqa: SLF001  the same package
        threading.Thread(target=_stop_what_hangs, args=(found[1], job, ended), daemon=True).start()
        run_build(job, dataset, found[1], claimed=_inherited_claim())
    except BuildCancelled as error:
        sys.stderr.write(f"{error}\n")
        return CANCELLED
    except AtlasError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return FAILED
    finally:
        ended.set()
    return 0


def _stop_what_hangs(store: DatasetStore, job: Job, ended: threading.Event) -> None:
    """End this process when the build was asked to stop and its component does not listen.

    It is the death that a home survives at any moment: what was finished is kept, and locks go with the process.
    """
    try:
        while not jobs.cancel_requested(store, job):
            if ended.wait(LOOK_SECONDS):
                return
    except AtlasError:
        # The dataset was deleted meanwhile: the build learns of it by itself.
        return
    if ended.wait(GRACE_SECONDS):
        return
    jobs.clear_cancel(store, job)
    job.state, job.finished = "cancelled", datetime.now(UTC)
    jobs.update(store, job)
    sys.stderr.write(f"stopped in {job.stage}, which reported no progress for {GRACE_SECONDS:.0f} seconds\n")
    sys.stderr.flush()
    os._exit(CANCELLED)


def _inherited_claim() -> bool:
    """Whether the process that started this one handed over the job's lock; keeps it from this one's children."""
    descriptor = os.environ.pop(jobs.CLAIM_VARIABLE, None)
    if descriptor is None:
        return False
    os.set_inheritable(int(descriptor), False)
    return True


if __name__ == "__main__":
    sys.exit(main())
