"""Search in the text of a column: substring, whole word, regular expression."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import AtlasValueError
from numpy.typing import NDArray

__all__ = ["LONGEST_QUERY", "SEARCH_SECONDS", "Query", "SearchTimeoutError", "matches"]

LONGEST_QUERY = 1_000
SEARCH_SECONDS = 10.0
# Between two looks at the clock; the expression is compiled anew for each part.
ROWS_AT_ONCE = 16_384
# RE2 takes \b for the edge of an ASCII word, which cuts "café" in two; RE2 has no look-around, but a mere
# yes or no may as well swallow the character beside the word.
LETTER = r"\pL\pM\pN_"
SPECIAL = frozenset(r"\.+*?()|[]{}^$")


class SearchTimeoutError(AtlasValueError):
    """A search took longer than it may."""


@dataclass(frozen=True)
class Query:
    """What to find.

    Attributes:
        text: a plain text, or an expression in RE2's syntax if `regex`.
        case: whether upper and lower case differ.
        word: whether only whole words count, in any script.
        regex: whether `text` is an expression.
    """

    text: str
    case: bool = False
    word: bool = False
    regex: bool = False

    def expression(self) -> str | None:
        """Return the RE2 expression to look for; None if plain text will do.

        Raises:
            AtlasValueError: `text` is empty, too long, or no expression.
        """
        if not 0 < len(self.text) <= LONGEST_QUERY:
            raise AtlasValueError(f"a search has 1 to {LONGEST_QUERY:,} characters, this one has {len(self.text):,}")
        if self.regex:
            # By itself: "a)|(b" is wrong, even though it would be right inside a group.
            check(self.text)
        if not self.word:
            return self.text if self.regex else None
        inner = self.text if self.regex else "".join(f"\\{c}" if c in SPECIAL else c for c in self.text)
        return f"(?:^|[^{LETTER}])(?:{inner})(?:$|[^{LETTER}])"


def check(expression: str) -> None:
    """Raise AtlasValueError, with RE2's reason, if this is no expression."""
    try:
        pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise AtlasValueError(
            f"{expression!r} is not a regular expression: {reason}. "
            "RE2's syntax is taken (no backreference, no look-around)"
        ) from error


def matches(values: pa.ChunkedArray, query: Query, *, seconds: float = SEARCH_SECONDS) -> NDArray[np.bool_]:
    """Return bool [R]: which of the texts [R] match; a null never does.

    Time is linear in the text (RE2); the factor that an expression brings is bounded by `seconds`.

    Raises:
        AtlasValueError: the query is not acceptable.
        SearchTimeoutError: it took more than `seconds`.
    """
    expression = query.expression()
    stop = time.monotonic() + seconds
    found = np.zeros(len(values), np.bool_)
    for start in range(0, len(values), ROWS_AT_ONCE):
        part = values.slice(start, ROWS_AT_ONCE)
        found[start : start + len(part)] = hits(part, query, expression)
        if time.monotonic() > stop:
            raise SearchTimeoutError(
                f"the search for {query.text!r} took more than {seconds:g} seconds and was stopped after "
                f"{start + len(part):,} of {len(values):,} rows; a simpler expression is faster"
            )
    return found


def hits(part: pa.ChunkedArray, query: Query, expression: str | None) -> NDArray[np.bool_]:
    """Return bool [n]: which of the texts [n] match."""
    ignore = not query.case
    if expression is not None and query.regex:
        return known(pc.match_substring_regex(part, expression, ignore_case=ignore))
    found = known(pc.match_substring(part, query.text, ignore_case=ignore))
    if expression is not None and found.any():
        # A whole word: only texts that hold it at all need the expression, which is five times as slow.
        found[found] = known(pc.match_substring_regex(part.filter(pa.array(found)), expression, ignore_case=ignore))
    return found


def known(answers: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return bool [n], false for null; writable."""
    return np.array(pc.fill_null(answers, fill_value=False), np.bool_)
