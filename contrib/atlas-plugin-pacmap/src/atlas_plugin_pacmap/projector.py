"""The projector `pacmap`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout

from atlas_plugin_pacmap.options import PaCMAPOptions
from atlas_plugin_pacmap.tiny import principal_layout

__all__ = ["PaCMAP"]

# Candidates beyond the neighbours that are used, so that there is something to choose from (the paper has 50).
SPARE = 20
# PaCMAP draws six rows for each pair half near; with fewer rows than this it fails or never ends.
FEWEST_ROWS = 16


class PaCMAP:
    """PaCMAP (Wang, Huang, Rudin, Shaposhnik 2021, arXiv 2012.04456) by the library `pacmap`, on lent neighbours.

    The library says nothing while it works: progress goes from 0.1 to 1 at once, and a cancel waits for its end.
    """

    Options: ClassVar[type[PaCMAPOptions]] = PaCMAPOptions

    def __init__(self, options: PaCMAPOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return the neighbours that pull a row, and some to choose from."""
        return max(min(self.options.neighbors(n) + SPARE, n - 1), 0) if n >= FEWEST_ROWS else 0

    def project(self, index: Index, context: Context) -> Layout:
        """Return positions float32 [N, 2]; only the relations between points mean something, not the axes."""
        vectors = index.vectors
        context.progress(0.0, "choosing pairs")
        count = self._pulling(len(vectors))
        if len(vectors) < FEWEST_ROWS or not count or not np.ptp(vectors, axis=0).any():
            layout = Layout(principal_layout(np.asarray(vectors)))
        else:
            from atlas_plugin_pacmap.layout import lay_out

            graph = index.neighbors(self.neighbors_needed(len(vectors)))
            layout = Layout(lay_out(index, graph, count, self.options, context))
        context.progress(1.0, "laid out")
        return layout

    def _pulling(self, rows: int) -> int:
        """Return how many neighbours can pull a row while enough other rows are left to push; 0 if none."""
        for count in range(min(self.options.neighbors(rows), rows - 1), 0, -1):
            halfway, far = round(count * self.options.MN_ratio), round(count * self.options.FP_ratio)
            # Six rows are drawn for each of the pairs half near, none of them one that the row has already.
            if count + halfway + far < rows and halfway + 6 < rows and far >= 1:
                return count
        return 0
