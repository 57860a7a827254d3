"""How a dataset's columns grow with its batches."""

from __future__ import annotations

import pyarrow as pa

from localatlas.errors import InvalidDataError
from localatlas.ingest.checks import check_case

__all__ = ["fits", "is_list", "merge_schema"]


def merge_schema(current: pa.Schema | None, batch: pa.Schema) -> pa.Schema:
    """Return the dataset's columns after a batch: its own in their order and types, then the batch's new ones.

    A column that the dataset has keeps its type for good; the batch's must fit into it without loss (`fits`; the
    values are checked by `conform`). Only a column that has had nothing but nulls so far takes the batch's type.

    Raises:
        InvalidDataError: a column cannot take the batch's type, is equal to an old one but for case, or is missing
            and may not be null; the message names it and both types.
    """
    if current is None:
        return batch
    wrong = [
        f"column {field.name!r} is {field.type} in the dataset and {batch.field(field.name).type} in this batch"
        for field in current
        if field.name in batch.names and not _meet(field.type, batch.field(field.name).type)
    ]
    wrong += [
        f"column {field.name!r} may not be null in the dataset and is not in this batch"
        for field in current
        if field.name not in batch.names and not field.nullable
    ]
    if wrong:
        raise InvalidDataError(
            f"{'; '.join(wrong)}. A column keeps its type: convert the batch, or give it under another name."
        )
    added = [field.with_nullable(True) for field in batch if field.name not in current.names]
    merged = [_merged(field, batch) for field in current]
    check_case([field.name for field in (*merged, *added)])
    return pa.schema([*merged, *added])


def _meet(old: pa.DataType, new: pa.DataType) -> bool:
    return pa.types.is_null(old) or fits(new, old)


def _merged(field: pa.Field, batch: pa.Schema) -> pa.Field:
    if not pa.types.is_null(field.type) or field.name not in batch.names:
        return field
    return batch.field(field.name).with_nullable(True)


def fits(source: pa.DataType, target: pa.DataType) -> bool:
    """Return whether values of `source` can have the same meaning in `target`, if they are in its range.

    Numbers fit numbers where they are exact; strings fit strings of any offset width and categories of strings;
    lists fit lists and structs fit structs whose parts fit, where a struct may lack fields; times fit the same
    zone. Nulls fit everything. Numbers do not fit strings, nor booleans numbers, nor dates times.
    """
    if pa.types.is_null(source) or source.equals(target):
        return True
    if _is_dictionary(source) or _is_dictionary(target):
        return _same_order(source, target) and fits(_value(source), _value(target))
    if is_list(source) and is_list(target):
        return fits(source.value_type, target.value_type)
    if pa.types.is_struct(source) and pa.types.is_struct(target):
        return _struct_fits(source, target)
    return _same_zone(source, target) or any(of_kind(source) and of_kind(target) for of_kind in FLAT_KINDS)


def _is_dictionary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind))


def _same_order(source: pa.DataType, target: pa.DataType) -> bool:
    # An ordered category's ranks would be lost in, or made up for, a column without them.
    ranks = [bool(_is_dictionary(kind) and kind.ordered) for kind in (source, target)]
    return ranks[0] == ranks[1]


def _value(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if _is_dictionary(kind) else kind


def _struct_fits(source: pa.DataType, target: pa.DataType) -> bool:
    known = {target.field(i).name: target.field(i) for i in range(target.num_fields)}
    given = {source.field(i).name: source.field(i).type for i in range(source.num_fields)}
    return all(name in known and fits(kind, known[name].type) for name, kind in given.items()) and all(
        name in given or field.nullable for name, field in known.items()
    )


def is_list(kind: pa.DataType) -> bool:
    """Return whether the type is a list of any width or of a fixed size."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _same_zone(source: pa.DataType, target: pa.DataType) -> bool:
    both = pa.types.is_timestamp(source) and pa.types.is_timestamp(target)
    return bool(both and source.tz == target.tz)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


FLAT_KINDS = (
    _is_number,
    _is_text,
    _is_bytes,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_duration,
)
