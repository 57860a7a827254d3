"""The projector `umap`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_umap.options import UMAPOptions

__all__ = ["UMAP"]


class UMAP:
    """UMAP (McInnes, Healy, Melville 2018, arXiv 1802.03426) on the index's own neighbours.

    It searches nothing: graph, start and optimisation only. One thread, so that the same seed gives the same bytes.
    """

    Options: ClassVar[type[UMAPOptions]] = UMAPOptions

    def __init__(self, options: UMAPOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return `n_neighbors` less the row itself, which UMAP counts and an index does not."""
        return max(min(self.options.n_neighbors, n) - 1, 0)

    def project(self, index: Index, context: Context) -> Layout:
        """Return positions float32 [N, 2]; only the relations between points mean something, not the axes."""
        from atlas_plugin_umap.layout import lay_out

        return Layout(lay_out(index, self.neighbors_needed(len(index.vectors)), self.options, context))

    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        """Return a layout of `index` in which known rows stay near their places in `earlier`; fewer, smaller steps.

        Args:
            index: the rows to lay out, old and new.
            earlier: a layout in which some of them lie.
            rows: int64 [N], which row of `earlier` each row of `index` is; -1 for a new one.
            context: seed and progress.
        """
        from atlas_plugin_umap.layout import lay_out_from

        k = self.neighbors_needed(len(index.vectors))
        return Layout(lay_out_from(index, earlier.positions, rows, k, self.options, context))

    def transform(
        self,
        vectors: NDArray[np.float32],
        neighbors: NeighborGraph,
        layout: Layout,
        context: Context,
    ) -> NDArray[np.float32]:
        """Return float32 [M, 2] for new rows; the map does not move, and no row's place depends on the others.

        A new row starts at the weighted mean of its neighbours and is then pulled and pushed like a mapped one. One
        whose nearest neighbour is the same row comes to lie exactly on it.
        """
        from atlas_plugin_umap.layout import place

        near = neighbors.head(self.neighbors_needed(len(layout.positions)))
        if not len(vectors):
            return np.zeros((0, 2), dtype=np.float32)
        return place(near, layout.positions, self.options, context)

    def warmup(self) -> None:
        """Import and compile all that `project` and `transform` use, by laying out a few points."""
        from atlas_plugin_umap.layout import rehearse

        rehearse(self.options)
