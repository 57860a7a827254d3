"""Strings that are dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["DAY_MS", "date_unit", "read_dates", "timestamps"]

DAY_MS = 86_400_000
READABLE_SHARE = 0.95
# A four-digit number alone is a number, not a year; a bare time is no date.
ISO = (
    r"^\s*\d{4}[-/](?:0[1-9]|1[0-2])"
    r"(?:[-/](?:0[1-9]|[12]\d|3[01])(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?)?\s*$"
)


def read_dates(values: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """Read strings [N] as ISO 8601 dates: float64 [N] in ms since 1970 UTC, NaN where there is none.

    Returns None unless at least 95 % of the strings that are not blank are dates. Slashes do for hyphens, a space
    does for the T, and what names no zone is UTC.
    """
    filled = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(values), ""), fill_value=False)
    shaped = pc.fill_null(pc.match_substring_regex(values, ISO), fill_value=False)
    total = pc.sum(filled).as_py() or 0
    if not total or (pc.sum(shaped).as_py() or 0) < READABLE_SHARE * total:
        return None
    read = parse(pc.replace_substring(pc.if_else(shaped, values, None), "/", "-"))
    return read if np.count_nonzero(~np.isnan(read)) >= READABLE_SHARE * total else None


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
