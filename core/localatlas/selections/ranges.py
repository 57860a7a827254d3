"""Which values of a column lie between two bounds, exactly: no bound is rounded to the column's type."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError
from localatlas.selections.leaves import Range
from localatlas.selections.moments import DAY, SECOND, read_moment

__all__ = ["Within", "within"]

Within: TypeAlias = Callable[[pa.ChunkedArray], NDArray[np.bool_]]
UNITS = {"s": SECOND, "ms": SECOND // 1_000, "us": 1_000, "ns": 1}
# Texts that may be dates; a four-digit number alone is a number, and a bare time is no date.
CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)?"
ISO = rf"^\s*\d{{4}}[-/]\d{{2}}(?:[-/]\d{{2}}(?:[T ]{CLOCK})?)?\s*$"


def within(node: Range, kind: pa.DataType) -> Within:
    """Return what tells which values of a column of this type lie in a range; nulls and NaN never do.

    Raises:
        AtlasValueError: the column has no order that the bounds fit.
    """
    types = pa.types
    dates = isinstance(node.low, str) or isinstance(node.high, str)
    if dates and types.is_timestamp(kind):
        return _whole_numbers(*_moments(node, kind.tz, UNITS[kind.unit]), pa.int64())
    if dates and types.is_date(kind):
        unit, width = (DAY, pa.int32()) if types.is_date32(kind) else (UNITS["ms"], pa.int64())
        return _whole_numbers(*_moments(node, None, unit), width)
    if dates and (types.is_string(kind) or types.is_large_string(kind)):
        return _dates_in_text(*_moments(node, None, UNITS["us"]))
    low, high = node.low, node.high
    if not isinstance(low, str) and not isinstance(high, str):
        if types.is_integer(kind):
            first, last = None if low is None else math.ceil(low), None if high is None else math.floor(high)
            return _whole_numbers(first, last, kind)
        if types.is_floating(kind):
            return _floats(low, high)
        if types.is_decimal(kind):
            return _decimals(low, high)
    raise AtlasValueError(
        f"range: column {node.field!r} is {kind}, which {node.low if node.high is None else node.high!r} does not fit; "
        "numbers take numbers, dates and times take ISO 8601 text (2024-01-31, 2024-01-31T10:00:00+01:00)"
    )


def _moments(node: Range, zone: str | None, unit: int) -> tuple[int | None, int | None]:
    """Return the first and the last whole number of units that lie in a range of moments."""
    low = read_moment(node.low).first(zone) if isinstance(node.low, str) else None
    high = read_moment(node.high).last(zone) if isinstance(node.high, str) else None
    return None if low is None else -(-low // unit), None if high is None else high // unit


def _whole_numbers(low: int | None, high: int | None, kind: pa.DataType) -> Within:
    limits = np.iinfo(kind.to_pandas_dtype())

    def test(values: pa.ChunkedArray) -> NDArray[np.bool_]:
        if (low is not None and low > limits.max) or (high is not None and high < limits.min):
            return np.zeros(len(values), dtype=bool)
        first = pa.scalar(limits.min if low is None else max(low, int(limits.min)), kind)
        last = pa.scalar(limits.max if high is None else min(high, int(limits.max)), kind)
        return _between(values.cast(kind), first, last)

    return test


def _floats(low: float | None, high: float | None) -> Within:
    first = pa.scalar(-math.inf if low is None else _double(low, math.inf), pa.float64())
    last = pa.scalar(math.inf if high is None else _double(high, -math.inf), pa.float64())
    return lambda values: _between(values.cast(pa.float64()), first, last)


def _double(bound: float, inwards: float) -> float:
    """Return the double that bounds the same doubles: a large integer need not be one itself."""
    try:
        nearest = float(bound)
    except OverflowError:
        return math.inf if bound > 0 else -math.inf
    outside = nearest < bound if inwards > 0 else nearest > bound
    return math.nextafter(nearest, inwards) if outside else nearest


def _decimals(low: float | None, high: float | None) -> Within:
    # What a person wrote as 0.1 means the decimal.
    first = None if low is None else Decimal(str(low))
    last = None if high is None else Decimal(str(high))

    def holds(value: Decimal | None) -> bool:
        return value is not None and (first is None or value >= first) and (last is None or value <= last)

    return lambda values: np.fromiter(map(holds, values.to_pylist()), dtype=bool, count=len(values))


def _dates_in_text(low: int | None, high: int | None) -> Within:
    """Texts that are ISO 8601 dates, to the microsecond; what names no zone is UTC, slashes do for hyphens."""
    test = _whole_numbers(low, high, pa.int64())
    return lambda values: test(_read(values))


def _read(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts [n] as microseconds since 1970 UTC, int64 [n]; null for what is no date."""
    import pandas as pd  # slow to import, and most selections have no such range

    shaped = pc.fill_null(pc.match_substring_regex(values, ISO), fill_value=False)
    words = pc.replace_substring(pc.if_else(shaped, values, None), "/", "-").combine_chunks().dictionary_encode()
    known = pd.Series(words.dictionary.to_pylist(), dtype=object).str.strip()
    moments = pd.to_datetime(known, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
    stamps = pa.array(np.asarray(moments, dtype="datetime64[us]")).cast(pa.int64())
    return pa.chunked_array([stamps.take(words.indices)], type=pa.int64())


def _between(values: pa.ChunkedArray, low: pa.Scalar, high: pa.Scalar) -> NDArray[np.bool_]:
    held = pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))
    return np.array(pc.fill_null(held, fill_value=False), np.bool_)
