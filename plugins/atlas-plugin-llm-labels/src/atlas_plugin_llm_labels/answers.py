"""What is taken of an answer: names that are names, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Named", "read_answer"]

LONGEST_WORD = 40
LONGEST_DESCRIPTION = 300
QUOTES = "\"'“”„‘’«»`*_#"  # noqa: RUF001  the marks themselves
# What models answer that do not know, or that repeat the question; the numbering of topics is no name either.
EMPTY = re.compile(r"(topics?|clusters?|groups?|labels?|categor\w+)?[\W\d_]*", re.IGNORECASE)
UNKNOWN = {"unknown", "n/a", "none", "null", "miscellaneous", "other", "various", "misc", "general", "untitled"}


@dataclass(frozen=True)
class Named:
    """A name and what it stands for."""

    label: str
    description: str


def read_answer(text: str, wanted: frozenset[int], max_words: int) -> Mapping[int, Named]:
    """Return the good names of an answer by topic id; what is missing, unknown or no name is left out."""
    found: dict[int, Named] = {}
    for entry in _entries(text):
        topic = _number(entry.get("id"))
        label = _name(entry.get("label"), max_words)
        if topic in wanted and topic not in found and label:
            found[topic] = Named(label, _sentence(entry.get("description")))
    return found


def _entries(text: str) -> list[dict[str, Any]]:
    """Return the objects of the list in an answer, also where words or a code fence stand around it."""
    # What a model thought before it answered may hold brackets.
    text = text.rpartition("</think>")[2]
    for opening, closing in ("{}", "[]"):
        start, end = text.find(opening), text.rfind(closing)
        try:
            data = json.loads(text[start : end + 1]) if 0 <= start < end else None
        except (ValueError, RecursionError):
            continue
        listed = data.get("topics") if isinstance(data, dict) else data
        if isinstance(listed, list):
            return [entry for entry in listed if isinstance(entry, dict)]
    return []


def _number(value: object) -> int:
    try:
        return int(value) if isinstance(value, int | str) else -1
    except ValueError:
        return -1


def _name(value: object, max_words: int) -> str:
    """Return a name, tidied; "" if it is none."""
    if not isinstance(value, str):
        return ""
    label = " ".join(_printable(value).split()).strip(QUOTES + " ").rstrip(".;,:").strip(QUOTES + " ")
    words = label.split()
    nothing = EMPTY.fullmatch(label) or label.lower() in UNKNOWN
    too_long = len(words) > max_words or any(len(word) > LONGEST_WORD for word in words)
    return "" if nothing or too_long else label


def _sentence(value: object) -> str:
    text = " ".join(_printable(value).split()) if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1].rstrip() + "…"


def _printable(text: str) -> str:
    """Return the text without what cannot be shown or written: control characters, lone surrogates."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
