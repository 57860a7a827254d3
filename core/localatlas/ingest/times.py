"""Python's times, where pyarrow would drop a zone or nanoseconds in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from localatlas.errors import InvalidDataError

__all__ = ["check_times", "fine_type"]


def check_times(path: str, values: Sequence[Any], *, nested: bool) -> None:
    """Refuse what Arrow would alter: several zones in a column, times of day with a zone, hidden nanoseconds.

    Raises:
        InvalidDataError: the message names the column.
    """
    zones = {str(zone) for zone in {getattr(value, "tzinfo", None) for value in values}}
    if len(zones) > 1:
        raise InvalidDataError(
            f"column {path!r} mixes the time zones {', '.join(sorted(zones))} (None is a time without a zone); "
            "a column has one zone. Convert it, for example with pandas.to_datetime(values, utc=True)."
        )
    if zones - {"None"} and any(isinstance(value, dt.time) for value in values):
        raise InvalidDataError(
            f"column {path!r} holds times of day with a time zone, which Arrow cannot keep; "
            "remove the zone or store full datetimes."
        )
    if nested and any(map(_nanoseconds, values)):
        raise InvalidDataError(
            f"column {path!r} holds times with nanoseconds inside lists or dicts; round them to microseconds, "
            "or give an Arrow table with a timestamp[ns] type."
        )


def fine_type(values: Sequence[Any]) -> pa.DataType | None:
    """Return the nanosecond type that pandas' times among the values need; None if pyarrow's own choice keeps all."""
    if not any(map(_nanoseconds, values)):
        return None
    first = next(value for value in values if _nanoseconds(value))
    if isinstance(first, pd.Timedelta):
        return pa.duration("ns")
    zone = pa.array([first]).type.tz
    return pa.timestamp("ns", tz=zone)


def _nanoseconds(value: Any) -> int:
    if isinstance(value, pd.Timestamp):
        return int(value.nanosecond)
    return int(value.nanoseconds) if isinstance(value, pd.Timedelta) else 0
