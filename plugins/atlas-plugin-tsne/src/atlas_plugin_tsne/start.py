"""Where the points start."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

__all__ = ["principal_start", "random_start"]

# As openTSNE and scikit-learn do: nearly a point, in which the order of the rows along two axes is kept.
SPREAD = 1e-4
BLOCK = 8_192


def random_start(rows: int, context: Context) -> NDArray[np.float64]:
    """Return float64 [N, 2] around the origin."""
    return context.random().normal(0.0, SPREAD, size=(rows, 2))


def principal_start(vectors: NDArray[np.float32], context: Context) -> NDArray[np.float64]:
    """Return float64 [N, 2], the two principal components of `vectors`, small; no two points are equal."""
    rows, width = vectors.shape
    blocks = [slice(start, start + BLOCK) for start in range(0, rows, BLOCK)]
    mean = sum((vectors[block].sum(axis=0, dtype=np.float64) for block in blocks), np.zeros(width)) / rows
    scatter = np.zeros((width, width))
    for block in blocks:
        centred = vectors[block] - mean
        scatter += centred.T @ centred
    axes = np.linalg.eigh(scatter)[1][:, ::-1][:, :2]
    # An eigenvector's sign is the solver's whim.
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    places = np.zeros((rows, 2))
    for block in blocks:
        places[block, : axes.shape[1]] = (vectors[block] - mean) @ axes
    wide = float(places[:, 0].std())
    places = places * (SPREAD / wide) if wide > 0 else places
    jitter: NDArray[np.float64] = context.random().normal(0.0, SPREAD / 100, size=places.shape)
    return places + jitter
