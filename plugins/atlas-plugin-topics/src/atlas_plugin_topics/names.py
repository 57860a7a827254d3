"""Texts that are names: lists of them, as image models write ("tabby cat, tiger cat, lynx"), or categories."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from atlas_plugin_topics.words import CURLY, Words

__all__ = ["are_categories", "are_names", "read_names"]

PART = re.compile(r"[^,;|\n]+")
MOST_WORDS = 6
# What is longer, or has the marks of a sentence, is prose.
PROSE = re.compile(r"[.!?:()]\s|[.!?:]$|\d{3}")
PROSE_SHARE = 0.03
FEWEST_TEXTS = 10
# So many tell.
SAMPLE = 1_000
LISTS_SHARE = 0.3
# Names come back in other texts, and at another place of the list: pieces of sentences do not.
REPEATED_SHARE = 0.5
MOVED_SHARE = 0.25
# Categories are few and short; texts that people write are neither.
CATEGORY_SHARE = 0.025
LONGEST_CATEGORY = 60


def are_names(texts: Sequence[str]) -> bool:
    """Whether texts are lists of names between commas, rather than prose."""
    distinct = list(dict.fromkeys(texts[:: 1 + len(texts) // SAMPLE]))
    lists = [[text[begin:end].casefold() for begin, end in _parts(text)] for text in distinct]
    prose = sum(
        bool(PROSE.search(text)) or any(len(part.split()) > MOST_WORDS for part in parts)
        for text, parts in zip(distinct, lists, strict=True)
    )
    several = sum(len(parts) > 1 for parts in lists)
    if len(lists) < FEWEST_TEXTS or prose > PROSE_SHARE * len(lists) or several < LISTS_SHARE * len(lists):
        return False
    times = Counter(part for parts in lists for part in parts)
    places: dict[str, set[int]] = {}
    for parts in lists:
        for place, part in enumerate(parts):
            places.setdefault(part, set()).add(place)
    repeated = sum(number for number in times.values() if number > 1)
    moved = sum(number for part, number in times.items() if len(places[part]) > 1)
    return repeated >= REPEATED_SHARE * times.total() and moved >= MOVED_SHARE * repeated


def are_categories(texts: Sequence[str]) -> bool:
    """Whether texts are one of a few names each: a column of kinds, countries, years or digits."""
    distinct = set(texts)
    few = len(texts) >= FEWEST_TEXTS and len(distinct) <= max(CATEGORY_SHARE * len(texts), 2)
    return few and all(len(text) <= LONGEST_CATEGORY and len(text.split()) <= MOST_WORDS for text in distinct)


def read_names(texts: Sequence[str], *, whole: bool = False) -> Words:
    """Take every name, or with `whole` every text, for a word; none is said together with another."""
    number: dict[str, int] = {}
    word: list[int] = []
    document: list[int] = []
    span: list[tuple[int, int]] = []
    for row, text in enumerate(texts):
        for begin, end in [_all_of(text)] if whole else _parts(text):
            key = " ".join(text[begin:end].casefold().replace(CURLY, "'").split())
            word.append(number.setdefault(key, len(number)))
            document.append(row)
            span.append((begin, end))
    begins, ends = np.array(span, dtype=np.int32).reshape(-1, 2).T
    vocabulary = tuple(number)
    return Words(
        vocabulary,
        np.array(word, dtype=np.int32),
        np.array(document, dtype=np.int32),
        begins,
        ends,
        np.ones(len(word), dtype=bool),
        np.zeros(len(vocabulary), dtype=bool),
    )


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each name."""
    for match in PART.finditer(text):
        name = match.group().strip()
        if name:
            begin = match.start() + match.group().index(name)
            yield begin, begin + len(name)


def _all_of(text: str) -> tuple[int, int]:
    name = text.strip()
    begin = text.index(name)
    return begin, begin + len(name)
