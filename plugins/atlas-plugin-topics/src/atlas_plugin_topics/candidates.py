"""The phrases that may name a topic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.corpus import Corpus
from atlas_plugin_topics.lexicon import Usage, usage
from atlas_plugin_topics.phrases import Terms, find_terms
from atlas_plugin_topics.plurals import word_groups
from atlas_plugin_topics.scoring import cohesion
from atlas_plugin_topics.steps import Report, unheard
from atlas_plugin_topics.stopwords import stop_words
from atlas_plugin_topics.words import Words

__all__ = ["find_candidates"]

MIN_DOCUMENTS = 5
DOCUMENTS_PER_MIN = 70
# A phrase must hold this share of the documents of its rarest word; letters in a row are a word only if they cling.
COHERENT = 0.1
COHERENT_LETTERS = 0.25


def find_candidates(words: Words, corpus: Corpus, report: Report = unheard) -> tuple[Terms, Usage]:
    """Return the phrases without stop words that enough documents hold, and how they are used.

    Where a script writes no spaces, a phrase is a run of letters: common letters may stand within it, as they do
    within words.
    """
    least = max(1, min(MIN_DOCUMENTS, len(corpus.texts) // DOCUMENTS_PER_MIN))
    own = np.arange(len(words.vocabulary), dtype=np.int32)
    single = find_terms(words, own, np.ones(len(own), dtype=bool), least, longest=1)
    report(0.1)
    alone = usage(single, words, corpus.meaning)
    # Names that stand alone, as in a list, have no company to judge them by, and none is an article.
    report(0.2)
    stop = np.zeros(len(own), dtype=bool) if words.last.all() else stop_words(words, single, alone)
    group = word_groups(words, single, alone, stop)
    report(0.4)
    terms = find_terms(words, group, ~stop | words.unspaced, least)
    report(0.7)
    good = _nameable(terms, words, stop, cohesion(terms, usage(terms, words, corpus.meaning)))
    report(0.9)
    terms = terms.only(good)
    return terms, usage(terms, words, corpus.meaning)


def _nameable(terms: Terms, words: Words, stop: NDArray[np.bool_], whole: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return bool [T]: phrases that hang together, and words that are not a lone letter of an alphabet."""
    if not len(terms.length):
        return np.zeros(0, dtype=bool)
    there = terms.words >= 0
    letters = words.unspaced[terms.words[:, 0]]
    telling = (there & ~stop[terms.words]).any(axis=1)
    # A letter is no word of prose, but may well be a name; a picture says something.
    names = bool(words.last.all())
    long = np.array([names or len(word) > 1 or not word.isalpha() for word in words.vocabulary], dtype=bool)[
        terms.words[:, 0]
    ]
    together = whole >= np.where(letters, COHERENT_LETTERS, COHERENT)
    return telling & np.where(terms.length == 1, long | letters, together)
