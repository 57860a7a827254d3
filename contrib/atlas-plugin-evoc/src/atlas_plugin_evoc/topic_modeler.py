"""The topic modeler `evoc`."""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph, Topics
from numpy.typing import NDArray

from atlas_plugin_evoc.continued import continued
from atlas_plugin_evoc.described import described
from atlas_plugin_evoc.layers import chosen_layers, nested, placed
from atlas_plugin_evoc.options import EVoCOptions

__all__ = ["EVoCTopics"]

# With fewer rows EVoC fails, or calls half of them noise; one topic holds them.
FEWEST_ROWS = 20
LARGEST_SEED = 2**31 - 1


class EVoCTopics:
    """Embedding Vector Oriented Clustering (L. McInnes, library `evoc`) on the vectors, its layers made nested.

    EVoC leaves half of the rows and more in no cluster. Here each of them goes to the topic of most of its neighbours,
    and confidence says how many agree. Layers are nested by majority. The layout only says where labels lie, so a
    topic's rows may lie apart on the map. The library says nothing while it works, so a cancel waits for its end.
    """

    Options: ClassVar[type[EVoCOptions]] = EVoCOptions

    def __init__(self, options: EVoCOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return the neighbours that vote."""
        return max(min(self.options.n_neighbors, n - 1), 0)

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        """Return nested topics that hold every row, without labels."""
        vectors, weights = np.asarray(index.vectors), np.asarray(index.weights)
        wanted = self.neighbors_needed(len(vectors))
        empty = NeighborGraph(np.empty((len(vectors), 0), np.int32), np.empty((len(vectors), 0), np.float32))
        graph = index.neighbors(wanted) if wanted else empty
        context.progress(0.0, "clustering")
        layers = self._layers(vectors, context)
        context.progress(0.9, "placing every row")
        whole = [placed(layer, graph, vectors) for layer in layers] or [np.zeros(len(vectors), np.int64)]
        topics = described(nested(whole, weights), graph, np.asarray(layout.positions), weights)
        context.progress(1.0, "topics found")
        return topics

    def keep_ids(self, found: Topics, before: NDArray[np.int32], used: int) -> Topics:
        """Return topics found anew under the ids of those that they continue; see `continued.continued`."""
        return continued(found, before, used)

    def _layers(self, vectors: NDArray[np.float32], context: Context) -> list[NDArray[np.int64]]:
        """Return EVoC's layers, coarsest first; none where there is nothing to tell rows apart by."""
        rows = len(vectors)
        if rows < FEWEST_ROWS or not np.ptp(vectors, axis=0).any():
            return []
        with warnings.catch_warnings():
            # The library divides by zero in places that do not matter, and its imports warn of themselves.
            warnings.simplefilter("ignore")
            from evoc import EVoC

            model = EVoC(
                noise_level=self.options.noise_level,
                base_min_cluster_size=min(self.options.smallest(rows), rows // 2),
                n_neighbors=min(self.options.n_neighbors, rows - 1),
                n_epochs=self.options.n_epochs,
                min_similarity_threshold=self.options.min_similarity_threshold,
                random_state=context.seed % LARGEST_SEED,
            ).fit(np.array(vectors, dtype=np.float32))
        return chosen_layers(model.cluster_layers_, self.options.depths)
