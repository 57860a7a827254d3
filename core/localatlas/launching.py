"""From a job to a running build: held by one process, here or in a worker."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

from localatlas.components import Components
from localatlas.config import settings
from localatlas.errors import InvalidOptionError
from localatlas.home import Home
from localatlas.pipeline import jobs
from localatlas.pipeline.build import run_build
from localatlas.pipeline.progress import Listener, silent
from localatlas.pipeline.records import Job, Plan
from localatlas.progress_bars import tqdm_listener
from localatlas.protocols import Dataset, DatasetStore

__all__ = ["check_worker_knows", "held_job", "new_job", "run_job"]


def new_job(dataset: Dataset, home: Home, version: int, plan: Plan) -> Job:
    """Return a job that builds a new index."""
    organization, _, slug = dataset.identifier.partition("/")
    return Job(
        id=uuid4().hex,
        home=home.address,
        backend=home.backend,
        storage=home.options,
        organization=organization,
        slug=slug,
        version=version,
        index_id=str(uuid4()),
        map_id=str(uuid4()),
        plan=plan,
    )


def check_worker_knows(plan: Plan) -> None:
    """Refuse a plan that another process could not follow. Raises InvalidOptionError."""
    in_process = [part for part in plan.components() if part.in_process]
    if in_process:
        raise InvalidOptionError(
            f"wait=False builds in another process, which does not know the {in_process[0].kind} "
            f"{in_process[0].name!r} of this one; use wait=True, or put it in a package with an entry point"
        )


@contextmanager
def held_job(store: DatasetStore, want: Callable[[], Job | None]) -> Generator[tuple[Job | None, int | None]]:
    """Yield the job to work on and the descriptor of its lock; for the block, nobody else works on it.

    The job is what `want()` returns, or an earlier one that was to make the same and is left by all. It is saved and
    held before the dataset's lock is let go: of two calls at once, the second finds it taken and gets a job of its own.
    The descriptor is None where another process updates the same map, and the job None where there is nothing to do.
    """
    with ExitStack() as held:
        with store.lock():
            job, descriptor = want(), None
            if job is not None:
                job = jobs.unfinished(store, job) or job
                descriptor = held.enter_context(jobs.claim(store, job))
            if job is not None and descriptor is not None:
                jobs.clear_cancel(store, job)  # asked of a run that died before it heard
                jobs.save(store, job)
        yield job, descriptor


def run_job(
    dataset: Dataset,
    store: DatasetStore,
    job: Job,
    descriptor: int,
    components: Components,
    *,
    wait: bool,
    progress: bool | Listener,
) -> None:
    """Work on a job that this process holds, here or (`wait=False`) in a process of its own."""
    if not wait:
        _start_worker(store, job, descriptor)
    elif progress is False or progress is None:
        run_build(job, dataset, store, components, silent, claimed=True)
    elif progress is True:
        with tqdm_listener() as listener:
            run_build(job, dataset, store, components, listener, claimed=True)
    else:
        run_build(job, dataset, store, components, progress, claimed=True)


def _start_worker(store: DatasetStore, job: Job, descriptor: int) -> None:
    """Start `python -m localatlas.worker` so that it outlives this process; its output goes to a log.

    The worker inherits the job's lock, so that the job is never without a holder until it is done.
    """
    logs = store.scratch() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{job.id}.log").open("ab") as log:
        worker = subprocess.Popen(  # noqa: S603  our own interpreter and module
            # -P: a file of the user's folder must not take a module's place.
            [sys.executable, "-P", "-m", "localatlas.worker", str(store.path(job.object_name))],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(descriptor,),
            env={**os.environ, **settings().environment(), jobs.CLAIM_VARIABLE: str(descriptor)},
        )
    # Nobody waits for the worker; if this process outlives it, it should not stay behind as a zombie.
    threading.Thread(target=worker.wait, name=f"localatlas-job-{job.id}", daemon=True).start()
