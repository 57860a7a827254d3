"""How well each term sets a topic off from its siblings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.lexicon import Usage
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.tally import Tally

__all__ = ["Scores", "cohesion", "quality", "score_topics"]

# So many documents like the rest are added to each side before shares are compared.
PRIOR_DOCUMENTS = 6.0
# 0.5 favours the rare and special, 1 the generic.
SHARE_EXPONENT = 0.7
# Names of two or three words that belong together are clearer than one word.
PHRASE_BONUS = 0.5
ENDS_FLOOR = 0.3
MIN_SHARE = 0.04
MIN_LIFT = 1.15
RELAXED = 1e-3
# Documents as far apart as chance would have them speak against a term; half the usual focus halves it.
USUAL_FOCUS = 0.5
LEAST_FOCUS = 0.05
# Of a large topic at least so many rows must hold a term that names it.
MIN_ROWS = 3.0
# What a term that every row holds still counts, where there is nothing to compare with.
EVERYWHERE = 0.3


@dataclass(frozen=True)
class Scores:
    """The terms of some sibling topics K.

    Attributes:
        value: float64 [T, K], 0 where a term does not speak for a topic.
        share: float64 [T, K], the share of the topic's rows that hold the term.
    """

    value: NDArray[np.float64]
    share: NDArray[np.float64]


def cohesion(terms: Terms, use: Usage) -> NDArray[np.float64]:
    """Return float64 [T] in [0, 1]: the share of the documents with a phrase's rarest word that hold the phrase."""
    single = np.nonzero(terms.length == 1)[0]
    held = np.ones(int(terms.words.max(initial=0)) + 2)
    held[terms.words[single, 0]] = use.documents[single]
    held[-1] = np.inf
    rarest: NDArray[np.float64] = held[terms.words].min(axis=1)
    share: NDArray[np.float64] = use.documents / np.maximum(rarest, 1.0)
    return np.clip(share, 0.0, 1.0)


def score_topics(tally: Tally, use: Usage, quality: NDArray[np.float64], member: NDArray[np.int64]) -> Scores:
    """Score all terms for the siblings that a family of rows is divided into.

    p^0.7 log(p / q), p being the share of the topic's rows with the term and q that in its siblings,
    times what speaks for the term itself: that phrases end with it, that it is a name rather than a chance
    meeting of words, and that its documents mean what the topic means.

    Args:
        tally: the terms of the finest topics.
        use: what `usage` says of the terms.
        quality: `quality` of the terms.
        member: int64 [F], 0..K-1 for the family's finest topics, -1 for all others. With K = 1 the sibling is
            what lies outside the family, or nothing.
    """
    topics = int(member.max()) + 1
    inside = member >= 0
    counts = tally.counts(member, topics)
    sizes = np.asarray(np.bincount(member[inside], weights=tally.rows[inside], minlength=topics), dtype=np.float64)
    # Most families hold few of the terms.
    there = np.nonzero(counts.any(axis=1))[0]
    value, share = np.zeros_like(counts), np.zeros_like(counts)
    value[there], share[there] = _scored(tally, use, member, counts[there], sizes, there)
    value *= quality[:, None]
    return Scores(value, share)


def _scored(
    tally: Tally,
    use: Usage,
    member: NDArray[np.int64],
    counts: NDArray[np.float64],
    sizes: NDArray[np.float64],
    there: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what the terms `there` are worth and their share of rows, float64 [len(there), K] each."""
    said, read = tally.said[there], tally.rows.sum()
    total, base = (said, read) if len(sizes) == 1 else (counts.sum(axis=1), sizes.sum())
    typical = (total / base)[:, None]
    share = (counts + PRIOR_DOCUMENTS * typical) / (sizes + PRIOR_DOCUMENTS)
    if base <= sizes.max():
        return _prevalence(share) * (counts > 0), share
    rest = (total[:, None] - counts + PRIOR_DOCUMENTS * typical) / (base - sizes + PRIOR_DOCUMENTS)
    # What the whole map often says is no name either, even if the siblings happen to say it less.
    everywhere = PRIOR_DOCUMENTS * said[:, None] / read
    elsewhere = (said[:, None] - counts + everywhere) / (read - sizes + PRIOR_DOCUMENTS)
    rest = np.maximum(rest, elsewhere)
    value = _contrast(share, rest, sizes) * _likeness(tally, use.meaning[there], member, len(sizes))
    # Below all that, what others say as often: for a topic whose own words its parent and siblings are called by.
    value += RELAXED**2 * share**SHARE_EXPONENT
    return value * (counts >= np.clip(sizes / 4.0, 1e-9, MIN_ROWS)), share


def _contrast(share: NDArray[np.float64], rest: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 [T, K]: how much more often topics of so many rows hold a term than the rest does."""
    # One standard error below, so that two rows of thirty do not name them.
    sure = np.maximum(share - np.sqrt(share * (1.0 - share) / (sizes + PRIOR_DOCUMENTS)), 0.0)
    lift = sure / np.maximum(rest, 1e-12)
    # Of a large and mixed topic no term says more than a little; then the commoner ones still say most.
    known = np.minimum(share / MIN_SHARE, 1.0) ** 2
    clear = known * sure**SHARE_EXPONENT * np.log(np.maximum(lift, 1.0))
    # What is left for a topic that nothing speaks for clearly; below everything that does.
    weak = RELAXED * share**SHARE_EXPONENT * np.log(np.maximum(share / np.maximum(rest, 1e-12), 1.0))
    return np.where(lift >= MIN_LIFT, clear, weak)


def _prevalence(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 [T, 1]: what there is to say of the one topic of a map: what is often named, if not always."""
    common: NDArray[np.float64] = share**SHARE_EXPONENT * (EVERYWHERE - np.log(np.maximum(share, 1e-12)))
    return np.where(share > 0, common, 0.0)


def quality(terms: Terms, use: Usage, whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 [T], what speaks for a term wherever it occurs."""
    bonus = np.where(terms.length > 1, 1.0 + PHRASE_BONUS * whole, 1.0)
    sure = np.maximum(use.focus - use.doubt, 0.0)
    usual = max(USUAL_FOCUS * float(np.median(use.focus)), LEAST_FOCUS)
    return np.clip(use.ends, ENDS_FLOOR, 1.0) * bonus * (sure + 1e-2 * usual) / (sure + usual)


def _likeness(
    tally: Tally, meaning: NDArray[np.float64], member: NDArray[np.int64], topics: int
) -> NDArray[np.float64]:
    """Return float64 [T, K] in [0, 1]: do a term's documents lie where the topic does, seen from the family?"""
    centres, middle = tally.centres(member, topics)
    if topics > 1:
        meaning, centres = meaning - middle, centres - middle
    lengths = np.linalg.norm(meaning, axis=1)[:, None] * np.linalg.norm(centres, axis=1)
    cosine: NDArray[np.float64] = meaning @ centres.T / np.maximum(lengths, 1e-12)
    return np.clip(cosine, 0.0, 1.0)
