"""A batch in the dataset's types, value for value."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import InvalidDataError
from localatlas.ingest.schema import fits, is_list

__all__ = ["conform"]


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the table with the columns, order and types of `schema`, which `merge_schema` made; no value changes.

    A column that the table lacks is null. Every cast is checked by casting back.

    Raises:
        InvalidDataError: a value has no equal in the dataset's type, or is null where it may not be; the message
            names column, types and the first such row.
    """
    if unknown := [name for name in table.column_names if name not in schema.names]:
        raise InvalidDataError(f"the columns {unknown} are not in the dataset's schema; merge the schemas first.")
    columns = [_column(table, field) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    if field.name not in table.column_names:
        column = pa.nulls(table.num_rows, field.type)
    else:
        column = _cast(table.column(field.name), field)
    if not field.nullable and column.null_count:
        raise InvalidDataError(f"column {field.name!r} may not be null in the dataset; fill its nulls.")
    return column


def _cast(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if column.type.equals(field.type):
        return column.cast(field.type) if column.type != field.type else column
    if not fits(column.type, field.type):
        raise _refusal(column, field, "")
    try:
        cast = column.cast(field.type, safe=True)
        same = _same(column, cast)
    except pa.ArrowException as error:
        raise _refusal(column, field, f" ({error})") from error
    if not same:
        raise _refusal(column, field, " (a value would change)")
    return cast


def _same(before: pa.ChunkedArray, after: pa.ChunkedArray) -> bool:
    """Return whether a cast kept every value: casts keep lists' shapes and nulls, so only leaves are compared."""
    kind = before.type
    if pa.types.is_null(kind):
        return True
    if is_list(kind):
        return _same(pc.list_flatten(before), pc.list_flatten(after))
    if pa.types.is_struct(kind):
        names = [kind.field(i).name for i in range(kind.num_fields)]
        return all(_same(pc.struct_field(before, [name]), pc.struct_field(after, [name])) for name in names)
    return _equal(after.cast(kind, safe=True), before)


def _equal(left: pa.ChunkedArray, right: pa.ChunkedArray) -> bool:
    """Return whether two columns of one type have equal values; NaN equals NaN."""
    if not pa.types.is_floating(left.type):
        return bool(left.equals(right))
    if pa.types.is_float16(left.type):
        # Arrow does not compare half floats; every one of them is a float.
        left, right = left.cast(pa.float32()), right.cast(pa.float32())
    same = pc.or_(pc.equal(left, right), pc.and_(pc.is_nan(left), pc.is_nan(right)))
    return bool(pc.all(same, min_count=0).as_py())


def _refusal(column: pa.ChunkedArray, field: pa.Field, reason: str) -> InvalidDataError:
    return InvalidDataError(
        f"column {field.name!r} is {field.type} in the dataset and {column.type} in this batch, and not every value "
        f"keeps its meaning there{reason}. Convert it, or give it under another name."
    )
