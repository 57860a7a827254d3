"""The projector `nomic-project`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_nomic_project.options import NomicProjectOptions

__all__ = ["NomicProject"]


class NomicProject:
    """A map of many rows: t-SNE's loss, full gradients from a mesh, and terrain, on the index's own neighbours.

    The same seed gives the same bytes with any number of threads. Equal rows are one point and count once.
    """

    Options: ClassVar[type[NomicProjectOptions]] = NomicProjectOptions

    def __init__(self, options: NomicProjectOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return the rank of the furthest neighbour that pulls."""
        return max(min(self.options.reach(n), n - 1), 0)

    def project(self, index: Index, context: Context) -> Layout:
        """Return positions float32 [N, 2], and what `transform` and `project_from` want to know of them."""
        from atlas_plugin_nomic_project.layout import lay_out

        return lay_out(index, self.options, context)

    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        """Return a layout of `index` that keeps the places of an earlier one as far as the new rows leave room.

        Args:
            index: the rows to lay out, old and new.
            earlier: a layout that this projector made, with its state.
            rows: int64 [N], which row of `earlier` each row of `index` is; -1 for a new one.
            context: seed, threads and progress.
        """
        from atlas_plugin_nomic_project.layout import lay_out_from

        return lay_out_from(index, earlier, rows, self.options, context)

    def transform(
        self,
        vectors: NDArray[np.float32],
        neighbors: NeighborGraph,
        layout: Layout,
        context: Context,
    ) -> NDArray[np.float32]:
        """Return float32 [M, 2] for new rows; the map does not move, and no row's place depends on the others.

        A row whose nearest neighbour is the same row comes to lie exactly on it.
        """
        from atlas_plugin_nomic_project.placing import place

        near = neighbors.head(self.neighbors_needed(len(layout.positions)))
        if not len(vectors):
            return np.zeros((0, 2), dtype=np.float32)
        return place(near, layout, self.options, context)

    def warmup(self) -> None:
        """Import and compile all that the working methods use, by laying out a few points."""
        from atlas_plugin_nomic_project.layout import rehearse

        rehearse(self.options)
