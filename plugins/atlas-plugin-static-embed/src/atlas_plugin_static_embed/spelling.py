"""Words that are not in the table, by their letters alone."""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["spelled"]

BUCKETS = 4096


@lru_cache(maxsize=50_000)
def spelled(word: str, dim: int) -> NDArray[np.float32]:
    """Return float32 [dim] of length 1: the sum of fixed random directions of the word's groups of three letters.

    It means nothing, but words that are spelled alike are near, and the same word is the same everywhere.
    """
    letters = f" {word} ".encode("utf-8", "replace")
    groups = [zlib.crc32(letters[at : at + 3]) % BUCKETS for at in range(max(len(letters) - 2, 1))]
    vector = _directions(dim)[groups].sum(axis=0)
    length = float(np.linalg.norm(vector))
    unit: NDArray[np.float32] = (vector / length if length > 0 else vector).astype(np.float32)
    unit.flags.writeable = False
    return unit


@lru_cache(maxsize=2)
def _directions(dim: int) -> NDArray[np.float32]:
    """Return float32 [BUCKETS, dim], the same for ever."""
    return np.random.default_rng(dim).normal(size=(BUCKETS, dim)).astype(np.float32)
