"""Updates: every index of a dataset gets a version over the rows as they are now, and its maps keep their ids."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
import pyarrow as pa

from localatlas.components import Components
from localatlas.errors import AtlasError, BuildCancelled, BuildError, InvalidOptionError, suggestion
from localatlas.home import Home
from localatlas.launching import check_worker_knows, held_job, new_job, run_job
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.making import goes_on, keeps_places
from localatlas.pipeline.progress import Listener
from localatlas.pipeline.records import IndexRecord, Job, LayoutMode
from localatlas.pipeline.sweep import remove_unused
from localatlas.pipeline.topic_table import read_table
from localatlas.protocols import DatasetStore, SupportsPlaces
from localatlas.protocols.storage import POSITION_COLUMN

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset

__all__ = ["UpdateMode", "update_all"]

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class UpdateMode:
    """What an update makes anew.

    Attributes:
        rebuild_topics: whether topics are found anew.
        layout: "keep" lets places stay where the projector can place new rows; "warm" lays all rows out again from
            where they lie, "new" from nothing.
    """

    rebuild_topics: bool = False
    layout: LayoutMode = "keep"

    def check(self) -> None:
        """Refuse a mode that there is not. Raises InvalidOptionError."""
        if self.layout not in get_args(LayoutMode):
            near = suggestion(self.layout, get_args(LayoutMode)) if isinstance(self.layout, str) else ""
            raise InvalidOptionError(f"layout={self.layout!r}: it is 'keep', 'warm' or 'new'{near}")

    @property
    def anyway(self) -> bool:
        """Whether there is something to do when no row came or went."""
        return self.rebuild_topics or self.layout != "keep"


def update_all(
    dataset: AtlasDataset,
    home: Home,
    store: DatasetStore,
    how: UpdateMode,
    *,
    wait: bool,
    progress: bool | Listener,
) -> None:
    """Update every finished index, one after the other (`wait=False`: each in a process of its own)."""
    how.check()
    due = []
    for record in index_records(store):
        if not wait:
            check_worker_knows(record.plan)
        if _wanted(dataset, home, store, record.id, how) is not None:
            # All of them before the first is begun: what cannot be should be known at once.
            components = Components.from_plan(record.plan, here=True)
            components.check()
            _check_warm(components, record, how)
            due.append((record, components))
    for record, components in due:
        own = isinstance(components.projector.component, SupportsPlaces)
        if how.layout == "keep" and not keeps_places(components) and not own:
            _warn_of_new_places(record, components)
    _each(
        due,
        lambda record, components: _update(dataset, home, store, record, components, how, wait=wait, progress=progress),
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
    how: UpdateMode,
    *,
    wait: bool,
    progress: bool | Listener,
) -> None:
    while True:
        with held_job(store, lambda: _wanted(dataset, home, store, record.id, how)) as (job, held):
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


def _wanted(dataset: AtlasDataset, home: Home, store: DatasetStore, index_id: str, how: UpdateMode) -> Job | None:
    """Return the job that brings an index up to date; None when it is, or is not there any more."""
    record = next((each for each in index_records(store) if each.id == index_id), None)
    version = store.version()
    if record is None or not (how.anyway or _rows_differ(store, record, version)):
        return None
    job = new_job(dataset, home, version, record.plan)
    changes = {"index_id": record.id, "map_id": record.maps[0].id, "base": record}
    changes |= {"rebuild_topics": how.rebuild_topics, "layout": how.layout}
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


def _check_warm(components: Components, record: IndexRecord, how: UpdateMode) -> None:
    """Refuse to go on from a layout where the projector cannot."""
    projector = components.projector
    if how.layout == "warm" and not (goes_on(components) or isinstance(projector.component, SupportsPlaces)):
        raise InvalidOptionError(
            f"layout='warm': {projector.entry}, which laid {record.plan.name!r} out, cannot go on from an earlier "
            "layout; 'keep' lets the old rows where they are, 'new' lays all out anew"
        )


def _warn_of_new_places(record: IndexRecord, components: Components) -> None:
    finder, projector = components.neighbors, components.projector
    reason = f"{projector.entry} cannot place new rows on a finished map"
    if not hasattr(finder.component, "search"):
        reason = f"{finder.entry} cannot search for the neighbours of new rows"
    what = "are laid out again from where they lie" if goes_on(components) else "get new places"
    warnings.warn(
        f"{reason}: all rows of {record.plan.name!r} {what}, and its topics are made anew",
        UserWarning,
        stacklevel=4,
    )
