from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas.data_operations.intervals import between
from localatlas.errors import AtlasValueError


class Columns:
    """What `between` reads of a map."""

    def __init__(self, **columns: pa.Array) -> None:
        self.table = pa.table(columns)

    @property
    def schema(self) -> pa.Schema:
        return self.table.schema

    def columns(self, names: list[str]) -> pa.Table:
        return self.table.select(names)


moment = datetime.fromisoformat
MOMENTS = [
    moment("2020-01-01T00:00:00"),
    moment("2020-06-01T12:00:00"),
    moment("2020-06-01T23:59:59"),
    None,
    moment("2021-01-01T00:00:00"),
]


def rows(values: pa.Array, start: Any, end: Any) -> list[int]:
    found = between(Columns(when=values), "when", start, end)  # type: ignore[arg-type]
    assert found.dtype == bool
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_both_ends_are_included_and_nulls_are_outside(unit: str) -> None:
    times = pa.array(MOMENTS, pa.timestamp(unit))
    assert rows(times, moment("2020-01-01T00:00:00"), moment("2020-06-01T12:00:00")) == [0, 1]


def test_a_bare_date_as_end_means_the_whole_day() -> None:
    times = pa.array(MOMENTS, pa.timestamp("us"))
    assert rows(times, date(2020, 6, 1), date(2020, 6, 1)) == [1, 2]
    assert rows(times, "2020-06-01", "2020-06-01") == [1, 2]


def test_zones_are_compared_as_moments() -> None:
    times = pa.array([datetime(2020, 1, 1, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin"))
    east = timezone(timedelta(hours=2))
    assert rows(times, datetime(2020, 1, 1, 2, tzinfo=east), datetime(2020, 1, 1, 2, tzinfo=east)) == [0]
    assert rows(times, moment("2020-01-01T00:00:00"), moment("2020-01-01T00:00:00")) == [0]
    assert rows(times, moment("2020-01-01T00:01:00"), moment("2020-01-02T00:00:00")) == []


def test_dates_and_numbers_are_intervals_too() -> None:
    days = pa.array([date(2020, 1, 1), date(2020, 1, 2)], pa.date32())
    assert rows(days, moment("2020-01-02T05:00:00"), "2020-01-03") == [1]
    assert rows(pa.array([1999, 2005, None, 2010]), 2000, 2010) == [1, 3]


def test_what_is_no_time_is_refused_with_a_way_out() -> None:
    with pytest.raises(AtlasValueError, match=r"'when' is of type string.*to_datetime"):
        rows(pa.array(["2020"]), "2019-01-01", "2021-01-01")
    with pytest.raises(AtlasValueError, match="has no column 'wen', did you mean 'when'"):
        between(Columns(when=pa.array([1])), "wen", 0, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["yesterday", 7, None])
def test_a_bound_that_does_not_fit_is_refused(wrong: object) -> None:
    with pytest.raises(AtlasValueError, match="start=.* does not fit the column 'when'"):
        rows(pa.array(MOMENTS, pa.timestamp("us")), wrong, "2020-01-01")


def test_bounds_may_lie_beyond_what_the_column_can_hold() -> None:
    times = pa.array([moment("2020-01-01T00:00:00"), None], pa.timestamp("ns"))
    assert rows(times, "0001-01-01", "9999-12-31") == [0]
    assert rows(times, "2500-01-01", "9999-12-31") == []
    assert rows(pa.array([1, None, 3], pa.int8()), -(2**70), 2**70) == [0, 2]
    assert rows(pa.array([1, 2, 3]), -np.inf, np.int64(2)) == [0, 1]
    assert rows(pa.array([1, 2, 3]), 3, 1) == []


def test_the_last_nanosecond_of_a_day_belongs_to_it() -> None:
    last = pa.array([2 * 86_400 * 10**9 - 1], pa.int64())
    assert rows(last.cast(pa.timestamp("ns")), "1970-01-02", "1970-01-02") == [0]
    assert rows(last.cast(pa.timestamp("ns", "UTC")), "1970-01-02", "1970-01-02") == [0]


@pytest.mark.parametrize("wrong", ["a", True, None, np.nan, np.inf])
def test_a_number_is_bounded_by_numbers(wrong: object) -> None:
    with pytest.raises(AtlasValueError, match="start=.* does not fit the column 'when'"):
        rows(pa.array([1, 2]), wrong, 2)
    with pytest.raises(AtlasValueError, match="end=NaT does not fit the column 'when'"):
        rows(pa.array(MOMENTS, pa.timestamp("ns")), "2020-01-01", pd.NaT)
