"""Which texts hold a word, a phrase or a pattern, by RE2: time is linear in the text, whatever the pattern."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError

__all__ = ["check_expression", "text_matches"]

# RE2 takes \b for the edge of an ASCII word, which cuts "café" in two; RE2 has no look-around, but a mere
# yes or no may as well swallow the character beside the word.
LETTER = r"\pL\pM\pN_"
SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def check_expression(expression: str) -> None:
    """Raise AtlasValueError, with RE2's reason, if this is no expression or one too costly for RE2."""
    try:
        pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise AtlasValueError(
            f"{expression!r} is not a regular expression: {reason}. "
            "RE2's syntax is taken (no backreference, no look-around)"
        ) from error


def text_matches(
    values: pa.ChunkedArray, query: str, *, regex: bool, whole_word: bool, ignore_case: bool
) -> NDArray[np.bool_]:
    """Return bool [n]: which of the texts [n] match; a null never does."""
    if regex:
        return _regex(values, _whole(query) if whole_word else query, ignore_case)
    found = _known(pc.match_substring(values, query, ignore_case=ignore_case))
    if whole_word and found.any():
        # Only texts that hold it at all need the expression, which is five times as slow.
        plain = "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in query)
        found[found] = _regex(values.filter(pa.array(found)), _whole(plain), ignore_case)
    return found


def _whole(expression: str) -> str:
    return f"(?:^|[^{LETTER}])(?:{expression})(?:$|[^{LETTER}])"


def _regex(values: pa.ChunkedArray, expression: str, ignore_case: bool) -> NDArray[np.bool_]:
    return _known(pc.match_substring_regex(values, expression, ignore_case=ignore_case))


def _known(answers: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return bool [n], false for null; writable."""
    return np.array(pc.fill_null(answers, fill_value=False), np.bool_)
