"""Which rows of a map lie between two points in time."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError, listing, suggestion
from localatlas.protocols import Map

__all__ = ["between"]

FIRST, LAST = "00:00:00", "23:59:59.999999999"


def between(of: Map, field: str, start: Any, end: Any) -> NDArray[np.bool_]:
    """Return which rows have a value from `start` to `end`, both included, bool [R]; a null is outside.

    A time without a zone is taken as UTC where the column has a zone; a bare date as `end` means the whole day.

    Raises:
        AtlasValueError: there is no such column, it holds neither times nor numbers, or a bound does not fit it.
    """
    schema = of.schema
    if field not in schema.names:
        raise AtlasValueError(
            f"the map has no column {field!r}{suggestion(field, schema.names)}; it has: {listing(schema.names)}"
        )
    kind = schema.field(field).type
    types = pa.types
    if not (types.is_timestamp(kind) or types.is_date(kind) or types.is_integer(kind) or types.is_floating(kind)):
        raise AtlasValueError(
            f"the column {field!r} is of type {kind}; it must hold dates, times or numbers. "
            "Give it as datetimes, for example with df[field] = pd.to_datetime(df[field])"
        )
    from localatlas.selections import constructors
    from localatlas.selections.ranges import within

    column = of.columns([field])[field]
    found = np.asarray(column.is_valid(), dtype=bool)
    # One bound at a time: an interval that ends before it starts has no rows.
    for name, bound in (("low", _bound(start, kind, field, "start")), ("high", _bound(end, kind, field, "end"))):
        if bound is not None:
            found &= within(constructors.between(field, **{name: bound}), kind)(column)
    return found


def _bound(value: Any, kind: pa.DataType, field: str, name: str) -> int | float | str | None:
    """Return a bound as a selection has it; None for an infinite one."""
    try:
        if pa.types.is_date(kind):
            return _day(value)
        if pa.types.is_timestamp(kind):
            return _moment(value, zoned=kind.tz is not None, last=name == "end")
        return _number(value, math.inf if name == "end" else -math.inf)
    except (TypeError, ValueError, OverflowError) as error:
        raise AtlasValueError(f"{name}={value!r} does not fit the column {field!r} of type {kind}: {error}") from error


def _day(value: Any) -> str:
    day = _read(value)
    return (_utc(day).date() if isinstance(day, datetime) else day).isoformat()


def _moment(value: Any, *, zoned: bool, last: bool) -> str:
    moment = _read(value)
    if not isinstance(moment, datetime):
        # Of a column without a zone, a day is understood.
        return f"{moment.isoformat()}T{LAST if last else FIRST}Z" if zoned else moment.isoformat()
    return _utc(moment).isoformat() if zoned else _utc(moment).replace(tzinfo=None).isoformat()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(value: Any) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > len("2000-01-01") else date.fromisoformat(value)
    # pandas' NaT is a datetime that does not equal itself.
    if not isinstance(value, date) or value != value:  # noqa: PLR0124
        raise TypeError(f"a {type(value).__qualname__} is neither a date nor a datetime")
    return value


def _number(value: Any, unbounded: float) -> int | float | None:
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"a {type(value).__qualname__} is no number")
    if number == unbounded:
        return None
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("it bounds nothing")
    return number
