"""From the states of a network to the vectors that are handed over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["layer_normalised", "mean_of_parts", "normalised"]

# torch's default, with which the matryoshka models were trained.
EPSILON = 1e-5


def mean_of_parts(vectors: NDArray[np.float32], weights: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Return the weighted mean of each text's consecutive vectors, float32 [len(weights), D]."""
    counts = [len(parts) for parts in weights]
    if all(count == 1 for count in counts):
        return vectors
    starts = np.cumsum([0, *counts[:-1]])
    shares = np.array([weight for parts in weights for weight in parts], dtype=np.float32)[:, None]
    sums = np.add.reduceat(vectors * shares, starts, axis=0)
    return np.asarray(sums / np.add.reduceat(shares, starts, axis=0), dtype=np.float32)


def layer_normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row with mean 0 and variance 1."""
    centered = vectors - vectors.mean(axis=1, keepdims=True)
    spread = np.sqrt((centered**2).mean(axis=1, keepdims=True) + EPSILON)
    return np.asarray(centered / spread, dtype=np.float32)


def normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row with length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
