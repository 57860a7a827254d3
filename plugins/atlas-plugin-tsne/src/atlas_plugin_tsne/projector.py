"""The projector `tsne`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_tsne.options import TSNEOptions

__all__ = ["TSNE"]

# Fewer rows than this have neighbourhoods, but no shape that t-SNE could find.
FEWEST = 4
# Of the mean distance to the neighbours: a nearest neighbour within it is the same row up to rounding.
SAME = 1e-5
PLACED_BETWEEN = 10
METRIC = "cosine"


class TSNE:
    """t-SNE (van der Maaten, Hinton 2008) by openTSNE, on the index's own neighbours.

    Neighbours are not searched again. The same seed gives the same bytes on one machine.
    """

    Options: ClassVar[type[TSNEOptions]] = TSNEOptions

    def __init__(self, options: TSNEOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return three times the perplexity, or what there is."""
        return self.options.neighbors(n)

    def project(self, index: Index, context: Context) -> Layout:
        """Return positions float32 [N, 2]; only who is near whom means something."""
        from atlas_plugin_tsne.affinities import hold
        from atlas_plugin_tsne.descent import descend
        from atlas_plugin_tsne.start import principal_start, random_start

        n = len(index.vectors)
        metric = np.array(index.metric)
        if n < FEWEST:
            context.progress(1.0, "too few rows for t-SNE")
            return Layout(_circle(n), {"metric": metric})
        context.progress(0.0, "weighing neighbours")
        graph = index.neighbors(self.neighbors_needed(n))
        weights = hold(graph, index.metric, self.options.perplexity, n, together=True, n_jobs=max(context.n_jobs, 1))
        start = random_start(n, context) if self.options.init == "random" else principal_start(index.vectors, context)
        positions = descend(start, weights, self.options, context)
        context.progress(1.0, "laid out")
        return Layout(positions, {"metric": metric})

    def transform(
        self,
        vectors: NDArray[np.float32],
        neighbors: NeighborGraph,
        layout: Layout,
        context: Context,
    ) -> NDArray[np.float32]:
        """Return float32 [M, 2] for new rows; the map does not move, and no row's place depends on the others.

        A new row starts at the median of its nearest neighbours. One whose nearest neighbour is the same row comes to
        lie exactly on it.
        """
        from atlas_plugin_tsne.affinities import hold
        from atlas_plugin_tsne.descent import place

        fixed = layout.positions
        near = neighbors.head(self.options.neighbors(len(fixed) + 1))
        if not len(vectors) or not near.indices.shape[1]:
            return np.repeat(fixed.mean(axis=0, keepdims=True), len(vectors), axis=0).astype(np.float32)
        start = _medians(near, fixed)
        placed = start.astype(np.float32)
        if len(fixed) >= FEWEST:
            metric = str((layout.state or {}).get("metric", np.array(METRIC)))
            weights = hold(
                near, "euclidean" if metric == "euclidean" else "cosine", self.options.perplexity, len(fixed),
                together=False, n_jobs=max(context.n_jobs, 1),
            )  # fmt: skip
            placed = place(start, fixed, weights, self.options, context)
        context.progress(1.0, "placed")
        lonely = near.indices[:, 0] < 0
        placed[lonely] = fixed.mean(axis=0)
        twins = _twins(near)
        placed[twins] = fixed[near.indices[twins, 0]]
        return placed


def _circle(n: int) -> NDArray[np.float32]:
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def _medians(near: NeighborGraph, fixed: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [M, 2], the median place of each row's nearest neighbours; the map's mean if it has none."""
    first = near.indices[:, :PLACED_BETWEEN]
    places = fixed[np.maximum(first, 0)].astype(np.float64)
    places[first < 0] = np.nan
    places[first[:, 0] < 0] = fixed.mean(axis=0)
    medians: NDArray[np.float64] = np.nanmedian(places, axis=1)
    return np.ascontiguousarray(medians)


def _twins(near: NeighborGraph) -> NDArray[np.bool_]:
    """Return bool [M]: whether a new row's nearest neighbour is the same row."""
    valid = near.indices >= 0
    mean = np.where(valid, near.distances, 0.0).sum(axis=1) / np.maximum(valid.sum(axis=1), 1)
    twins: NDArray[np.bool_] = valid[:, 0] & (near.distances[:, 0] <= SAME * mean)
    return twins
