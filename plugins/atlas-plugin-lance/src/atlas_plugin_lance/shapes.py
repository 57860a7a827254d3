"""A user's rows as Lance keeps them, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from localatlas.errors import AtlasLookupError, AtlasValueError, InvalidDataError, listing, suggestion
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN, DatasetKey
from numpy.typing import NDArray

from atlas_plugin_lance.columns import restored_array, restored_field, stored_array, stored_field, stored_name

__all__ = [
    "column_of",
    "positions_of",
    "readable",
    "restored_batches",
    "restored_schema",
    "restored_table",
    "stored_rows",
]


def restored_schema(stored: pa.Schema) -> pa.Schema:
    """Return the user's columns of a stored schema."""
    return pa.schema([restored_field(field) for field in stored])


def column_of(schema: pa.Schema, name: str, key: DatasetKey) -> pa.Field:
    """Return a column that rows can be looked up by. Raises AtlasLookupError."""
    if name not in schema.names:
        hint = suggestion(name, schema.names)
        raise AtlasLookupError(f"{key} has no column {name!r}{hint}; it has {listing(schema.names)}")
    return schema.field(name)


def readable(schema: pa.Schema, columns: Sequence[str] | None, key: DatasetKey) -> list[str]:
    """Return the columns to read. Raises AtlasLookupError, and AtlasValueError for blobs."""
    if columns is None:
        return [name for name in schema.names if name != BLOB_COLUMN]
    if BLOB_COLUMN in columns:
        raise AtlasValueError(f"blobs of {key} are read by `read_blobs`, not with the other columns")
    return [column_of(schema, name, key).name for name in dict.fromkeys(columns)]


def positions_of(rows: pa.Table) -> NDArray[np.int64]:
    """Return the positions of rows to be written, int64 [N]. Raises InvalidDataError."""
    if POSITION_COLUMN not in rows.column_names:
        raise InvalidDataError(
            f"rows to store need a column {POSITION_COLUMN!r}; there are {listing(rows.column_names)}"
        )
    column = rows[POSITION_COLUMN]
    if column.type != pa.int64() or column.null_count:
        raise InvalidDataError(f"{POSITION_COLUMN!r} must be int64 without nulls, not {column.type}")
    positions: NDArray[np.int64] = column.to_numpy()
    # They grow, but where rows are written anew: looking costs nothing, `numpy.unique` as much as writing them.
    if not (positions[1:] > positions[:-1]).all() and len(np.unique(positions)) != len(positions):
        raise InvalidDataError(f"{POSITION_COLUMN!r} holds a number twice")
    return positions


def stored_rows(rows: pa.Table, known: pa.Schema | None) -> pa.Table:
    """Return rows as Lance keeps them, with nulls for columns of `known` that they lack. Raises InvalidDataError."""
    if len(set(rows.column_names)) != rows.num_columns:
        raise InvalidDataError(f"rows to store have two columns of one name: {listing(sorted(rows.column_names))}")
    columns: dict[str, tuple[pa.Field, pa.ChunkedArray]] = {}
    for field, column in zip(rows.schema, rows.columns, strict=True):
        name = stored_name(field.name)
        stored = stored_field(field)
        if known is not None and name in known.names:
            before = restored_field(known.field(name))
            if before.type != field.type:
                message = f"column {field.name!r} has type {field.type}, the dataset's has {before.type}"
                raise InvalidDataError(message)
            stored = known.field(name)
        chunks = [stored_array(chunk, stored.type) for chunk in column.chunks]
        columns[name] = (stored, pa.chunked_array(chunks, stored.type))
    for field in known or ():
        if field.name not in columns:
            columns[field.name] = (field, pa.chunked_array([pa.nulls(rows.num_rows, field.type)]))
    order = [*(known.names if known is not None else ()), *columns]
    chosen = [columns[name] for name in dict.fromkeys(order)]
    return pa.Table.from_arrays([column for _, column in chosen], schema=pa.schema([field for field, _ in chosen]))


def restored_table(stored: pa.Table, wanted: Sequence[str]) -> pa.Table:
    """Return the user's columns `wanted` of a stored table."""
    fields, columns = [], []
    for name in wanted:
        position = stored.schema.get_field_index(stored_name(name))
        field = restored_field(stored.schema.field(position))
        pieces = [piece for chunk in stored.column(position).chunks for piece in restored_array(chunk, field)]
        fields.append(field)
        columns.append(pa.chunked_array(pieces, field.type))
    if not wanted:
        return stored.select([])
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def restored_batches(stored: pa.RecordBatch, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the user's columns `wanted` of a stored batch: one batch, or more if dictionary keys are too narrow."""
    yield from restored_table(pa.Table.from_batches([stored]), wanted).to_batches()
