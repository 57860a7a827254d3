"""Words that say nothing about a topic, found in the documents themselves: no list, any language."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.lexicon import Usage
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.words import Words

__all__ = ["stop_words"]

# A word in fewer documents than this share is rare, and rare words are content.
COMMON_SHARE = 0.004
COMMON_DOCUMENTS = 8
FOCUS_LIMIT = 0.08
# A phrase that ends more often than this with a word is no better sign of content.
ENDS_CEILING = 2.0
# Words that hardly ever end a phrase need something after them: articles, pronouns, auxiliaries.
ENDS_FLOOR = 0.22
# But "olive" needs nothing more than "oil": a word that one follower takes so often is part of a name.
FIXED_SHARE = 0.35
CONTEXT_WORDS = 150
CONTEXT_MIN = 15
LIKE_WORDS = 5
LIKE_SHARE = 0.8
LIKE_FOCUS_LIMIT = 0.5
LIKE_ROUNDS = 2


def stop_words(words: Words, single: Terms, use: Usage) -> NDArray[np.bool_]:
    """Return bool [W]: the words that name nothing.

    A common word is one if the documents that hold it mean what all documents mean, or if phrases do not
    end with it ("these", "our"). Then a word goes the way of the words that stand in the same company:
    "him" is used as "them" is, even where only dogs are "him".

    Args:
        words: the documents' words.
        single: all single words that are frequent enough, from `find_terms`.
        use: what `usage` says of them.
    """
    number = single.words[:, 0]
    documents = max(int(words.document.max()) + 1, 1) if len(words.document) else 1
    common = use.documents >= max(COMMON_DOCUMENTS, COMMON_SHARE * documents)
    # Where each letter is a word, most of them stand within words and rightly end nothing.
    ends = np.where(words.unspaced[number], np.maximum(use.ends, 1.0), use.ends)
    plain = _empty(use.focus, ends, common)
    # "any of" is a fixed phrase too, but of nothing that names.
    names = np.ones(len(words.vocabulary), dtype=bool)
    names[number[plain]] = False
    follower, share = _commonest_follower(words, number)
    fixed = (share >= FIXED_SHARE) & names[follower]
    empty = _empty(use.focus, np.where(fixed, np.maximum(ends, 1.0), ends), common)
    empty = _spread_to_like(words, number, use, common, empty)
    stop = np.zeros(len(words.vocabulary), dtype=bool)
    stop[number[empty]] = True
    return stop


def _empty(focus: NDArray[np.float64], ends: NDArray[np.float64], common: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return bool [T]: common words that mean nothing, or that phrases do not end with."""
    content = focus * np.minimum(ends, ENDS_CEILING)
    return common & ((content < FOCUS_LIMIT) | (ends < ENDS_FLOOR))


def _commonest_follower(words: Words, number: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return, for each term, the word that follows it most often, int64 [T], and its share of the occurrences."""
    size = len(words.vocabulary)
    joined = ~words.last[:-1]
    near, far = words.word[:-1][joined].astype(np.int64), words.word[1:][joined]
    pairs, times = np.unique(near * size + far, return_counts=True)
    order = np.argsort(times, kind="stable")
    most, follower = np.zeros(size), np.zeros(size, dtype=np.int64)
    # Written in order of growing number, so that the commonest stays.
    most[pairs[order] // size] = times[order]
    follower[pairs[order] // size] = pairs[order] % size
    occurrences = np.maximum(np.bincount(words.word, minlength=size), 1)
    return follower[number], (most / occurrences)[number]


def _spread_to_like(
    words: Words, number: NDArray[np.int32], use: Usage, common: NDArray[np.bool_], empty: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Add the words most of whose like, words that stand between the same neighbours, are empty."""
    frequent = np.nonzero(common & (use.documents >= CONTEXT_MIN))[0]
    if len(frequent) <= LIKE_WORDS:
        return empty
    context = _contexts(words, number, frequent, use.documents)
    likeness = context @ context.T
    np.fill_diagonal(likeness, -1.0)
    nearest = np.argpartition(-likeness, LIKE_WORDS, axis=1)[:, :LIKE_WORDS]
    empty = empty.copy()
    for _ in range(LIKE_ROUNDS):
        share = empty[frequent][nearest].mean(axis=1)
        empty[frequent] |= (share >= LIKE_SHARE) & (use.focus[frequent] < LIKE_FOCUS_LIMIT)
    return empty


def _contexts(
    words: Words,
    number: NDArray[np.int32],
    frequent: NDArray[np.int64],
    documents: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return unit rows float64 [F, 2 C]: which of the commonest words, or no word, stand before and after a word."""
    place = np.full(len(words.vocabulary), -1)
    place[number[frequent]] = np.arange(len(frequent))
    beside = np.full(len(words.vocabulary), CONTEXT_WORDS)
    commonest = frequent[np.argsort(-documents[frequent], kind="stable")[:CONTEXT_WORDS]]
    beside[number[commonest]] = np.arange(len(commonest))
    columns = CONTEXT_WORDS + 2
    near, far = words.word[:-1], words.word[1:]
    joined = ~words.last[:-1]
    after = np.where(joined, beside[far], CONTEXT_WORDS + 1)
    before = np.where(joined, beside[near], CONTEXT_WORDS + 1)
    table = np.zeros((len(frequent), 2 * columns))
    for target, column in ((place[near], after), (place[far], before + columns)):
        there = target >= 0
        np.add.at(table, (target[there], column[there]), 1.0)
    table = np.sqrt(table)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    return table
