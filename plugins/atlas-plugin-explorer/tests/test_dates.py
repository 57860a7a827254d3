from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_explorer.dates import date_unit, read_dates, timestamps
from hypothesis import given
from hypothesis import strategies as st


def texts(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.large_string())])


def ms(*when: int) -> float:
    return dt.datetime(*when, tzinfo=dt.UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-02", ms(2018, 2, 1)),
        ("2018/02", ms(2018, 2, 1)),
        ("2018-02-03", ms(2018, 2, 3)),
        ("2018/02/03", ms(2018, 2, 3)),
        (" 2018-02-03 ", ms(2018, 2, 3)),
        ("2018-02-03T04:05", ms(2018, 2, 3, 4, 5)),
        ("2018-02-03 04:05:06", ms(2018, 2, 3, 4, 5, 6)),
        ("2018-02-03T04:05:06Z", ms(2018, 2, 3, 4, 5, 6)),
        ("2018-02-03T04:05:06.250+02:00", ms(2018, 2, 3, 2, 5, 6) + 250),
        ("1899-12-31", ms(1899, 12, 31)),
    ],
)
def test_a_date_is_read(text: str, expected: float) -> None:
    read = read_dates(texts(text))
    assert read is not None
    assert read.tolist() == [expected]


@pytest.mark.parametrize(
    "text", ["2018", "18-02-03", "2018-13", "2018-02-31", "12:30", "2018-02-03T", "2018-02-03x", "20180203", ""]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read_dates(texts(text)) is None


def test_a_few_words_among_dates_become_null() -> None:
    read = read_dates(texts(*["2018-02"] * 97, "unknown", None, ""))
    assert read is not None
    assert np.isnan(read).tolist() == [False] * 97 + [True] * 3


def test_many_words_among_dates_make_it_no_date() -> None:
    assert read_dates(texts(*["2018-02"] * 90, *["unknown"] * 10)) is None


def test_days_that_no_calendar_has_count_as_words() -> None:
    assert read_dates(texts(*["2018-02-30"] * 10, "2018-02-01")) is None


@pytest.mark.parametrize(
    ("moments", "unit"),
    [
        ([ms(2018, 2, 1), ms(2019, 1, 1)], "month"),
        ([ms(2018, 2, 1), ms(2018, 2, 2)], "day"),
        ([ms(2018, 2, 1, 1)], "second"),
    ],
)
def test_the_unit_is_the_coarsest_that_loses_nothing(moments: list[float], unit: str) -> None:
    assert date_unit(np.array(moments)) == unit


def test_time_zones_and_days_become_moments() -> None:
    berlin = pa.array([dt.datetime(2020, 1, 1, tzinfo=dt.UTC), None], pa.timestamp("us", tz="Europe/Berlin"))
    read = timestamps(pa.chunked_array([berlin]))
    assert read[0] == ms(2020, 1, 1)
    assert np.isnan(read[1])
    assert timestamps(pa.chunked_array([pa.array([dt.date(2020, 1, 2)])])).tolist() == [ms(2020, 1, 2)]


@given(st.lists(st.none() | st.text(max_size=30), max_size=20))
def test_any_texts_are_taken(values: list[str | None]) -> None:
    read = read_dates(texts(*[v and v.replace("\ud800", "") for v in values]))
    assert read is None or len(read) == len(values)
