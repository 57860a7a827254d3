from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import AtlasValueError
from localatlas.selections.moments import read_moment

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
NOON = int(dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC).timestamp()) * SECOND
MIDNIGHT = NOON - 12 * HOUR


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2024-01-31", MIDNIGHT),
        ("2024-01-31T12:00", NOON),
        ("2024-01-31 12:00:00", NOON),
        (" 2024-01-31T12:00:00Z ", NOON),
        ("2024-01-31T13:00:00+01:00", NOON),
        ("2024-01-31T13:00:00 +0100", NOON),
        ("2024-01-31T09:30-02:30", NOON),
        ("2024-01-31T12:00:00.5", NOON + SECOND // 2),
        ("2024-01-31T12:00:00.000000001", NOON + 1),
        ("1969-12-31T23:59:59.999999999", -1),
    ],
)
def test_a_moment_is_read_to_the_nanosecond(text: str, first: int) -> None:
    assert read_moment(text).first(None) == first


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-13-01", "2024-01-31T25:00", "12:00", "31.01.2024", "2024-01-31T12", "٢٠٢٤-01-31", "now"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(AtlasValueError, match="is no date"):
        read_moment(text)


def test_a_day_ends_with_its_last_nanosecond() -> None:
    assert read_moment("2024-01-31").last(None) == MIDNIGHT + 24 * HOUR - 1
    assert read_moment("2024-01-31T12:00").last(None) == NOON


def test_without_a_zone_it_is_what_the_clock_of_the_column_shows() -> None:
    assert read_moment("2024-01-31T13:00").first("Europe/Berlin") == NOON
    assert read_moment("2024-01-31T13:00").first("+01:00") == NOON
    assert read_moment("2024-01-31T12:00Z").first("Europe/Berlin") == NOON


def test_a_day_with_a_change_of_the_clock_has_its_own_length() -> None:
    spring, autumn = read_moment("2024-03-31"), read_moment("2024-10-27")
    assert spring.last("Europe/Berlin") - spring.first("Europe/Berlin") == 23 * HOUR - 1
    assert autumn.last("Europe/Berlin") - autumn.first("Europe/Berlin") == 25 * HOUR - 1


def test_an_hour_that_comes_twice_is_meant_from_its_first_to_its_second_coming() -> None:
    twice = read_moment("2024-10-27T02:30")
    assert twice.last("Europe/Berlin") - twice.first("Europe/Berlin") == HOUR


def test_a_zone_that_nobody_knows_is_told() -> None:
    with pytest.raises(AtlasValueError, match="the time zone 'Mars/Olympus' is not known"):
        read_moment("2024-01-31").first("Mars/Olympus")


def test_the_calendar_ends_where_it_ends() -> None:
    assert read_moment("9999-12-31").last("Europe/Berlin") > read_moment("9999-12-31").first("Europe/Berlin")


@given(st.datetimes(timezones=st.none() | st.just(dt.UTC)))
def test_python_writes_what_is_read(moment: dt.datetime) -> None:
    since = moment.replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert read_moment(moment.isoformat()).first(None) == since // dt.timedelta(microseconds=1) * 1_000
