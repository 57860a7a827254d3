"""What a column is, for a viewer, and its values as numbers in page order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from atlas_plugin_explorer.dates import date_unit, read_dates, timestamps

__all__ = ["NULL_CODE", "OTHER_CODE", "Column", "describe", "is_text", "plain"]

OTHER_CODE = 254
NULL_CODE = 255
SHOWN_CATEGORIES = 64
CATEGORY_CHARACTERS = 128
# How many distinct values make a category, if each comes at least so often on average.
CATEGORY_RULES = ((12, 1.0), (64, 2.0), (1_000, 4.0))
ID_CHARACTERS = 36
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Column:
    """One column as a viewer sees it.

    Attributes:
        kind: "category", "boolean", "number", "date", "text", "id" or "other".
        values: uint8, float32 or float64 [N] in page order; None: the column has no pages.
        facts: what else `columns.json` says about it.
    """

    kind: str
    values: NDArray[np.uint8 | np.float32 | np.float64] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def describe(values: pa.ChunkedArray, *, ids: bool, mapped: bool) -> Column:
    """Find out what a column in page order, [N], is.

    Args:
        values: the column, not dictionary-encoded, text as `large_string` (see `plain`).
        ids: it holds the rows' ids.
        mapped: it is the column that was mapped, so a handful of texts is not a handful of categories.
    """
    kind = values.type
    if ids:
        return Column("id")
    if pt.is_boolean(kind):
        return boolean(values)
    if pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind):
        return number(values)
    if pt.is_timestamp(kind) or pt.is_date(kind):
        return date(timestamps(values), unread=0)
    return strings(values, mapped=mapped) if is_text(kind) else Column("other")


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column of this type can be searched."""
    value = kind.value_type if pt.is_dictionary(kind) else kind
    return bool(pt.is_string(value) or pt.is_large_string(value) or pt.is_string_view(value))


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column [R] in the form that `describe` takes; 32-bit offsets would overflow at 2 GB of text."""
    if is_text(values.type):
        return values.cast(pa.large_string())
    return values.cast(values.type.value_type) if pt.is_dictionary(values.type) else values


def boolean(values: pa.ChunkedArray) -> Column:
    """Code false as 0, true as 1."""
    codes = pc.fill_null(values.cast(pa.uint8()), fill_value=NULL_CODE).to_numpy()
    entries = [{"value": flag, "count": int(np.count_nonzero(codes == flag))} for flag in (False, True)]
    return Column("boolean", codes, {"categories": entries, "other": {"values": 0, "count": 0}})


def number(values: pa.ChunkedArray) -> Column:
    """Keep numbers as float32; what a float32 cannot hold becomes infinite."""
    whole = bool(pt.is_integer(values.type))
    exact = pc.fill_null(values.cast(pa.float64(), safe=False), fill_value=np.nan).to_numpy()
    with np.errstate(over="ignore"):
        return measured("number", exact, exact.astype(np.float32), int if whole else float, {"integer": whole})


def date(moments: NDArray[np.float64], unread: int) -> Column:
    """Keep dates as float64 milliseconds."""
    known = moments[np.isfinite(moments)]
    facts = {"unit": date_unit(known) if known.size else "day", "unread": unread}
    return measured("date", moments, moments, int, facts)


def measured(
    kind: str,
    exact: NDArray[np.float64],
    kept: NDArray[np.float32 | np.float64],
    shown: Callable[[float], float],
    facts: dict[str, Any],
) -> Column:
    """Add range and quantiles over the finite values; without any there is nothing to draw."""
    finite = exact[np.isfinite(exact)]
    if not finite.size:
        return Column(kind, None, facts)
    cuts = np.quantile(finite, QUANTILES, method="nearest")
    limits = {"min": shown(finite.min()), "max": shown(finite.max()), "quantiles": [shown(value) for value in cuts]}
    return Column(kind, kept, {**facts, **limits})


def strings(values: pa.ChunkedArray, *, mapped: bool) -> Column:
    """Tell dates, categories and ids from text."""
    present = len(values) - values.null_count
    if not present:
        return Column("text")
    moments = read_dates(values)
    if moments is not None:
        blank = pc.sum(pc.equal(pc.utf8_trim_whitespace(values), "")).as_py()
        return date(moments, unread=present - blank - int(np.count_nonzero(~np.isnan(moments))))
    longest = pc.max(pc.utf8_length(values)).as_py()
    distinct = pc.count_distinct(values).as_py()
    rules = CATEGORY_RULES[1:] if mapped else CATEGORY_RULES
    if longest <= CATEGORY_CHARACTERS and any(distinct <= few and present >= often * distinct for few, often in rules):
        return category(values)
    spaced = pc.any(pc.match_substring_regex(values, r"\s")).as_py()
    return Column("id" if distinct == present and longest <= ID_CHARACTERS and not spaced else "text")


def category(values: pa.ChunkedArray) -> Column:
    """Code the most frequent strings by rank, ties by value; the rest is one class."""
    coded = values.dictionary_encode().combine_chunks()
    words = coded.dictionary.to_pylist()
    indices = pc.fill_null(coded.indices, fill_value=len(words)).to_numpy(zero_copy_only=False)
    counts = np.bincount(indices, minlength=len(words) + 1)[: len(words)]
    ranked = sorted(range(len(words)), key=lambda word: (-counts[word], words[word]))
    shown, rest = ranked[:SHOWN_CATEGORIES], ranked[SHOWN_CATEGORIES:]
    table = np.full(len(words) + 1, OTHER_CODE, np.uint8)
    table[shown] = np.arange(len(shown))
    table[len(words)] = NULL_CODE
    entries = [{"value": words[word], "count": int(counts[word])} for word in shown]
    other = {"values": len(rest), "count": int(counts[rest].sum())}
    return Column("category", table[indices], {"categories": entries, "other": other})
