"""Terms as people write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from atlas_plugin_topics.corpus import Corpus
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.words import Words, surface

__all__ = ["surfaces"]

# Enough occurrences to know the commonest spelling.
MAX_OCCURRENCES = 100


def surfaces(wanted: Iterable[int], terms: Terms, words: Words, corpus: Corpus) -> dict[int, str]:
    """Return the commonest spelling of some terms, the capital letter of a sentence's first word left aside."""
    order = np.argsort(terms.term, kind="stable")
    ends = np.cumsum(np.bincount(terms.term, minlength=len(terms.length)))
    first = np.concatenate([[True], words.last[:-1]]) if len(words.last) else np.zeros(0, dtype=bool)
    spelled: dict[int, str] = {}
    for term in wanted:
        places = terms.position[order[ends[term - 1] if term else 0 : ends[term]]]
        inner = places[~first[places]]
        kept = inner if len(inner) * 4 >= len(places) else places
        kept = kept[:: 1 + (len(kept) - 1) // MAX_OCCURRENCES]
        length = int(terms.length[term])
        spellings = Counter(
            surface(corpus.texts[words.document[at]], int(words.begin[at]), int(words.end[at + length - 1]))
            for at in kept
        )
        spelled[term] = min(spellings, key=lambda text: (-spellings[text], text))
    return spelled
