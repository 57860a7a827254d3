"""Projectors that the kit must pass: with the power to place new rows, to go on from an earlier layout, and without."""

from __future__ import annotations

from typing import Any

import numpy as np
from localatlas.protocols import ComponentOptions, Context, Index, Layout, NeighborGraph
from numpy.typing import NDArray


class Bare:
    """Two principal components: quick, exact, deterministic."""

    class Options(ComponentOptions):
        scale: float = 1.0

    def __init__(self, options: Options) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return min(5, n)

    def project(self, index: Index, context: Context) -> Layout:
        context.progress(0.1, "axes")
        vectors = index.vectors.astype(np.float64)
        index.neighbors(self.neighbors_needed(len(vectors)))
        mean = vectors.mean(axis=0)
        axes = np.linalg.svd(vectors - mean, full_matrices=False)[2][:2]
        axes = np.vstack([axes, np.zeros((2 - len(axes), vectors.shape[1]))])
        positions = ((vectors - mean) @ axes.T * self.options.scale).astype(np.float32)
        context.progress(1.0, "axes")
        return Layout(positions, {"mean": mean, "axes": axes})


class Placing(Bare):
    """Places new rows too, by the stored axes."""

    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        assert layout.state is not None
        return ((vectors - layout.state["mean"]) @ layout.state["axes"].T * self.options.scale).astype(np.float32)


class Sound(Placing):
    """Goes on from an earlier layout, too."""

    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        if not (rows >= 0).any():
            return self.project(index, context)
        positions = self.transform(index.vectors, index.neighbors(0), earlier, context)
        positions[rows >= 0] = earlier.positions[rows[rows >= 0]]
        return Layout(positions, earlier.state)
