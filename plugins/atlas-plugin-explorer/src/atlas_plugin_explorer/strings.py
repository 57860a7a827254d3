"""Tells dates, categories and ids from text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import NULL_CODE, OTHER_CODE, Column
from atlas_plugin_explorer.dates import DateStrings

__all__ = ["SHOWN_CATEGORIES", "Strings"]

SHOWN_CATEGORIES = 64
CATEGORY_CHARACTERS = 128
# How many distinct values make a category, if each comes at least so often on average.
CATEGORY_RULES = ((12, 1.0), (64, 2.0), (1_000, 4.0))
MOST_CATEGORIES = CATEGORY_RULES[-1][0]
ID_CHARACTERS = 36


class Strings:
    """Tries what strings can be until they cannot; what remains is text."""

    def __init__(self, points: int, *, mapped: bool) -> None:
        self._dates: DateStrings | None = DateStrings(points)
        self._words: Words | None = Words(points, CATEGORY_RULES[1:] if mapped else CATEGORY_RULES)
        self._ids: Distinct | None = Distinct(points)

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take some strings."""
        if self._dates is not None:
            self._dates.add(places, values)
            self._dates = self._dates if self._dates.possible else None
        if self._words is not None:
            self._words.add(places, values)
            self._words = self._words if self._words.possible else None
        if self._ids is not None:
            self._ids.add(values)
            self._ids = self._ids if self._ids.possible else None

    def column(self) -> Column:
        """Return what they are."""
        found = None if self._dates is None else self._dates.column()
        if found is None and self._words is not None:
            found = self._words.column()
        if found is None and self._ids is not None and self._ids.holds:
            found = Column("id")
        return found or Column("text")


class Words:
    """Codes the most frequent strings by rank, ties by value; the rest is one class."""

    def __init__(self, points: int, rules: tuple[tuple[int, float], ...]) -> None:
        self._codes = np.full(points, MOST_CATEGORIES, np.uint16)
        self._rules = rules
        self._code_of: dict[str, int] = {}
        self.possible = True

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take some strings."""
        coded = values.dictionary_encode().combine_chunks()
        longest = pc.max(pc.utf8_length(coded.dictionary)).as_py() or 0
        self.possible = longest <= CATEGORY_CHARACTERS and len(coded.dictionary) <= MOST_CATEGORIES
        if not self.possible:
            return
        known = self._code_of
        codes = [known.setdefault(word, len(known)) for word in coded.dictionary.to_pylist()]
        self.possible = len(known) <= MOST_CATEGORIES
        if self.possible:
            table = np.array([*codes, MOST_CATEGORIES], np.uint16)
            indices = pc.fill_null(coded.indices, fill_value=len(codes)).to_numpy(zero_copy_only=False)
            self._codes[places] = table[indices]

    def column(self) -> Column | None:
        """Return the categories; None if they are too many or too rare."""
        words = list(self._code_of)
        counts = np.bincount(self._codes, minlength=MOST_CATEGORIES + 1)[: len(words)]
        present = int(counts.sum())
        if not present or not any(len(words) <= few and present >= often * len(words) for few, often in self._rules):
            return None
        ranked = sorted(range(len(words)), key=lambda word: (-counts[word], words[word]))
        shown, rest = ranked[:SHOWN_CATEGORIES], ranked[SHOWN_CATEGORIES:]
        table = np.full(MOST_CATEGORIES + 1, OTHER_CODE, np.uint8)
        table[shown] = np.arange(len(shown))
        table[MOST_CATEGORIES] = NULL_CODE
        entries = [{"value": words[word], "count": int(counts[word])} for word in shown]
        other = {"values": len(rest), "count": int(counts[rest].sum())}
        return Column("category", table[self._codes], {"categories": entries, "other": other})


class Distinct:
    """Tells whether strings are short, without a space, and all different (by a hash of 64 bits)."""

    def __init__(self, points: int) -> None:
        self._hashes = np.empty(points, np.uint64)
        self._count = 0
        self.possible = True

    def add(self, values: pa.ChunkedArray) -> None:
        """Take some strings."""
        import pandas as pd  # slow to import, and most columns are over before

        present = values.drop_null()
        longest = pc.max(pc.utf8_length(present)).as_py() or 0
        self.possible = longest <= ID_CHARACTERS and not pc.any(pc.match_substring_regex(present, r"\s")).as_py()
        if self.possible:
            texts = present.to_numpy()
            self._hashes[self._count : self._count + len(texts)] = pd.util.hash_array(texts, categorize=False)
            self._count += len(texts)

    @property
    def holds(self) -> bool:
        """Whether there are strings at all, and no two are the same."""
        return 0 < self._count == len(np.unique(self._hashes[: self._count]))
