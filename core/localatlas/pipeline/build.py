"""`run_build`: the one function that turns a job into a map."""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime
from typing import Any

from localatlas import hooks
from localatlas.components import Components
from localatlas.errors import BuildCancelled, BuildError, DatasetNotFoundError
from localatlas.pipeline import jobs
from localatlas.pipeline.previews import drop_preview
from localatlas.pipeline.progress import Listener, silent
from localatlas.pipeline.records import IndexRecord, Job
from localatlas.pipeline.sequence import StageSequence
from localatlas.protocols import Dataset, DatasetStore

__all__ = ["run_build"]

log = logging.getLogger(__name__)


def run_build(
    job: Job,
    dataset: Dataset,
    store: DatasetStore,
    components: Components | None = None,
    listener: Listener = silent,
    *,
    claimed: bool = False,
) -> IndexRecord:
    """Build or update what a job describes, going on from whatever an earlier run left, and return the index's record.

    Args:
        job: the build; its record in the store is kept up to date.
        dataset: whose rows are mapped.
        store: that dataset's store.
        components: the instances to use; made from the job's plan when None.
        listener: receives every step.
        claimed: this process holds the job's lock already, inherited from the process that started it.

    Raises:
        BuildCancelled: it was asked to stop; also noted in the job.
        BuildError: another process builds the same job.
        AtlasError: whatever went wrong; also noted in the job.
    """
    with contextlib.nullcontext(0) if claimed else jobs.claim(store, job) as held:
        if held is None:
            raise BuildError(f"another process is building {job.plan.name!r} (job {job.id}); wait for it, or cancel it")
        _note(store, job, state="running", error=None)
        try:
            sequence = StageSequence(job, dataset, store, components or Components.from_plan(job.plan), listener)
            record = sequence.run()
        except (BuildCancelled, KeyboardInterrupt):
            jobs.clear_cancel(store, job)
            _note(store, job, state="cancelled")
            raise
        except Exception as error:
            _note(store, job, state="failed", error=f"{type(error).__name__}: {error}")
            raise
        _note(store, job, state="done", fraction=1.0, progress=1.0, reports=record.reports)
        _tidy(store, job, sequence)
    # The map is there; a caller who is told of a failure would build it again.
    hooks.gather("localatlas_after_index", dataset=dataset, map=sequence.map)
    return record


def _note(store: DatasetStore, job: Job, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(job, name, value)
    if job.state in {"done", "failed", "cancelled"}:
        job.finished = datetime.now(UTC)
    try:
        jobs.update(store, job)
        if job.finished is not None:
            drop_preview(store, job)
    except DatasetNotFoundError as error:
        name = f"{job.organization}/{job.slug}"
        raise BuildError(f"the dataset {name} was deleted while {job.plan.name!r} was built") from error


def _tidy(store: DatasetStore, job: Job, sequence: StageSequence) -> None:
    """Forget updates of the same map that this one made needless, finished or not, and remove what nobody needs."""
    try:
        for other in jobs.jobs(store):
            if other.map_id == job.map_id and other.id != job.id and other.base is not None:
                jobs.retire(store, other)
        sequence.sweep()
    except OSError:
        # The map is there; what is left over goes with the next build.
        log.warning("what the build of %r left over could not be removed", job.plan.name, exc_info=True)
