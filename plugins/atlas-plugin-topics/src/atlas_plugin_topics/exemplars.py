"""Rows that stand for a topic."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Index
from numpy.typing import NDArray

__all__ = ["exemplars", "rows_by_topic"]

# More are looked at than wanted, since rows that read the same count once.
SPARE = 4
# Of larger topics an even sample is looked at: the vectors may lie on disk.
MAX_ROWS = 100


def rows_by_topic(topic: NDArray[np.int32]) -> dict[int, NDArray[np.int64]]:
    """Return the rows of each topic of one depth, rising."""
    low, high = int(topic.min(initial=0)), int(topic.max(initial=0))
    # Numbers of few bits are sorted by counting.
    order = np.argsort((topic - low).astype(np.min_scalar_type(high - low)), kind="stable")
    starts = np.nonzero(np.diff(topic[order], prepend=low - 1))[0]
    ends = np.append(starts[1:], len(order))
    return {int(topic[order[start]]): order[start:end] for start, end in zip(starts, ends, strict=False)}


def exemplars(index: Index, rows: NDArray[np.int64], count: int) -> tuple[int, ...]:
    """Return up to `count` of `rows`, nearest to their weighted mean vector first, no two with the same text."""
    if not count:
        return ()
    rows = rows[:: 1 + (len(rows) - 1) // MAX_ROWS]
    vectors = np.asarray(index.vectors[rows], dtype=np.float32)
    weights = np.asarray(index.weights, dtype=np.float32)[rows]
    centre = weights @ vectors / weights.sum()
    # The squared distance, but for what is the same for all.
    distance = np.einsum("ij,ij->i", vectors, vectors) - 2.0 * (vectors @ centre)
    nearest = rows[np.argsort(distance, kind="stable")[: SPARE * count]]
    chosen: dict[str, int] = {}
    for row, text in zip(nearest, index.text(nearest), strict=True):
        key = " ".join(text.casefold().split()) if text and text.strip() else f"\0{row}"
        chosen.setdefault(key, int(row))
    return tuple(chosen.values())[:count]
