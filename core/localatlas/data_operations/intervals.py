"""Which rows of a map lie between two points in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError, listing, suggestion
from localatlas.protocols import Map

__all__ = ["between"]


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
    first, last = _bound(start, kind, field, "start", time.min), _bound(end, kind, field, "end", time.max)
    column = of.columns([field])[field]
    inside = pc.and_(pc.greater_equal(column, first), pc.less_equal(column, last))
    return np.asarray(inside.fill_null(fill_value=False).to_numpy(), dtype=bool)


def _bound(value: Any, kind: pa.DataType, field: str, name: str, of_day: time) -> pa.Scalar:
    """Return a bound in the column's type; a bare date is that day at the time `of_day`."""
    try:
        if pa.types.is_timestamp(kind):
            zone = None if kind.tz is None else "UTC"
            return pa.scalar(_moment(value, of_day, zoned=kind.tz is not None), pa.timestamp("us", zone))
        if pa.types.is_date(kind):
            return pa.scalar(_moment(value, of_day, zoned=False).date(), pa.date32())
        return pa.scalar(value)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise AtlasValueError(f"{name}={value!r} does not fit the column {field!r} of type {kind}: {error}") from error


def _moment(value: Any, of_day: time, *, zoned: bool) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > len("2000-01-01") else date.fromisoformat(value)
    if not isinstance(value, date):
        raise TypeError(f"a {type(value).__qualname__} is neither a date nor a datetime")
    moment = value if isinstance(value, datetime) else datetime.combine(value, of_day)
    if zoned:
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
