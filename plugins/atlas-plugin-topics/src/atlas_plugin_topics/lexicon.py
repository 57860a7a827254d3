"""What the documents tell about each term: how many hold it, what they mean, how it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.phrases import Terms
from atlas_plugin_topics.words import Words

__all__ = ["Usage", "usage"]

# An end-rate seen this many times counts as much as the average that it is pulled towards.
END_PRIOR = 8.0


@dataclass(frozen=True)
class Usage:
    """One entry per term T.

    Attributes:
        holds: sparse float32 [T, N], 1 where a document holds a term.
        documents: float64 [T], how many documents hold the term.
        meaning: float64 [T, P], the mean meaning of these documents.
        focus: float64 [T], how much of the documents' spread lies between those that hold the term and the
            others, 0 for a word that is spread like the documents themselves; chance is taken off.
        doubt: float64 [T], how far `focus` strays by chance (one standard error), large for words of few documents.
        ends: float64 [T], how often a phrase ends with the term, 1 is average.
    """

    holds: Any
    documents: NDArray[np.float64]
    meaning: NDArray[np.float64]
    focus: NDArray[np.float64]
    doubt: NDArray[np.float64]
    ends: NDArray[np.float64]


def usage(terms: Terms, words: Words, meaning: NDArray[np.float32]) -> Usage:
    """Describe terms by the documents that hold them; `meaning` is float32 [N, P]."""
    from scipy import sparse

    count, n = len(terms.length), len(meaning)
    ones = np.ones(len(terms.term), dtype=np.float32)
    holds = sparse.coo_array((ones, (terms.term, words.document[terms.position])), shape=(count, n)).tocsr()
    holds.data[:] = 1.0
    documents = np.asarray(holds.sum(axis=1), dtype=np.float64)
    mean = (holds @ meaning).astype(np.float64) / np.maximum(documents, 1.0)[:, None]
    spread = max(float(np.square(meaning, dtype=np.float64).sum()) / max(n, 1), 1e-12)
    focus = np.square(mean).sum(axis=1) / spread - 1.0 / np.maximum(documents, 1.0)
    variance = np.square(meaning, dtype=np.float64).mean(axis=0) if n else np.ones(1)
    doubt = np.sqrt(2.0 * np.square(variance).sum()) / max(float(variance.sum()), 1e-12) / np.maximum(documents, 1.0)
    final = terms.position + terms.length[terms.term] - 1
    occurrences = np.bincount(terms.term, minlength=count)
    endings = np.bincount(terms.term, weights=words.last[final], minlength=count)
    average = max(float(words.last.mean()) if len(words.last) else 0.0, 1e-9)
    ends = (endings / average + END_PRIOR) / (occurrences + END_PRIOR)
    return Usage(holds, documents, mean, np.maximum(focus, 0.0), doubt, ends)
