"""The last stage: everything a map needs goes to the store, and one record makes it visible."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from localatlas.errors import BuildError
from localatlas.pipeline.records import IndexRecord, Job, MapRecord, StageReport, records_below
from localatlas.protocols import DatasetStore

__all__ = ["commit", "index_records", "publish"]


def index_records(store: DatasetStore) -> list[IndexRecord]:
    """Return the records of all indices, in build order."""
    return [IndexRecord.model_validate_json(record) for record in records_below(store, "indices/")]


def commit(
    store: DatasetStore,
    job: Job,
    parts: Mapping[str, Path],
    map_folder: Path,
    fields: Mapping[str, int],
    fingerprint: str,
    reports: list[StageReport],
) -> IndexRecord:
    """Put a build's results into the store and publish them with one write.

    Args:
        store: the dataset's.
        job: the build.
        parts: the index's arrays by name.
        map_folder: holds `map.arrow`, `topics.arrow` if there are topics, and `pages/`.
        fields: `rows`, `placed`, `dimensions`, `vectors`, `topic_depths`, `last_topic_id`, `has_duplicates`.
        fingerprint: the embedder's.
        reports: what the stages cost.

    Raises:
        BuildError: what the job updates was deleted meanwhile.
    """
    finished = _put(store, job, parts, map_folder, fields)
    with store.lock():
        record = IndexRecord(
            id=job.index_id,
            order=_place(store, job),
            version=job.version,
            revision=job.revision,
            plan=job.plan,
            dimensions=fields["dimensions"],
            vectors=fields["vectors"],
            embedder_fingerprint=fingerprint,
            prefix=job.index_prefix,
            maps=[finished],
            created=job.created if job.base is None else job.base.created,
            updated=None if job.base is None else job.created,
            reports=reports,
        )
        publish(store, record)
    return record


def _put(
    store: DatasetStore, job: Job, parts: Mapping[str, Path], map_folder: Path, fields: Mapping[str, int]
) -> MapRecord:
    """Put the files where nobody looks for them yet, and return the record that will name them."""
    index_prefix, map_prefix = job.index_prefix, job.map_prefix
    if job.base is not None:
        # What an update of other rows, which died, may have left there.
        store.remove(f"{index_prefix}/")
        store.remove(f"{map_prefix}/")
    for name, path in sorted(parts.items()):
        store.put(f"{index_prefix}/{name}", path)
    files = sorted(path for path in map_folder.rglob("*") if path.is_file())
    for path in files:
        store.put(f"{map_prefix}/{path.relative_to(map_folder).as_posix()}", path)
    pages = [p.relative_to(map_folder / "pages").as_posix() for p in files if map_folder / "pages" in p.parents]
    return MapRecord(
        id=job.map_id,
        prefix=map_prefix,
        rows=fields["rows"],
        placed=fields["placed"],
        topic_depths=fields["topic_depths"],
        last_topic_id=fields["last_topic_id"],
        has_duplicates=bool(fields["has_duplicates"]),
        pages=pages,
    )


def _place(store: DatasetStore, job: Job) -> int:
    """Return the place of a job's index among the others. Raises BuildError when what it updates is gone."""
    existing = index_records(store)
    earlier = next((record for record in existing if record.id == job.index_id), None)
    if earlier is not None:
        # An update, or a build that died between publishing and noting so and publishes again.
        return earlier.order
    if job.base is not None:
        raise BuildError(f"the map {job.plan.name!r} was deleted while it was updated")
    return 1 + max((other.order for other in existing), default=-1)


def publish(store: DatasetStore, record: IndexRecord) -> None:
    """Make an index and its maps visible, or replace what was visible."""
    store.put(record.object_name, record.to_bytes())
