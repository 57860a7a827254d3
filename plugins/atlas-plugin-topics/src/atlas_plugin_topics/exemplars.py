"""Rows that stand for a topic."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Index
from numpy.typing import NDArray

__all__ = ["exemplars"]

# More are looked at than wanted, since rows that read the same count once.
SPARE = 4
# Of larger topics an even sample is looked at: the vectors may lie on disk.
MAX_ROWS = 150


def exemplars(index: Index, rows: NDArray[np.int64], count: int) -> tuple[int, ...]:
    """Return up to `count` of `rows`, nearest to their weighted mean vector first, no two with the same text."""
    if not count:
        return ()
    rows = rows[:: 1 + (len(rows) - 1) // MAX_ROWS]
    vectors = np.asarray(index.vectors[rows], dtype=np.float32)
    centre = np.average(vectors, axis=0, weights=np.asarray(index.weights)[rows])
    distance = np.square(vectors - centre).sum(axis=1)
    nearest = rows[np.argsort(distance, kind="stable")[: SPARE * count]]
    chosen: dict[str, int] = {}
    for row, text in zip(nearest, index.text(nearest), strict=True):
        key = " ".join(text.casefold().split()) if text and text.strip() else f"\0{row}"
        chosen.setdefault(key, int(row))
    return tuple(chosen.values())[:count]
