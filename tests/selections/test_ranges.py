from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import selections as s
from localatlas.errors import AtlasValueError
from localatlas.selections.ranges import within

TIMES = [dt.datetime(2024, 1, day, hour) for day in (30, 31) for hour in (0, 12, 23)]  # noqa: DTZ001  without a zone


def held(values: Any, kind: pa.DataType, low: Any = None, high: Any = None) -> list[int]:
    """Return which of some values lie in a range."""
    column = pa.chunked_array([pa.array(values, kind)])
    return np.flatnonzero(within(s.between("v", low, high), kind)(column)).tolist()


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int64(), pa.uint64(), pa.float32(), pa.float64()], ids=str)
def test_both_bounds_are_included(kind: pa.DataType) -> None:
    assert held([0, 1, 2, 3, None], kind, 1, 2) == [1, 2]
    assert held([0, 1, 2, 3, None], kind, 1) == [1, 2, 3]
    assert held([0, 1, 2, 3, None], kind, None, 1) == [0, 1]
    assert held([0, 1, 2, 3, None], kind, 0.5, 2.5) == [1, 2]


def test_bounds_beyond_the_columns_type_bound_nothing_or_all() -> None:
    assert held([-128, 127], pa.int8(), -(10**30), 10**30) == [0, 1]
    assert held([-128, 127], pa.int8(), 128) == []
    assert held([0, 255], pa.uint8(), None, -1) == []
    assert held([-1e308, 1e308], pa.float64(), -(10**400), 10**400) == [0, 1]
    assert held([-1e308, 1e308], pa.float64(), 10**400) == []


def test_no_bound_is_rounded() -> None:
    odd = 2**53 + 1  # no double
    assert held([2**53, odd, odd + 1], pa.int64(), odd, odd) == [1]
    assert held([float(2**53), float(odd + 1)], pa.float64(), odd, odd) == []
    assert held([np.float32(0.1)], pa.float32(), None, 0.1) == []
    assert held([np.float32(0.1)], pa.float32(), 0.1) == [0]


def test_nan_lies_nowhere_and_infinity_beyond_all_numbers() -> None:
    assert held([math.nan, math.inf, -math.inf, 1.0], pa.float64(), 0) == [1, 3]


def test_decimals_are_compared_as_decimals() -> None:
    values = [Decimal("0.10"), Decimal("0.11"), None]
    assert held(values, pa.decimal128(4, 2), 0.1, 0.1) == [0]
    assert held(values, pa.decimal128(4, 2), 0.105) == [1]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_are_compared_in_every_unit(unit: str) -> None:
    kind = pa.timestamp(unit)
    assert held(TIMES, kind, "2024-01-31") == [3, 4, 5]
    assert held(TIMES, kind, None, "2024-01-30") == [0, 1, 2]
    assert held(TIMES, kind, "2024-01-30T12:00", "2024-01-31T12:00") == [1, 2, 3, 4]
    assert held(TIMES, kind, "2024-01-30T12:00:00.000000001") == [2, 3, 4, 5]
    # A zone where the column has none: the column is in UTC.
    assert held(TIMES, kind, "2024-01-31T13:00+01:00") == [4, 5]


def test_a_column_with_a_zone_is_compared_on_its_own_clock() -> None:
    kind = pa.timestamp("us", tz="Asia/Tokyo")
    utc = [time.replace(tzinfo=dt.UTC) for time in TIMES]
    # 12:00 UTC is 21:00 in Tokyo, and 23:00 is the next day.
    assert held(utc, kind, "2024-01-31", "2024-01-31") == [2, 3, 4]
    assert held(utc, kind, "2024-01-31T00:00Z") == [3, 4, 5]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()], ids=str)
def test_dates_are_compared_as_days(kind: pa.DataType) -> None:
    days = [dt.date(2024, 1, day) for day in (1, 2, 3)]
    assert held([*days, None], kind, "2024-01-02", "2024-01-02") == [1]
    assert held(days, kind, "2024-01-02T00:00:01") == [2]


def test_texts_that_are_dates_are_compared_as_dates() -> None:
    texts = [
        "2024-01-31",
        "2024/02/01",
        "2024-01-31T23:30:00-01:00",
        "2024-02",
        "31",
        "soon",
        None,
        "2024-13-01",
        " 2024-01-30 ",
    ]
    for kind in (pa.string(), pa.large_string()):
        assert held(texts, kind, "2024-01-31", "2024-01-31") == [0]
        assert held(texts, kind, "2024-02-01T00:30:00Z") == [2]
        assert held(texts, kind, None, "2024-01-31") == [0, 8]
        assert held(texts, kind, "2024-02-01") == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "bound", "words"),
    [
        (pa.int64(), "2024-01-31", "column 'v' is int64, which '2024-01-31' does not fit"),
        (pa.string(), 3, "column 'v' is string, which 3 does not fit"),
        (pa.timestamp("s"), 1.5, "dates and times take ISO 8601 text"),
        (pa.bool_(), 1, "column 'v' is bool"),
        (pa.list_(pa.int64()), 1, "column 'v' is list"),
        (pa.duration("s"), 1, "column 'v' is duration"),
    ],
)
def test_bounds_that_do_not_fit_the_column_are_refused(kind: pa.DataType, bound: Any, words: str) -> None:
    with pytest.raises(AtlasValueError, match=words):
        within(s.at_least("v", bound), kind)


whole = st.integers(-(2**63), 2**63 - 1)
anything = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))


@given(st.lists(whole, max_size=8), st.lists(anything, min_size=2, max_size=2).map(sorted))
def test_whole_numbers_are_compared_as_python_compares(values: list[int], bounds: list[Any]) -> None:
    low, high = bounds
    assert held(values, pa.int64(), low, high) == [row for row, value in enumerate(values) if low <= value <= high]


@given(st.lists(st.floats(allow_nan=False), max_size=8), st.lists(anything, min_size=2, max_size=2).map(sorted))
def test_floats_are_compared_as_python_compares(values: list[float], bounds: list[Any]) -> None:
    low, high = bounds
    assert held(values, pa.float64(), low, high) == [row for row, value in enumerate(values) if low <= value <= high]
