"""Terms as people write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.corpus import Corpus
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.words import Words

__all__ = ["surfaces"]

# Enough occurrences to know the commonest spelling.
MAX_OCCURRENCES = 60
# A word belongs to the name that it stands before so often,
ALWAYS = 0.8
# but no article does: it is in more than this share of the texts.
COMMON_SHARE = 0.05


def surfaces(wanted: Iterable[int], terms: Terms, words: Words, corpus: Corpus) -> dict[int, str]:
    """Return the commonest spelling of some terms, the capital letter of a sentence's first word left aside.

    A term that nearly always follows one word of those that name nothing by themselves is spelled with it ("New
    Zealand"), unless the texts are full of that word.
    """
    order = np.argsort(terms.term, kind="stable")
    ends = np.cumsum(np.bincount(terms.term, minlength=len(terms.length)))
    first = np.concatenate([[True], words.last[:-1]]) if len(words.last) else np.zeros(0, dtype=bool)
    everywhere = np.bincount(words.word, minlength=len(words.vocabulary)) > COMMON_SHARE * len(corpus.texts)
    spelled: dict[int, str] = {}
    for term in wanted:
        places = terms.position[order[ends[term - 1] if term else 0 : ends[term]]]
        places = places[:: 1 + (len(places) - 1) // MAX_OCCURRENCES]
        before = _constant_word_before(places, words, first)
        led = before >= 0 and not everywhere[before] and not words.unspaced[before]
        if led:
            places = places[~first[places]]
            places = places[words.word[places - 1] == before]
        inner = places[~first[places - led]]
        kept = inner if len(inner) * 4 >= len(places) else places
        spelled[term] = _commonest_spelling(kept - led, kept + terms.length[term] - 1, words, corpus)
    return spelled


def _commonest_spelling(first: NDArray[np.int64], last: NDArray[np.int64], words: Words, corpus: Corpus) -> str:
    """Return how the stretches from a `first` to a `last` word are written most often, on one line."""
    stretches = zip(words.document[first].tolist(), words.begin[first].tolist(), words.end[last].tolist(), strict=True)
    written = Counter(corpus.texts[document][begin:end] for document, begin, end in stretches)
    spellings: Counter[str] = Counter()
    for text, times in written.items():
        spellings[" ".join(text.split())] += times
    return min(spellings, key=lambda text: (-spellings[text], text))


def _constant_word_before(places: NDArray[np.int64], words: Words, first: NDArray[np.bool_]) -> int:
    """Return the word that nearly always stands before some places in the same phrase, -1 if there is none."""
    followed = places[~first[places]]
    if len(followed) < ALWAYS * len(places):
        return -1
    found, times = np.unique(words.word[followed - 1], return_counts=True)
    return int(found[times.argmax()]) if times.max() >= ALWAYS * len(places) else -1
