"""Python objects to an Arrow array, where Arrow's own inference would alter a value in silence.

Left to itself pyarrow reads a datetime among dates as a date, bytes for strings, a naive time as UTC, and drops
nanoseconds. Types are looked at first, a level at a time; only what has one meaning goes on.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from localatlas.errors import InvalidDataError, listing
from localatlas.ingest.times import check_times, fine_type

__all__ = ["ARROW_FAILURES", "to_array"]

ARROW_FAILURES = (pa.ArrowException, ValueError, TypeError, OverflowError)

# First match wins: bool is an int, and datetime a date, to Python.
KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "bool"),
    ((int, np.integer), "int"),
    ((float, np.floating), "float"),
    ((str,), "str"),
    ((bytes, bytearray, memoryview), "bytes"),
    ((dt.datetime, np.datetime64), "datetime"),
    ((dt.date,), "date"),
    ((dt.time,), "time"),
    ((dt.timedelta, np.timedelta64), "timedelta"),
    ((decimal.Decimal,), "Decimal"),
    ((list, tuple, np.ndarray), "list"),
    ((Mapping,), "dict"),
)
NUMPY_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "U": "str", "S": "bytes", "M": "datetime"}
NUMBERS = {"int", "float"}
TIMES = {"datetime", "time", "timedelta"}
# What Arrow joins without loss (and checks): 1 and 1.5, 1 and Decimal("1.5").
UNIONS = (NUMBERS, {"int", "Decimal"})
MISSING = (type(pd.NA), type(pd.NaT))


def to_array(name: str, values: Sequence[Any], *, nan_is_missing: bool = False) -> pa.Array:
    """Return the values of column `name` as an array [N] of one type.

    None, `pandas.NA` and NaT are null. NaN is null when `nan_is_missing`, or when the other values are no numbers
    (it has no other meaning there); else it stays NaN.

    Raises:
        InvalidDataError: the values are of several types or of one that Arrow lacks; the message names the column.
    """
    present = _without_missing(values, nan_is_missing=nan_is_missing)
    _check(name, present)
    try:
        return pa.array(present, type=fine_type(present), from_pandas=False)
    except OverflowError:
        return _unsigned(name, present)
    except ARROW_FAILURES as error:
        raise InvalidDataError(f"column {name!r} cannot be stored: {error}.") from error


def _without_missing(values: Sequence[Any], *, nan_is_missing: bool) -> list[Any]:
    types = set(map(type, values))
    present = list(values)
    if types & set(MISSING):
        present = [None if isinstance(value, MISSING) else value for value in present]
    if not any(issubclass(kind, float | np.floating) for kind in types):
        return present
    if nan_is_missing or not _kinds([value for value in present if not _is_nan(value)]).keys() <= NUMBERS:
        return [None if _is_nan(value) else value for value in present]
    return present


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | np.floating) and bool(value != value)  # noqa: PLR0124 - NaN's definition


def _kind(kind: type) -> str:
    for types, name in KINDS:
        if issubclass(kind, types):
            return name
    return kind.__name__


def _kinds(values: Iterable[Any]) -> dict[str, set[type]]:
    """Return the kinds of the values that are not None, each with its types."""
    found: dict[str, set[type]] = {}
    for kind in set(map(type, values)) - {type(None)}:
        found.setdefault(_kind(kind), set()).add(kind)
    return found


def _check(path: str, values: Sequence[Any], *, nested: bool = False) -> None:
    """Refuse a mixture of types, at any depth of lists and dicts."""
    kinds = set(_kinds(values))
    _refuse_mixture(path, kinds)
    present = [value for value in values if value is not None]
    if kinds == {"list"}:
        _check_items(f"{path}[]", present)
    elif kinds == {"dict"}:
        _check_fields(path, present)
    elif kinds <= TIMES:
        check_times(path, present, nested=nested)
    elif kinds <= {"set", "frozenset"}:
        raise InvalidDataError(f"column {path!r} holds sets, which have no order; turn them into sorted lists.")


def _refuse_mixture(path: str, kinds: set[str]) -> None:
    if len(kinds) > 1 and not any(kinds <= union for union in UNIONS):
        raise InvalidDataError(
            f"column {path!r} mixes the types {', '.join(sorted(kinds))}; a column has one type. "
            "Convert its values to one of them, for example all to str."
        )


def _check_items(path: str, values: Sequence[Any]) -> None:
    typed = [value for value in values if _is_typed(value)]
    items = list(chain.from_iterable(value for value in values if not _is_typed(value)))
    kinds = {NUMPY_KINDS.get(array.dtype.kind, str(array.dtype)) for array in typed}
    _refuse_mixture(path, kinds | set(_kinds(items)))
    _check(path, items, nested=True)


def _is_typed(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype != np.dtype(object)


def _check_fields(path: str, values: Sequence[Mapping[Any, Any]]) -> None:
    names = dict.fromkeys(chain.from_iterable(values))
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise InvalidDataError(f"column {path!r} holds dicts with the keys {listing(wrong)}; keys must be strings.")
    for name in names:
        _check(f"{path}.{name}", [value[name] for value in values if name in value], nested=True)


def _unsigned(name: str, values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, type=pa.uint64(), from_pandas=False)
    except ARROW_FAILURES as error:
        raise InvalidDataError(
            f"column {name!r} holds integers beyond 64 bits; store them as strings or Decimals."
        ) from error
