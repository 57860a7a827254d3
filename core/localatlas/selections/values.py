"""Which values of a column are among some."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError

__all__ = ["Among", "among"]

Among: TypeAlias = Callable[[pa.ChunkedArray], NDArray[np.bool_]]


def among(values: Iterable[Any], kind: pa.DataType, what: str) -> Among:
    """Return what tells which values of a column of this type are among `values`; None means null.

    Numbers equal numbers of the same size, whatever their type; one that the column cannot hold equals none.

    Args:
        values: texts, numbers, booleans and None.
        kind: the type of the column.
        what: names the column in messages.

    Raises:
        AtlasValueError: a value is of another kind than the column.
    """
    given = list(values)
    wanted = [value for value in given if value is not None]
    nulls = len(wanted) < len(given)
    known = _set_of(wanted, kind, what) if wanted else None

    def test(column: pa.ChunkedArray) -> NDArray[np.bool_]:
        found = np.zeros(len(column), dtype=bool)
        if known is not None:
            found |= np.asarray(pc.is_in(column.cast(known.type), value_set=known), dtype=bool)
            found &= np.asarray(column.is_valid(), dtype=bool)
        if nulls:
            found |= np.asarray(column.is_null(), dtype=bool)
        return found

    return test


def _set_of(wanted: list[Any], kind: pa.DataType, what: str) -> pa.Array:
    types = pa.types
    if types.is_boolean(kind):
        return pa.array(_of_kind(wanted, bool, kind, what), pa.bool_())
    if types.is_string(kind) or types.is_large_string(kind):
        return pa.array(_of_kind(wanted, str, kind, what), kind)
    if types.is_integer(kind):
        limits = np.iinfo(kind.to_pandas_dtype())
        whole = [int(value) for value in _of_kind(wanted, (int, float), kind, what) if value == int(value)]
        return pa.array([value for value in whole if limits.min <= value <= limits.max], kind)
    if types.is_floating(kind):
        doubles = [value for value in _of_kind(wanted, (int, float), kind, what) if _is_double(value)]
        # Arrow tells -0.0 from 0.0.
        zeros = [0.0, -0.0] if 0 in doubles else []
        return pa.array([*map(float, doubles), *zeros], pa.float64())
    raise AtlasValueError(
        f"{what} is {kind}; only texts, numbers and booleans can be chosen by value, and null in any column. "
        "Dates take a range"
    )


def _of_kind(wanted: list[Any], kind: type | tuple[type, ...], column: pa.DataType, what: str) -> list[Any]:
    # To Python, True is a number.
    wrong = [value for value in wanted if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)]
    if wrong:
        raise AtlasValueError(f"{what} is {column}, and {wrong[0]!r} is not; give values of the column's own kind")
    return wanted


def _is_double(value: float) -> bool:
    try:
        return float(value) == value
    except OverflowError:
        return False
