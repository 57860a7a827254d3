"""Updates: every index of a dataset gets a version over the rows as they are now, and its maps keep their ids."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from localatlas.components import Components
from localatlas.errors import AtlasError, BuildCancelled, BuildError
from localatlas.home import Home
from localatlas.launching import check_worker_knows, held_job, new_job, run_job
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.making import keeps_places
from localatlas.pipeline.progress import Listener
from localatlas.pipeline.records import IndexRecord, Job
from localatlas.pipeline.sweep import remove_unused
from localatlas.pipeline.topic_table import read_table
from localatlas.protocols import DatasetStore, SupportsPlaces
from localatlas.protocols.storage import POSITION_COLUMN

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset

__all__ = ["update_all"]

POLL_SECONDS = 0.2


def update_all(
    dataset: AtlasDataset,
    home: Home,
    store: DatasetStore,
    *,
    rebuild_topics: bool,
    wait: bool,
    progress: bool | Listener,
) -> None:
    """Update every finished index, one after the other (`wait=False`: each in a process of its own)."""
    due = []
    for record in index_records(store):
        if not wait:
            check_worker_knows(record.plan)
        if _wanted(dataset, home, store, record.id, rebuild_topics=rebuild_topics) is not None:
            # All of them before the first is begun: what cannot be should be known at once.
            components = Components.from_plan(record.plan, here=True)
            components.check()
            due.append((record, components))
    for record, components in due:
        if not keeps_places(components) and not isinstance(components.projector.component, SupportsPlaces):
            _warn_of_new_places(record, components)
    _each(
        due,
        lambda record, components: _update(
            dataset, home, store, record, components, rebuild_topics=rebuild_topics, wait=wait, progress=progress
        ),
    )
    if not due:
        remove_unused(store)


def _each(due: list[tuple[IndexRecord, Components]], update: Callable[[IndexRecord, Components], None]) -> None:
    """Update all, and raise the first error afterwards: what one map lacks must not hold up the others for ever."""
    failed: list[AtlasError] = []
    for record, components in due:
        try:
            update(record, components)
        except BuildCancelled:
            raise
        except AtlasError as error:
            error.add_note(f"the map {record.plan.name!r} stays as it was")
            failed.append(error)
    if failed:
        for other in failed[1:]:
            failed[0].add_note(f"{' '.join(other.__notes__)}, too: {other}")
        raise failed[0]


def _update(
    dataset: AtlasDataset,
    home: Home,
    store: DatasetStore,
    record: IndexRecord,
    components: Components,
    *,
    rebuild_topics: bool,
    wait: bool,
    progress: bool | Listener,
) -> None:
    while True:
        with held_job(store, lambda: _wanted(dataset, home, store, record.id, rebuild_topics=rebuild_topics)) as (
            job,
            held,
        ):
            if job is None:
                return
            if held is not None:
                run_job(dataset, store, job, held, components, wait=wait, progress=progress)
                return
        if not wait:
            _refuse_other(store, job)
            return
        # Another process updates this map; what it leaves is what there is to start from.
        while jobs.is_claimed(store, job):
            time.sleep(POLL_SECONDS)


def _wanted(
    dataset: AtlasDataset, home: Home, store: DatasetStore, index_id: str, *, rebuild_topics: bool
) -> Job | None:
    """Return the job that brings an index up to date; None when it is, or is not there any more."""
    record = next((each for each in index_records(store) if each.id == index_id), None)
    version = store.version()
    if record is None or not (rebuild_topics or _rows_differ(store, record, version)):
        return None
    job = new_job(dataset, home, version, record.plan)
    changes = {"index_id": record.id, "map_id": record.maps[0].id, "base": record, "rebuild_topics": rebuild_topics}
    return job.model_copy(update=changes)


def _rows_differ(store: DatasetStore, record: IndexRecord, version: int) -> bool:
    """Whether rows came or went since an index was made."""
    if record.version == version:
        return False
    try:
        mapped = read_table(store.path(f"{record.maps[0].prefix}/map.arrow"))[POSITION_COLUMN]
    except KeyError:
        return True  # another update has replaced it; whoever holds the lock looks again
    batches = [batch.column(0) for batch in store.scan([POSITION_COLUMN], version)]
    now = pa.chunked_array(batches, type=pa.int64())
    return not np.array_equal(mapped.to_numpy(), now.to_numpy())


def _refuse_other(store: DatasetStore, job: Job) -> None:
    """Raise BuildError unless the update that runs is the one that is wanted."""
    running = [other for other in jobs.jobs(store) if other.state in {"queued", "running"} and other.same_as(job)]
    if not running:
        raise BuildError(
            f"an update of {job.plan.name!r} for earlier rows is running; wait_for_dataset_lock(), then call again"
        )


def _warn_of_new_places(record: IndexRecord, components: Components) -> None:
    finder, projector = components.neighbors, components.projector
    reason = f"{projector.entry} cannot place new rows on a finished map"
    if not hasattr(finder.component, "search"):
        reason = f"{finder.entry} cannot search for the neighbours of new rows"
    warnings.warn(
        f"{reason}: all rows of {record.plan.name!r} get new places, and its topics are made anew",
        UserWarning,
        stacklevel=4,
    )
