"""Appending a batch: checked whole, then written whole."""

from __future__ import annotations

import logging
import warnings
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import AtlasTypeError, InvalidDataError, InvalidOptionError, StorageError, listing, suggestion
from localatlas.ingest import attach, conform, merge_schema, storable
from localatlas.ingest.batch import Batch, read_batch
from localatlas.ingest.vectors import check_width
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.readers import versions_read
from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN
from localatlas.stored_map import user_columns
from localatlas.streaming import is_stream, read_stream

__all__ = ["OnConflict", "add_batch", "add_rows", "tidy"]

log = logging.getLogger(__name__)

# Many small changes make many small files; looking after them costs more than one change, so not after each.
CHANGES_PER_COMPACTION = 64
# Of the work of adding a batch, about what is done once it is read and checked; reading images is most of it.
READ = 0.5

OnConflict = Literal["error", "ignore", "replace"]
RULES = get_args(OnConflict)


def add_rows(
    store: DatasetStore,
    data: Any,
    embeddings: Any,
    blobs: Any,
    id_field: str | None,
    on_conflict: OnConflict = "error",
    pbar: Any = None,
) -> int:
    """Append what `add_data` was given and return the number of rows that were written.

    Nothing is written before all is checked, and all is written by one commit. What is in memory already is there
    once more as Arrow where types change; what comes part by part (`streaming.is_stream`) waits on disk meanwhile.

    Args:
        store: the dataset's.
        data: as in `AtlasDataset.add_data`.
        embeddings: likewise.
        blobs: likewise.
        id_field: the dataset's column of ids.
        on_conflict: what becomes of rows whose id is in the dataset: "error" refuses the batch; "ignore" leaves them
            out with a warning; "replace" writes them as the newest rows, with new positions, in place of the old ones.
        pbar: has `update(rows)`; it has moved by the rows of the batch at the end, and by half when they are read.

    Raises:
        InvalidDataError, InvalidOptionError, AtlasTypeError: something cannot be taken; nothing was written.
    """
    _check_arguments(on_conflict, id_field, pbar)
    half = 0

    def read(rows: int) -> None:
        nonlocal half
        half += int(rows * READ)
        if pbar is not None and int(rows * READ):
            pbar.update(int(rows * READ))

    if is_stream(data):
        batch: Batch = read_stream(data, embeddings, blobs, id_field, store.scratch() / "adding", read)
    else:
        batch = read_batch(data, embeddings, blobs, id_field)
        read(batch.rows)
    added = add_batch(store, batch, id_field, on_conflict)
    if pbar is not None:
        pbar.update(batch.rows - half)
    return added


def add_batch(store: DatasetStore, batch: Batch, id_field: str | None, on_conflict: OnConflict = "error") -> int:
    """Append rows that `read_batch` checked and return how many; the rest is as in `add_rows`."""
    with store.lock():
        before = store.version()
        current = store.schema()
        _check_modality(current, batch)
        rows = _stored(current, batch)
        # Before writing: where warnings are errors, nothing is written.
        _tell_of_empty_columns(batch.table, rows)
        kept = None
        if id_field is not None and on_conflict != "replace":
            # The first batch too: a store may index what it is asked for.
            kept = _without_taken(store, rows[id_field].combine_chunks(), id_field, on_conflict)
        rows = batch.attached(rows)
        if kept is not None:
            rows = batch.only(rows, kept)
        count = int(batch.rows if kept is None else rows.num_rows)
        if count:
            _write(store, attach(rows, positions=np.arange(count) + store.next_position()), id_field, on_conflict)
            tidy(store, before)
    return count


def tidy(store: DatasetStore, before: int) -> None:
    """Merge small pieces when a change since version `before` passes a milestone; the caller holds the lock."""
    if store.version() // CHANGES_PER_COMPACTION == before // CHANGES_PER_COMPACTION:
        return
    try:
        store.compact(keep_versions=_versions_in_use(store))
    except StorageError:
        # The rows are in. To say that adding them failed would make somebody add them twice.
        log.warning("small pieces of the dataset could not be merged; the next milestone tries again", exc_info=True)


def _versions_in_use(store: DatasetStore) -> list[int]:
    """Return the versions that finished maps show, that unfinished builds read, and that somebody looks at."""
    building = {job.version for job in jobs.jobs(store) if job.state != "done"}
    return sorted(building | versions_read(store) | {record.version for record in index_records(store)})


def _check_arguments(on_conflict: str, id_field: str | None, pbar: Any) -> None:
    if on_conflict not in RULES:
        near = suggestion(on_conflict, RULES) if isinstance(on_conflict, str) else ""
        raise InvalidOptionError(f"on_conflict={on_conflict!r}: it is 'error', 'ignore' or 'replace'{near}")
    if on_conflict != "error" and id_field is None:
        raise InvalidOptionError(
            f"on_conflict={on_conflict!r}: this dataset has no id field, so no row can be there already; leave it out, "
            "or make the dataset with unique_id_field="
        )
    if pbar is not None and not callable(getattr(pbar, "update", None)):
        raise AtlasTypeError(
            f"pbar is of type {type(pbar).__qualname__}; it takes a tqdm bar, or what has update(rows)"
        )


def _stored(current: pa.Schema | None, batch: Batch) -> pa.Table:
    """Return the user's columns in the dataset's types, with those that only earlier batches had as nulls."""
    known = None if current is None else pa.schema([current.field(name) for name in user_columns(current)])
    # Whatever a table says of itself, later batches may lack a column.
    given = pa.schema([field.with_nullable(True) for field in batch.table.schema])
    return storable(conform(batch.table, merge_schema(known, given)))


def _write(store: DatasetStore, rows: pa.Table, id_field: str | None, on_conflict: OnConflict) -> None:
    if on_conflict == "replace" and id_field is not None:
        store.replace(id_field, rows[id_field].combine_chunks(), rows)
    else:
        store.append(rows)


def _without_taken(store: DatasetStore, ids: pa.Array, id_field: str, on_conflict: OnConflict) -> pa.Array | None:
    """Return which rows are new, bool [R]; None if all are."""
    taken = store.find(id_field, ids)
    if not len(taken):
        return None
    if on_conflict == "error":
        raise InvalidDataError(
            f"ids that are in the dataset already ({len(taken):,}): {listing(taken.to_pylist())}; nothing was added. "
            'on_conflict="ignore" leaves such rows out, "replace" puts them in place of the old ones'
        )
    warnings.warn(
        f"{len(taken):,} of {len(ids):,} rows were left out, because their ids are in the dataset already: "
        f"{listing(taken.to_pylist())}",
        UserWarning,
        stacklevel=5,
    )
    return pc.invert(pc.is_in(ids, value_set=taken))


def _tell_of_empty_columns(given: pa.Table, stored: pa.Table) -> None:
    empty = [name for name in given.column_names if name not in stored.column_names]
    if empty:
        warnings.warn(
            f"the columns {listing(empty)} hold nothing but nulls of no type; they appear once a batch brings values",
            UserWarning,
            stacklevel=5,
        )


def _check_modality(current: pa.Schema | None, batch: Batch) -> None:
    """Refuse a batch without the vectors or images that the dataset's rows have, or with such that they lack."""
    if current is None:
        return
    for column, given, many, argument in (
        (EMBEDDING_COLUMN, batch.width is not None, "embeddings", "embeddings="),
        (BLOB_COLUMN, batch.has_images, "images", "blobs="),
    ):
        if column in current.names and not given:
            raise InvalidDataError(
                f"this dataset holds {many}, and new rows ({batch.rows:,}) without them cannot be mapped; "
                f"give {argument}"
            )
        if column not in current.names and given:
            raise InvalidDataError(
                f"this dataset was begun without {many}; leave {argument} out, or make another dataset"
            )
    if batch.width is not None:
        check_width(batch.width, current.field(EMBEDDING_COLUMN).type.list_size)
