"""Which terms make the label of each topic: telling, few, and no two topics alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.lexicon import Usage
from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.scoring import Scores

__all__ = ["Chooser"]

# A second term must be nearly as good as the first.
SECOND_SHARE = 0.5
# Terms whose rows overlap this much (of the rarer one's rows) say the same.
SAME_ROWS = 0.6
CANDIDATES = 60
# What a term is worth that a topic elsewhere on the map is called by.
AGAIN = 0.5
# A word gives way to a phrase that holds most of its occurrences in the topic.
GIVES_WAY = 0.6


@dataclass
class Chooser:
    """Chooses label and keyword terms; remembers which terms the map has used.

    Attributes:
        terms: the candidates.
        use: what `usage` says of them.
        max_terms: terms in a label at most.
        keywords: keywords at most.
    """

    terms: Terms
    use: Usage
    max_terms: int
    keywords: int

    def __post_init__(self) -> None:
        self.used: set[int] = set()
        self.labels: set[frozenset[int]] = set()
        self.words = [frozenset(int(word) for word in row if word >= 0) for row in self.terms.words]

    def ranked(self, scores: Scores, topic: int) -> list[int]:
        """Return the best terms of a sibling topic, best first, words that only occur in a phrase left out."""
        value = scores.value[:, topic]
        speaking = np.nonzero(value > 0)[0]
        candidates = speaking[np.argsort(-value[speaking], kind="stable")[: CANDIDATES * 2]].tolist()
        share = dict(zip(candidates, scores.share[candidates, topic].tolist(), strict=True))
        phrases = [(self.words[term], share[term]) for term in candidates if self.terms.length[term] > 1]
        return [term for term in candidates if not self._gives_way(term, share[term], phrases)][:CANDIDATES]

    def pick(self, ranked: Sequence[int], value: NDArray[np.float64], banned: AbstractSet[int]) -> list[int]:
        """Return one to `max_terms` terms for a label that no topic has yet; none if nothing is left.

        Args:
            ranked: the topic's terms, best first.
            value: their scores, by term.
            banned: terms of its siblings' and its ancestors' labels.
        """
        free = [term for term in ranked if term not in banned]
        values = zip(free, value[free].tolist(), strict=True)
        worth = {term: said * (AGAIN if term in self.used else 1.0) for term, said in values}
        order = sorted(worth, key=lambda term: -worth[term])
        for first in range(len(order)):
            chosen = self._together(order[first:], worth)
            if frozenset(chosen) not in self.labels:
                self.labels.add(frozenset(chosen))
                self.used.update(chosen)
                return chosen
        return []

    def _together(self, order: Sequence[int], worth: Mapping[int, float]) -> list[int]:
        """Return the first of some terms, best first, and those that say more than it does and nearly as well."""
        chosen: list[int] = []
        for term in order:
            if len(chosen) == self.max_terms or (chosen and worth[term] < SECOND_SHARE * worth[chosen[0]]):
                break
            if not any(self._same(term, other) for other in chosen):
                chosen.append(term)
        return chosen

    def keyword_terms(self, ranked: Sequence[int], label: Sequence[int]) -> list[int]:
        """Return the label's terms and the next best ones that share no word with those before."""
        chosen = list(label)
        for term in ranked:
            if len(chosen) == self.keywords:
                break
            if not any(self.words[term] & self.words[other] for other in chosen):
                chosen.append(term)
        return chosen

    def _gives_way(self, term: int, share: float, phrases: Sequence[tuple[frozenset[int], float]]) -> bool:
        """Whether a longer phrase that contains `term` has most of its rows."""
        held, word = GIVES_WAY * share, self.words[term]
        return any(of_phrase >= held and word < phrase for phrase, of_phrase in phrases)

    def _same(self, one: int, other: int) -> bool:
        """Whether two terms share a word or mostly stand in the same documents."""
        if self.words[one] & self.words[other]:
            return True
        a, b = self._documents(one), self._documents(other)
        return len(np.intersect1d(a, b, assume_unique=True)) > SAME_ROWS * min(len(a), len(b))

    def _documents(self, term: int) -> NDArray[np.int32]:
        """Return the documents that hold a term."""
        holds = self.use.holds
        documents: NDArray[np.int32] = holds.indices[holds.indptr[term] : holds.indptr[term + 1]]
        return documents
