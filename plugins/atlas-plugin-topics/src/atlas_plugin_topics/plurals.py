"""Forms of one word that should count as one: "library" and "libraries"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.lexicon import Usage
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.words import Words

__all__ = ["word_groups"]

MIN_LETTERS = 3
# "new" and "news" differ in a letter and in what the documents that hold them mean.
LIKE_MEANING = 0.35


def word_groups(words: Words, single: Terms, use: Usage, stop: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return int32 [W], the word that stands for each: its own number, or that of its shorter form."""
    group = np.arange(len(words.vocabulary), dtype=np.int32)
    term_of = {words.vocabulary[word]: term for term, word in enumerate(single.words[:, 0])}
    for text, term in term_of.items():
        word = single.words[term, 0]
        if stop[word] or not text.isalpha():
            continue
        for shorter in _shorter_forms(text):
            other = term_of.get(shorter)
            if other is None or stop[single.words[other, 0]] or not _alike(use, term, other):
                continue
            group[word] = single.words[other, 0]
            break
    return group[group]


def _shorter_forms(text: str) -> list[str]:
    """Return what `text` may be the plural of."""
    if len(text) <= MIN_LETTERS or not text.endswith("s") or text.endswith("ss"):
        return []
    forms = [text[:-1]]
    if text.endswith("es"):
        forms.append(text[:-2])
    if text.endswith("ies"):
        forms.append(text[:-3] + "y")
    return [form for form in forms if len(form) >= MIN_LETTERS]


def _alike(use: Usage, one: int, other: int) -> bool:
    """Whether the documents of two terms mean much the same."""
    a, b = use.meaning[one], use.meaning[other]
    return float(a @ b) >= LIKE_MEANING * float(np.linalg.norm(a) * np.linalg.norm(b))
