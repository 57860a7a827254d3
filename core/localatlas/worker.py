"""`python -m localatlas.worker JOB`: builds what a job record describes. JOB is the record's file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from localatlas.dataset import AtlasDataset
from localatlas.errors import AtlasError, BuildCancelled
from localatlas.home import Home
from localatlas.naming import dataset_key
from localatlas.pipeline import jobs
from localatlas.pipeline.build import run_build
from localatlas.pipeline.records import Job

__all__ = ["main"]

FAILED = 1
CANCELLED = 3
USAGE = 64


def main(arguments: list[str] | None = None) -> int:
    """Run one job and return the exit status: 0 done, 1 failed, 3 cancelled, 64 called wrongly."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or not Path(given[0]).is_file():
        sys.stderr.write("usage: python -m localatlas.worker JOB, where JOB is the file of a job record\n")
        return USAGE
    job = Job.model_validate_json(Path(given[0]).read_bytes())
    identifier = f"{job.organization}/{job.slug}"
    try:
        home = Home(job.home, job.backend, job.storage)
        found = home.find(dataset_key(identifier))
        if found is None:
            sys.stderr.write(f"the dataset {identifier} is not in {job.home}\n")
            return FAILED
        dataset = AtlasDataset._opened(home, *found)  # noqa: SLF001  the same package
        run_build(job, dataset, found[1], claimed=_inherited_claim())
    except BuildCancelled as error:
        sys.stderr.write(f"{error}\n")
        return CANCELLED
    except AtlasError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return FAILED
    return 0


def _inherited_claim() -> bool:
    """Whether the process that started this one handed over the job's lock; keeps it from this one's children."""
    descriptor = os.environ.pop(jobs.CLAIM_VARIABLE, None)
    if descriptor is None:
        return False
    os.set_inheritable(int(descriptor), False)
    return True


if __name__ == "__main__":
    sys.exit(main())
