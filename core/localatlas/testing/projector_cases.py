"""What the checks of projectors share: an index of three clusters, and what a layout has to be."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.protocols import Layout
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import ArrayIndex
from localatlas.testing.kit import require

__all__ = ["ROWS", "SEED", "example_index", "require_layout", "stored"]

ROWS = 150
SEED = 7


def example_index(projector: Any, vectors: NDArray[np.float32], metric: Metric = "cosine") -> ArrayIndex:
    """Return an index that lends as many neighbours as the projector said it needs."""
    return ArrayIndex(vectors, metric=metric, lent=projector.neighbors_needed(len(vectors)))


def require_layout(layout: Layout, n: int) -> None:
    """Require finite positions float32 [n, 2]."""
    require(isinstance(layout, Layout), f"`project` must return a Layout, not {type(layout).__name__}.")
    positions = layout.positions
    require(isinstance(positions, np.ndarray), f"`positions` must be an array, not {type(positions).__name__}.")
    require(positions.dtype == np.float32, f"`positions` must be float32, not {positions.dtype}.")
    require(positions.shape == (n, 2), f"`positions` of {n} rows must have shape ({n}, 2), not {positions.shape}.")
    bad = int((~np.isfinite(positions)).any(axis=1).sum())
    require(bad == 0, f"`positions` must be finite: {bad} of {n} rows are not.")


def stored(layout: Layout) -> Layout:
    """Return the layout as it comes back from storage."""
    if layout.state is None:
        return layout
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **layout.state)
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        return Layout(layout.positions, dict(arrays))
