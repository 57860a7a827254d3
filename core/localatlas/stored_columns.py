"""What a store that holds rows as Arrow tables checks of columns before they are read or written."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import AtlasLookupError, AtlasTypeError, AtlasValueError, InvalidDataError, listing, suggestion
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN

__all__ = ["checked_positions", "looked_up", "looking_up", "plain", "readable", "widened"]


def checked_positions(rows: pa.Table) -> pa.ChunkedArray:
    """Return the positions of rows to write. Raises InvalidDataError."""
    if POSITION_COLUMN not in rows.column_names or rows.schema.field(POSITION_COLUMN).type != pa.int64():
        raise InvalidDataError(f"rows to store need an int64 column {POSITION_COLUMN!r}")
    positions = rows[POSITION_COLUMN]
    if positions.null_count or len(pc.unique(positions)) != len(positions):
        raise InvalidDataError(f"{POSITION_COLUMN!r} holds a null, or a number twice")
    return positions


def looked_up(schema: pa.Schema, column: str, values: pa.Array) -> pa.Array:
    """Return values in the type of the column that they are looked up in. Raises AtlasTypeError."""
    kind = schema.field(readable(schema, [column])[0]).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    with looking_up(values.type, column, kind):
        return plain(values).cast(kind)


@contextmanager
def looking_up(values: pa.DataType, column: str, kind: pa.DataType) -> Generator[None]:
    """Refuse in our words what Arrow refuses: to turn values into the type of the column. Raises AtlasTypeError."""
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        message = f"values of type {values} cannot be looked up in column {column!r} of type {kind}"
        raise AtlasTypeError(message) from error


def readable(schema: pa.Schema, columns: Sequence[str] | None) -> list[str]:
    """Return the names of columns to read: all but blobs for None. Raises AtlasLookupError, AtlasValueError."""
    if columns is None:
        return [name for name in schema.names if name != BLOB_COLUMN]
    for name in columns:
        if name == BLOB_COLUMN:
            raise AtlasValueError("blobs are read by `read_blobs`, not with the other columns")
        if name not in schema.names:
            hint = suggestion(name, schema.names)
            raise AtlasLookupError(f"there is no column {name!r}{hint}; there are {listing(schema.names)}")
    return list(dict.fromkeys(columns))


def plain(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the values themselves where they are kept as keys of a dictionary."""
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def widened(before: pa.Schema | None, added: pa.Schema) -> pa.Schema:
    """Return the columns of a dataset and of rows that join it. Raises InvalidDataError."""
    if before is None:
        return pa.schema(list(added))
    for field in added:
        if field.name in before.names and before.field(field.name).type != field.type:
            kinds = f"{field.type}, the dataset's has {before.field(field.name).type}"
            raise InvalidDataError(f"column {field.name!r} has type {kinds}")
    return pa.schema([*before, *(field for field in added if field.name not in before.names)])
