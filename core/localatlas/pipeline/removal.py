"""Deleting a map, and with its last map an index."""

from __future__ import annotations

import time
from collections.abc import Sequence

from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records, publish
from localatlas.pipeline.records import Job
from localatlas.pipeline.sweep import remove_unused
from localatlas.protocols import DatasetStore

__all__ = ["delete_map", "stop_builds"]

# Builds hear of it at their next report of progress.
PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.05


def stop_builds(store: DatasetStore, wanted: Sequence[Job]) -> None:
    """Ask running builds to stop and wait a while for them."""
    running = [job for job in wanted if job.state != "done" and jobs.is_claimed(store, job)]
    for job in running:
        jobs.request_cancel(store, job)
    end = time.monotonic() + PATIENCE_SECONDS
    while running and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
        running = [job for job in running if jobs.is_claimed(store, job)]


def delete_map(store: DatasetStore, map_id: str) -> bool:
    """Remove a map, its tags and whatever builds it; return whether there was one.

    It is gone for all with one write. Files that somebody still reads go with a later build, update or deletion.
    """
    own = [job for job in jobs.jobs(store) if job.map_id == map_id]
    stop_builds(store, own)
    with store.lock():
        # Looked up again: a build may have come to its end meanwhile.
        record = next((each for each in index_records(store) if any(made.id == map_id for made in each.maps)), None)
        if record is not None:
            record.maps = [made for made in record.maps if made.id != map_id]
            if record.maps:
                publish(store, record)
            else:
                store.remove(record.object_name)
        own = [job for job in jobs.jobs(store) if job.map_id == map_id]
        for job in own:
            jobs.retire(store, job)
        store.remove(f"tags/{map_id}/")
    remove_unused(store)
    return record is not None or bool(own)
