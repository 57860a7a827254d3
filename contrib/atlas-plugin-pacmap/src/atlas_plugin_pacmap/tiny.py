"""Layouts of what PaCMAP cannot lay out: a handful of rows, or rows that are all the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["principal_layout"]

EXTENT = 10.0


def principal_layout(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 [N, 2]: the two principal components, 10 wide; a circle if all rows are the same."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    positions = np.zeros((len(vectors), 2))
    kept = min(2, len(values))
    positions[:, :kept] = left[:, :kept] * values[:kept]
    reach = float(np.abs(positions).max(initial=0.0))
    if len(vectors) > 1 and reach <= 1e-6 * max(float(np.abs(vectors).max()), float(np.finfo(np.float32).tiny)):
        angle = 2 * np.pi * np.arange(len(vectors)) / len(vectors)
        return (EXTENT / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)
    return (positions * (EXTENT / 2 / reach) if reach > 0 else positions).astype(np.float32)
