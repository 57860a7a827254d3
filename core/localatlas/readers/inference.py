"""The types of columns of text, such as a CSV file's: exact, or text.

A column takes the first of these types that says every one of its values without losing a character that counts:

| type | written as |
|---|---|
| int64 | `12`, `-3`; not `007`, `+49`, nor beyond 64 bits: such columns stay text |
| bool | `true`, `false`, `True`, `FALSE` |
| date32 | `2024-01-31` |
| time32[s] | `23:59`, `23:59:59` |
| timestamp[s, us, ns] | `2024-01-31 23:59:59.5`, with `T` or a space |
| timestamp[s, us, ns, UTC] | the same with `Z` or `+02:00`: the same instant, in UTC |
| float64 | `1.5`, `-2e10`, `inf` |
| string | everything else |

A value that says that there is none (`EMPTY`: nothing, `NA`, `null`, ...) is null in all of these but text, where it
stays what it is; in a file of one column, `NOT_AVAILABLE` without quotes is null in text too. The order and the words
are those of Arrow's own reader, except for the leading zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["EMPTY", "NOT_AVAILABLE", "Candidate", "ColumnGuess", "readable_type", "typed"]

# The words of Arrow's own reader (`null_values` of its ConvertOptions).
EMPTY = pa.array(
    ["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "N/A", "NA", "NULL",
     "NaN", "n/a", "nan", "null"]
)  # fmt: skip

# A null of a file of one column, whose empty lines every reader skips: a word that pandas and Arrow know, and that is
# hardly ever a text.
NOT_AVAILABLE = "#N/A"

INTEGER = r"^(0|-?[1-9][0-9]*)$"
WHOLE = r"^[+-]?[0-9]+$"
FLOAT = r"^-?(((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|inf|Infinity)$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CLOCK = r"[0-9]{2}(:?[0-9]{2}(:?[0-9]{2}(\.[0-9]{1,9})?)?)?"
STAMP = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ]{CLOCK})?$"
ZONED = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{CLOCK}(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$"


@dataclass(frozen=True)
class Candidate:
    """A type and how it is written.

    Attributes:
        kind: the type.
        pattern: of its values, in RE2's syntax.
        within: patterns all of whose values are values of this type too, so that these need no second look.
    """

    kind: pa.DataType
    pattern: str
    within: tuple[str, ...] = ()


def _moments(pattern: str, zone: str | None, *within: str) -> tuple[Candidate, ...]:
    return tuple(Candidate(pa.timestamp(unit, zone), pattern, within) for unit in ("s", "us", "ns"))


CANDIDATES = (
    Candidate(pa.int64(), INTEGER),
    Candidate(pa.bool_(), r"^([tT]rue|TRUE|[fF]alse|FALSE)$"),
    Candidate(pa.date32(), DATE),
    Candidate(pa.time32("s"), r"^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"),
    *_moments(STAMP, None, DATE, STAMP),
    *_moments(ZONED, "UTC", ZONED),
    Candidate(pa.float64(), FLOAT, (INTEGER,)),
)
# What 64 bits of nanoseconds hold.
FIRST_NANOSECOND, LAST_NANOSECOND = "1678", "2262"
# Most columns of text show in their first values what they are not.
GLANCE = 64


@dataclass
class ColumnGuess:
    """The types that a column may still have, as its values pass by."""

    candidates: tuple[Candidate, ...] = CANDIDATES
    is_empty: bool = True
    is_whole: bool = True

    def see(self, values: pa.ChunkedArray | pa.Array) -> None:
        """Strike out the types that some of these strings rule out."""
        if not self.candidates and not self.is_empty:
            return
        present = _present(values)
        if not len(present):
            return
        self.is_empty = False
        self.candidates = tuple(_taking(self.candidates, present))
        if self.is_whole and not any(each.pattern == INTEGER for each in self.candidates):
            self.is_whole = _all_match(present, WHOLE)

    def both(self, other: ColumnGuess) -> ColumnGuess:
        """Return what is left when the values of two files are one column."""
        candidates = tuple(each for each in self.candidates if each in other.candidates)
        return ColumnGuess(candidates, self.is_empty and other.is_empty, self.is_whole and other.is_whole)

    @property
    def type(self) -> pa.DataType:
        """The type that fits all values seen."""
        if self.is_empty:
            return pa.null()
        kind = self.candidates[0].kind if self.candidates else pa.string()
        # Whole numbers beyond 64 bits are ids: as fractions they would lose digits.
        return pa.string() if kind == pa.float64() and self.is_whole else kind


def readable_type(kind: pa.DataType) -> pa.DataType | None:
    """Return the type as which text is read for a column that is already of a type; None if it is never text."""
    if pa.types.is_dictionary(kind):
        return readable_type(kind.value_type)
    if pa.types.is_nested(kind) or pa.types.is_null(kind) or pa.types.is_time64(kind):
        return None
    return None if "binary" in str(kind) or pa.types.is_duration(kind) else kind


def typed(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return strings as values of a type. Raises pyarrow.ArrowInvalid where one is none."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values.cast(kind)
    if pa.types.is_null(kind):
        return pa.chunked_array([pa.nulls(len(values))])
    trimmed = pc.utf8_trim_whitespace(values)
    return _parsed(pc.if_else(pc.is_in(trimmed, EMPTY), pa.scalar(None, pa.string()), trimmed), kind)


def _parsed(strings: pa.ChunkedArray | pa.Array, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_time32(kind):
        # Arrow parses times of day as parts of a timestamp only.
        return pc.binary_join_element_wise("1970-01-01T", strings, "").cast(pa.timestamp("s")).cast(kind)
    return strings.cast(kind)


def _present(values: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    trimmed = pc.utf8_trim_whitespace(pc.drop_null(values))
    return trimmed.filter(pc.invert(pc.is_in(trimmed, EMPTY)))


def _taking(candidates: tuple[Candidate, ...], present: pa.ChunkedArray | pa.Array) -> Iterator[Candidate]:
    """Yield the candidates that say all values."""
    seen: set[str] = set()
    for each in candidates:
        if each.pattern in seen or seen.intersection(each.within):
            takes = not _is_nanosecond(each.kind) or _fits_nanoseconds(present)
        else:
            takes = _takes(each, present)
        if takes:
            seen.add(each.pattern)
            yield each


def _takes(candidate: Candidate, present: pa.ChunkedArray | pa.Array) -> bool:
    pattern = candidate.pattern
    if not _all_match(present.slice(0, GLANCE), pattern) or not _all_match(present, pattern):
        return False
    try:
        _parsed(present, candidate.kind)
    except pa.ArrowInvalid:
        return False
    return True


def _is_nanosecond(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) and kind.unit == "ns")


def _fits_nanoseconds(moments: pa.ChunkedArray | pa.Array) -> bool:
    # ISO 8601 sorts as text.
    ends = pc.min_max(moments)
    return bool(ends["min"].as_py() >= FIRST_NANOSECOND and ends["max"].as_py() < LAST_NANOSECOND)


def _all_match(values: pa.ChunkedArray | pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern), min_count=0).as_py())
