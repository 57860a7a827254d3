"""The rules of a dataset's id column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import InvalidDataError, listing

__all__ = ["MAX_ID_LENGTH", "check_ids"]

MAX_ID_LENGTH = 36
"""The longest id in characters, as the SDK's reference says: a UUID fits."""


def check_ids(ids: pa.ChunkedArray, field: str) -> None:
    """Refuse ids that are null, empty, too long, there twice, or of another type than string or integer.

    Raises:
        InvalidDataError: with the offending values, or their rows, counted from 0.
    """
    if ids.null_count:
        _refuse_rows(ids.is_null(), f"the id field {field!r} is null", "every row needs an id")
    _check_type(ids.type, field)
    if not pa.types.is_integer(ids.type):
        _refuse_rows(pc.equal(ids, ""), f"the id field {field!r} is an empty string", "every row needs an id")
        _check_length(ids, field)
    _check_unique(ids, field)


def _check_type(kind: pa.DataType, field: str) -> None:
    types = pa.types
    if not (types.is_integer(kind) or types.is_string(kind) or types.is_large_string(kind)):
        raise InvalidDataError(
            f"the id field {field!r} is of type {kind}; ids are strings or integers. Convert it, for example with "
            f"df[{field!r}] = df[{field!r}].astype(str)."
        )


def _refuse_rows(wrong: pa.ChunkedArray, problem: str, rule: str) -> None:
    rows = np.flatnonzero(wrong.to_numpy())
    if rows.size:
        raise InvalidDataError(
            f"{problem} in {rows.size:,} of {len(wrong):,} rows (rows {listing(rows.tolist())}, counted from 0); "
            f"{rule}."
        )


def _check_length(ids: pa.ChunkedArray, field: str) -> None:
    long = ids.filter(pc.greater(pc.utf8_length(ids), MAX_ID_LENGTH))
    if len(long):
        raise InvalidDataError(
            f"{len(long):,} ids in {field!r} are longer than {MAX_ID_LENGTH} characters: {listing(long.to_pylist())}; "
            "shorten them, for example to a hash or a UUID."
        )


def _check_unique(ids: pa.ChunkedArray, field: str) -> None:
    if pc.count_distinct(ids).as_py() == len(ids):
        return
    counts = pc.value_counts(ids)
    values = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    raise InvalidDataError(
        f"{len(values):,} ids occur more than once in {field!r}: {listing(values)}; ids must be unique. "
        "Drop or rename the repeated rows."
    )
