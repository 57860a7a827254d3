"""The documents that are read to name topics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from localatlas.protocols import Index, Topics
from numpy.typing import NDArray

from atlas_plugin_topics.steps import TEXTS_AT_ONCE, Report, unheard
from atlas_plugin_topics.words import clean

__all__ = ["Corpus", "read_corpus", "sample"]

# What so many texts of a topic do not say names it no better if more of them are read.
DOCUMENTS_PER_TOPIC = 64
FEW_DOCUMENTS = 10_000
# A small one gives so many if it has them.
LEAST_DOCUMENTS = 25
ROUNDING = 1e-6
# Meanings are compared in the main directions of the vectors: faster, and less noisy than all of them.
MEANING_DIMENSIONS = 48
MEANING_SAMPLE = 4_000


@dataclass(frozen=True)
class Corpus:
    """The documents, one for each row that has text and was drawn.

    Attributes:
        rows: int64 [N], the rows of the index.
        texts: the cleaned texts.
        weights: float64 [N], how many dataset rows each one stands for.
        meaning: float32 [N, P], the rows' vectors in their main directions, around their mean.
        assignment: int32 [N, D], as in `Topics`.
    """

    rows: NDArray[np.int64]
    texts: list[str]
    weights: NDArray[np.float64]
    meaning: NDArray[np.float32]
    assignment: NDArray[np.int32]


def read_corpus(
    topics: Topics, index: Index, max_documents: int, max_characters: int, report: Report = unheard
) -> Corpus:
    """Read the texts of all rows, or of a sample over the finest topics.

    Of more than `max_documents` as many are read as the finest topics want, but no fewer than `FEW_DOCUMENTS`.
    """
    rows = sample(topics.assignment[:, -1], max_documents)
    cleaned: list[str] = []
    for start in range(0, len(rows), TEXTS_AT_ONCE):
        report(start / len(rows))
        texts = index.text(rows[start : start + TEXTS_AT_ONCE])
        cleaned += [clean(text, max_characters) if text else "" for text in texts]
    report(1.0)
    there = np.array([bool(text.strip()) for text in cleaned], dtype=bool)
    rows = rows[there]
    return Corpus(
        rows,
        [text for text in cleaned if text.strip()],
        np.asarray(index.weights, dtype=np.float64)[rows],
        _meaning(index, rows),
        topics.assignment[rows],
    )


def sample(finest: NDArray[np.int32], most: int) -> NDArray[np.int64]:
    """Return the rows to read, rising: some of every finest topic first, and evenly of what is left."""
    low = int(finest.min(initial=0))
    size = np.bincount(finest - low)
    topics = int((size[-low:] > 0).sum())
    wanted = min(most, max(FEW_DOCUMENTS, DOCUMENTS_PER_TOPIC * topics))
    if len(finest) <= most:
        return np.arange(len(finest))
    # Numbers of few bits are sorted by counting.
    rows = np.argsort((finest - low).astype(np.min_scalar_type(len(size))), kind="stable")
    first = np.minimum(size, min(LEAST_DOCUMENTS, wanted // max(topics, 1)))
    share = (first + (size - first) * (wanted - first.sum()) / (len(rows) - first.sum())) / np.maximum(size, 1)
    so_far = np.floor(np.cumsum(share[finest[rows] - low]) + ROUNDING)
    return np.sort(rows[np.diff(so_far, prepend=0.0) > 0])


def _meaning(index: Index, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return float32 [N, P], the vectors of some rows in their main directions."""
    if not len(rows):
        return np.zeros((0, 1), dtype=np.float32)
    vectors = np.asarray(index.vectors[rows], dtype=np.float32)
    vectors = vectors - vectors.mean(axis=0)
    some = vectors[:: max(1, len(vectors) // MEANING_SAMPLE)]
    _, directions = np.linalg.eigh(some.T @ some)
    meaning: NDArray[np.float32] = vectors @ directions[:, ::-1][:, :MEANING_DIMENSIONS]
    return meaning
