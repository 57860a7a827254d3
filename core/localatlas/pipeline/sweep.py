"""What no build, update or reader can use any more is removed, once a job has succeeded."""

from __future__ import annotations

import re
from pathlib import Path

from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.known import covers
from localatlas.pipeline.readers import Version, nobody_reads
from localatlas.pipeline.records import Job
from localatlas.pipeline.stages import StageStore
from localatlas.protocols import DatasetStore

__all__ = ["remove_unused", "sweep"]

STAGES_BY_VERSION = ("snapshot", "neighbors", "layout", "topics", "duplicates", "pages")
_OBJECT = re.compile(r"data/(?P<id>[^/]+)/(?:v(?P<revision>\d+)/)?")


def sweep(store: DatasetStore, job: Job, stages: StageStore, embedded: Path) -> None:
    """Remove what `job`, which has just committed, made useless; called by its holder."""
    remove_unused(store)
    known = jobs.jobs(store)
    if any(jobs.is_claimed(store, other) for other in known if other.claim_name != job.claim_name):
        return  # another build may be about to commit them
    left = [other for other in known if other.id != job.id and not _superseded(other, job) and other.state != "done"]
    for older in stages.finished("embed"):
        # Indices have vectors of their own.
        if older != embedded and covers(embedded, older):
            stages.discard(older)
    for partial in stages.unfinished("embed"):
        if not left or covers(embedded, partial):
            stages.discard(partial)
    # A build reads the newest version of the rows, or goes on with the one that it began with.
    oldest = min([job.version, *(other.version for other in left)])
    for stage in STAGES_BY_VERSION:
        for folder in stages.finished(stage):
            stages.discard(folder, unless_used_since=oldest)
        for folder in [] if left else stages.unfinished(stage):
            stages.discard(folder)


def remove_unused(store: DatasetStore) -> None:
    """Remove the files of versions of maps that no record names, no unfinished job needs and nobody reads."""
    # In this order: a job was saved before its files were put, and published before it was noted as done.
    names = store.objects("data/")
    unfinished = [job for job in jobs.jobs(store) if job.state != "done"]
    records = {record.id: record for record in index_records(store)}
    needed: set[Version] = set()
    for record in records.values():
        needed |= {(record.id, record.revision), *((made.id, record.revision) for made in record.maps)}
    for job in unfinished:
        published = records.get(job.index_id)
        if published is None or published.revision < job.revision:
            needed |= _parts(job)
    unused: dict[Version, set[str]] = {}
    for name in names:
        found = _OBJECT.match(name)
        if found is not None:
            version = found["id"], int(found["revision"] or 1)
            if version not in needed:
                # Version 2 lies within the folder of version 1, so that goes piece by piece.
                piece, below, _ = name[found.end() :].partition("/")
                unused.setdefault(version, set()).add(found[0] + piece + below)
    for version, prefixes in unused.items():
        with nobody_reads(store, version) as free:
            for prefix in sorted(prefixes) if free else []:
                store.remove(prefix)


def _parts(job: Job) -> set[Version]:
    # An update starts from the version before its own.
    revisions = [job.revision] if job.base is None else [job.revision - 1, job.revision]
    return {(name, revision) for name in (job.index_id, job.map_id) for revision in revisions}


def _superseded(other: Job, job: Job) -> bool:
    """Whether a job was to make a version of the same map that is out of date now."""
    return other.map_id == job.map_id and other.revision <= job.revision
