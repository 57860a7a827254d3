"""What a text is cut into."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

__all__ = ["CUTTING_VERSION", "counted", "cut"]

CUTTING_VERSION = 1
"""Part of every table: raise it when `cut` gives another result for some text."""

# Scripts that write no blanks between words (kana, Han, Thai and Lao) give a word a letter; others give words.
SPACELESS = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{SPACELESS}]|[^\W_{SPACELESS}]+")


def cut(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return WORD.findall(text.lower())


def counted(texts: Iterable[str], words: int, min_count: int) -> list[tuple[str, int]]:
    """Return the most frequent words of some texts and how often each occurs, most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(cut(text))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [item for item in ranked[:words] if item[1] >= min_count]
