"""Dates and times, and strings that are dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import Column, measured

__all__ = ["DAY_MS", "DateStrings", "Moments", "date_unit", "read_dates", "timestamps"]

DAY_MS = 86_400_000
READABLE_SHARE = 0.95
# A four-digit number alone is a number, not a year; a bare time is no date.
ISO = (
    r"^\s*\d{4}[-/](?:0[1-9]|1[0-2])"
    r"(?:[-/](?:0[1-9]|[12]\d|3[01])(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?)?\s*$"
)


class Moments:
    """Keeps dates and timestamps as float64 milliseconds."""

    def __init__(self, points: int) -> None:
        self._moments = np.full(points, np.nan)

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take some values."""
        self._moments[places] = timestamps(values)

    def column(self) -> Column:
        """Return the moments."""
        return dates(self._moments, unread=0)


class DateStrings:
    """Reads strings as ISO 8601 dates, so long as at least 95 % of those that are not blank can still be dates.

    Slashes do for hyphens, a space does for the T, and what names no zone is UTC.
    """

    def __init__(self, points: int) -> None:
        self._points = self._left = points
        self._filled = self._shaped = 0
        self._moments: NDArray[np.float64] | None = None

    @property
    def possible(self) -> bool:
        """Whether what is still to come could make it a column of dates."""
        wrong = self._filled - self._shaped
        return wrong <= (1 - READABLE_SHARE) * (self._filled + self._left)

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take some strings."""
        shaped = pc.fill_null(pc.match_substring_regex(values, ISO), fill_value=False)
        self._filled += pc.sum(pc.not_equal(pc.utf8_trim_whitespace(values), "")).as_py() or 0
        count = pc.sum(shaped).as_py() or 0
        self._shaped += count
        self._left -= len(values)
        if count and self._moments is None:
            self._moments = np.full(self._points, np.nan)
        if self._moments is not None:
            self._moments[places] = parse(pc.replace_substring(pc.if_else(shaped, values, None), "/", "-"))

    @property
    def moments(self) -> NDArray[np.float64] | None:
        """float64 [N] in ms since 1970 UTC, NaN where there is none; None if these are no dates."""
        if self._moments is None or self._shaped < READABLE_SHARE * self._filled:
            return None
        return self._moments if self.read >= READABLE_SHARE * self._filled else None

    @property
    def read(self) -> int:
        """How many strings are dates; some of the right shape are none, such as 2018-02-30."""
        return 0 if self._moments is None else int(np.count_nonzero(~np.isnan(self._moments)))

    def column(self) -> Column | None:
        """Return the dates; None if these are no dates."""
        moments = self.moments
        return None if moments is None else dates(moments, unread=self._filled - self.read)


def read_dates(values: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """Return strings [N] as `DateStrings.moments` has them."""
    reader = DateStrings(len(values))
    reader.add(np.arange(len(values)), values)
    return reader.moments


def dates(moments: NDArray[np.float64], unread: int) -> Column:
    """Return a column of dates, float64 [N] in ms; `unread` strings were none."""
    known = moments[np.isfinite(moments)]
    facts = {"unit": date_unit(known) if known.size else "day", "unread": unread}
    return measured("date", moments, moments, int, facts)


def parse(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """Parse strings of the shape of `ISO` [N]; a day that no calendar has gives NaN."""
    import pandas as pd  # slow to import, and most maps have no such column

    coded = values.dictionary_encode().combine_chunks()
    words = pd.Series(coded.dictionary.to_pylist(), dtype=object).str.strip()
    moments = pd.to_datetime(words, format="ISO8601", utc=True, errors="coerce")
    stamps = np.asarray(moments.dt.tz_localize(None), dtype="datetime64[ms]")
    codes = pc.fill_null(coded.indices, fill_value=len(stamps)).to_numpy(zero_copy_only=False)
    known = milliseconds(np.append(stamps, np.datetime64("NaT", "ms")))
    read: NDArray[np.float64] = known[np.asarray(codes)]
    return read


def timestamps(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return dates and timestamps [N] as float64 ms since 1970 UTC, NaN where null."""
    return milliseconds(values.cast(pa.timestamp("ms"), safe=False).to_numpy().astype("datetime64[ms]"))


def milliseconds(stamps: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return datetime64[ms] [N] as float64, NaN for NaT."""
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))


def date_unit(moments: NDArray[np.float64]) -> str:
    """Return the coarsest of "month", "day" and "second" that says all that finite `moments` [N] ms say."""
    if np.any(moments % DAY_MS != 0):
        return "second"
    days = moments.astype(np.int64).astype("datetime64[ms]").astype("datetime64[D]")
    return "month" if np.all(days == days.astype("datetime64[M]")) else "day"
