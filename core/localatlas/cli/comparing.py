"""Whether a dataset holds exactly the rows of a source: then a map that was interrupted goes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from localatlas.ingest import storable
from localatlas.ingest.blobs import to_blobs
from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN, POSITION_COLUMN
from localatlas.readers import Reading, Rows
from localatlas.stored_map import user_columns

__all__ = ["holds"]


def holds(store: DatasetStore, reading: Reading) -> bool:
    """Compare part by part; neither side is ever whole in memory."""
    schema = store.schema()
    if schema is None or store.count() != reading.rows or not _same_kinds(schema, reading):
        return False
    names = user_columns(schema)
    vectors = [EMBEDDING_COLUMN] if reading.has_vectors else []
    held = _Rows(store.scan([POSITION_COLUMN, *names, *vectors]))
    return all(_same_part(store, held.take(len(part)), part, names) for part in reading.parts())


def _same_kinds(schema: pa.Schema, reading: Reading) -> bool:
    given = storable((reading.schema or pa.schema([])).empty_table()).schema
    return (
        user_columns(schema) == given.names
        and all(schema.field(name).type == given.field(name).type for name in given.names)
        and (EMBEDDING_COLUMN in schema.names) == bool(reading.has_vectors)
        and (BLOB_COLUMN in schema.names) == bool(reading.has_images)
    )


def _same_part(store: DatasetStore, held: pa.Table, part: Rows, names: list[str]) -> bool:
    if held.num_rows != len(part):
        return False
    table = part.table
    if table is not None and not all(
        _same(held[name].combine_chunks(), table[name].combine_chunks()) for name in names
    ):
        return False
    if part.embeddings is not None:
        flat = held[EMBEDDING_COLUMN].combine_chunks().flatten().to_numpy()
        if not np.array_equal(flat.reshape(len(part), -1), part.embeddings):
            return False
    return part.blobs is None or store.read_blobs(held[POSITION_COLUMN].to_pylist()) == to_blobs(part.blobs)


def _same(held: pa.Array, given: pa.Array) -> bool:
    # Arrow takes no NaN for another, however deep it lies.
    return held.type == given.type and (held.equals(given) or repr(held.to_pylist()) == repr(given.to_pylist()))


class _Rows:
    """Batches, taken by rows."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._left: pa.Table | None = None

    def take(self, count: int) -> pa.Table:
        """Return the next `count` rows, fewer at the end."""
        waiting = [] if self._left is None else [self._left]
        while sum(table.num_rows for table in waiting) < count:
            batch = next(self._batches, None)
            if batch is None:
                break
            waiting.append(pa.Table.from_batches([batch]))
        if not waiting:
            return pa.table({})
        rows = pa.concat_tables(waiting)
        self._left = rows.slice(count)
        return rows.slice(0, count)
