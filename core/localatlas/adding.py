"""Appending a batch: checked whole, then written whole."""

from __future__ import annotations

import logging
import warnings
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import InvalidDataError, StorageError, listing
from localatlas.ingest import attach, check_table, conform, merge_schema, storable, to_table, to_vectors
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import EMBEDDING_COLUMN
from localatlas.stored_map import user_columns

__all__ = ["OnConflict", "add_rows", "tidy"]

log = logging.getLogger(__name__)

# Many small changes make many small files; looking after them costs more than one change, so not after each.
CHANGES_PER_COMPACTION = 64


OnConflict = Literal["error", "ignore", "replace"]


def add_rows(
    store: DatasetStore,
    data: Any,
    embeddings: Any,
    blobs: Any,
    id_field: str | None,
    on_conflict: OnConflict = "error",
) -> int:
    """Append what `add_data` was given and return the number of rows.

    Raises:
        InvalidDataError: something in it cannot be taken; nothing was written.
    """
    if blobs is not None:
        raise InvalidDataError("blobs: images come with the image embedder, which this version does not have yet")
    if on_conflict != "error":
        raise InvalidDataError("on_conflict")
    table, vectors = _read(data, embeddings, id_field)
    with store.lock():
        before = store.version()
        current = store.schema()
        _check_modality(current, table.num_rows, has_vectors=vectors is not None)
        if vectors is not None and current is not None:
            vectors = to_vectors(vectors, table.num_rows, current.field(EMBEDDING_COLUMN).type.list_size)
        known = None if current is None else pa.schema([current.field(name) for name in user_columns(current)])
        rows = storable(conform(table, merge_schema(known, table.schema)))
        if id_field is not None and current is not None:
            _check_new(store, rows[id_field].combine_chunks(), id_field)
        _tell_of_empty_columns(table, rows)
        positions = np.arange(table.num_rows, dtype=np.int64) + store.next_position()
        store.append(attach(rows, positions=positions, vectors=vectors))
        tidy(store, before)
    return int(table.num_rows)


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
    """Return the versions that finished maps show and that unfinished builds read."""
    building = {job.version for job in jobs.jobs(store) if job.state != "done"}
    return sorted(building | {record.version for record in index_records(store)})


def _read(data: Any, embeddings: Any, id_field: str | None) -> tuple[pa.Table, Any]:
    if data is None and embeddings is None:
        raise InvalidDataError("add_data needs data (a DataFrame, a list of dicts, an Arrow table) or embeddings")
    if data is None:
        if id_field is not None:
            raise InvalidDataError(f"data is missing: this dataset knows its rows by the column {id_field!r}")
        vectors = to_vectors(embeddings, _length(embeddings))
        # A table without columns forgets its length; the positions that are attached carry it.
        return pa.table({"_": pa.nulls(len(vectors))}).select([]), vectors
    table = to_table(data)
    check_table(table, id_field=id_field)
    return table, None if embeddings is None else to_vectors(embeddings, table.num_rows)


def _length(values: Any) -> int:
    # What has no length is refused by `to_vectors`, by its type.
    return len(values) if hasattr(values, "__len__") else 0


def _tell_of_empty_columns(given: pa.Table, stored: pa.Table) -> None:
    empty = [name for name in given.column_names if name not in stored.column_names]
    if empty:
        warnings.warn(
            f"the columns {listing(empty)} hold nothing but nulls of no type; they appear once a batch brings values",
            UserWarning,
            stacklevel=4,
        )


def _check_modality(current: pa.Schema | None, rows: int, *, has_vectors: bool) -> None:
    if current is None:
        return
    wants_vectors = EMBEDDING_COLUMN in current.names
    if wants_vectors and not has_vectors:
        raise InvalidDataError(
            f"this dataset holds embeddings, and new rows ({rows:,}) without them cannot be mapped; give embeddings="
        )
    if has_vectors and not wants_vectors:
        raise InvalidDataError("this dataset was begun without embeddings; leave them out, or make another dataset")


def _check_new(store: DatasetStore, ids: pa.Array, id_field: str) -> None:
    taken = store.find(id_field, ids)
    if len(taken):
        raise InvalidDataError(
            f"ids that are in the dataset already ({len(pc.unique(taken)):,}): {listing(taken.to_pylist())}; "
            "nothing was added"
        )
