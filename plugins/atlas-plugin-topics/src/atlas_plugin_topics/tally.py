"""How many rows of each finest topic hold each term, counted once for all families of topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.corpus import Corpus
from atlas_plugin_topics.lexicon import Usage

__all__ = ["Tally", "tally"]


@dataclass(frozen=True)
class Tally:
    """One entry per finest topic F, and per term T.

    Attributes:
        topics: int32 [F, D], the topic of each depth that a finest topic lies in, and itself.
        held: sparse float64 [T, F] in compressed columns, the dataset rows with a term.
        rows: float64 [F], the dataset rows that the documents stand for.
        documents: float64 [F], the documents.
        meaning: float64 [F, P], the sum of the documents' meanings.
        said: float64 [T], the dataset rows of the whole map with a term.
    """

    topics: NDArray[np.int32]
    held: Any
    rows: NDArray[np.float64]
    documents: NDArray[np.float64]
    meaning: NDArray[np.float64]
    said: NDArray[np.float64]

    def counts(self, member: NDArray[np.int64], topics: int) -> NDArray[np.float64]:
        """Return float64 [T, K], the rows with a term in each of `topics` groups; `member` [F] is 0..K-1 or -1."""
        inside = np.nonzero(member >= 0)[0]
        part = self.held[:, inside]
        group = np.repeat(member[inside], np.diff(part.indptr))
        terms = self.held.shape[0]
        cells = np.bincount(part.indices * np.int64(topics) + group, weights=part.data, minlength=terms * topics)
        return np.asarray(cells, dtype=np.float64).reshape(terms, topics)

    def centres(self, member: NDArray[np.int64], topics: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean meaning of each group, float64 [K, P], and of all their documents, float64 [P]."""
        inside = np.nonzero(member >= 0)[0]
        total = np.zeros((topics, self.meaning.shape[1]))
        np.add.at(total, member[inside], self.meaning[inside])
        documents = np.bincount(member[inside], weights=self.documents[inside], minlength=topics)
        return total / np.maximum(documents, 1.0)[:, None], total.sum(axis=0) / max(float(documents.sum()), 1.0)


def tally(corpus: Corpus, use: Usage) -> Tally:
    """Count the terms of the documents by finest topic."""
    from scipy import sparse

    place = np.zeros(len(corpus.texts), dtype=np.int64)
    for column in corpus.assignment.T:
        span = int(column.max(initial=0)) + 2
        _, example, place = np.unique(place * span + column + 1, return_index=True, return_inverse=True)
    documents, finest = len(place), len(example)
    there = np.arange(documents + 1)
    table = sparse.csr_array((corpus.weights, place, there), shape=(documents, finest))
    lies_in = sparse.csr_array((np.ones(documents), place, there), shape=(documents, finest))
    held = (use.holds @ table).tocsc()
    return Tally(
        corpus.assignment[example],
        held,
        np.asarray(np.bincount(place, weights=corpus.weights, minlength=finest), dtype=np.float64),
        np.bincount(place, minlength=finest).astype(np.float64),
        np.asarray(lies_in.T @ corpus.meaning, dtype=np.float64),
        np.asarray(held.sum(axis=1), dtype=np.float64),
    )
