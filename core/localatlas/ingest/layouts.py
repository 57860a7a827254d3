"""Memory layouts of Arrow that storage does not know, turned into the plain ones of the same values."""

from __future__ import annotations

import pyarrow as pa

from localatlas.errors import InvalidDataError
from localatlas.ingest.schema import is_list

__all__ = ["plain"]

# Polars describes its own categories in the field's metadata; that goes stale as soon as another writer appends.
FOREIGN_METADATA = b"_PL_"
UNKNOWN = (
    (pa.types.is_union, "a union"),
    (pa.types.is_list_view, "a list view"),
    (pa.types.is_large_list_view, "a list view"),
    (pa.types.is_run_end_encoded, "a run-end encoded column"),
)


def plain(table: pa.Table) -> pa.Table:
    """Return the table with views as plain strings, int32 category codes and no metadata of its maker.

    Raises:
        InvalidDataError: a column is a union, a list view or run-end encoded.
    """
    schema = pa.schema([_plain_field(field) for field in table.schema])
    # By position, not by name: a table with a name twice must live until it is refused.
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema).unify_dictionaries()


def _plain_field(field: pa.Field) -> pa.Field:
    metadata = {key: value for key, value in (field.metadata or {}).items() if not key.startswith(FOREIGN_METADATA)}
    try:
        return field.with_type(_plain_type(field.type)).with_metadata(metadata or None)
    except _UnknownLayoutError as error:
        raise InvalidDataError(
            f"column {field.name!r} has type {field.type}; {error} is not taken. Cast it to a plain Arrow type first."
        ) from None


class _UnknownLayoutError(Exception):
    """A layout that has no plain form here."""


def _plain_type(kind: pa.DataType) -> pa.DataType:
    types = pa.types
    if types.is_string_view(kind) or types.is_binary_view(kind):
        return pa.large_string() if types.is_string_view(kind) else pa.large_binary()
    if types.is_dictionary(kind):
        return pa.dictionary(pa.int32(), _plain_type(kind.value_type), kind.ordered)
    if types.is_struct(kind):
        return pa.struct([kind.field(i).with_type(_plain_type(kind.field(i).type)) for i in range(kind.num_fields)])
    if is_list(kind):
        return _plain_list(kind)
    for unknown, name in UNKNOWN:
        if unknown(kind):
            raise _UnknownLayoutError(name)
    return kind


def _plain_list(kind: pa.DataType) -> pa.DataType:
    item = kind.value_field.with_type(_plain_type(kind.value_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(item, kind.list_size)
    return pa.large_list(item) if pa.types.is_large_list(kind) else pa.list_(item)
