"""The neighbour finder `nn-descent`."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
from localatlas.protocols import Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from numpy.typing import NDArray

from atlas_plugin_neighbors.exact import ExactNeighbors
from atlas_plugin_neighbors.geometry import FloatArray, Geometry
from atlas_plugin_neighbors.options import ExactOptions, NNDescentOptions

__all__ = ["NNDescentNeighbors"]

MEASURED_AT_ONCE = 512
# pynndescent takes a seed of 32 bits.
SEED_MASK = 2**32 - 1


class NNDescentNeighbors:
    """Approximate nearest neighbours for data too large for `exact`; queries are answered exactly.

    The first use in a process compiles for about 44 CPU seconds (pynndescent 0.7). The input is held once more in
    memory, and about 1 kB a row. It works on one core: the same seed then gives the same graph.

    Source: Dong, Moses, Li, "Efficient k-nearest neighbor graph construction for generic similarity measures", 2011;
    McInnes, pynndescent.
    """

    Options = NNDescentOptions

    def __init__(self, options: NNDescentOptions) -> None:
        self.options = options

    def build(self, vectors: FloatArray, k: int, metric: Metric, context: Context) -> NeighborGraph:
        """Return the graph [N, min(k, N-1)] of `vectors` float32 [N, D].

        Raises:
            InvalidDataError: a number is not finite, or so large that its square is not.
        """
        if len(vectors) <= max(self.options.exact_below, 2 * (k + 1)) or k < 1:
            return ExactNeighbors(ExactOptions()).build(vectors, k, metric, context)
        geometry = Geometry.of(vectors, metric)
        context.progress(0.0, "compiling NN-descent")
        found = self._descend(vectors, k, metric, context)
        context.progress(0.9, "measuring neighbours")
        graph = _graph(geometry, found, k)
        context.progress(1.0, "measuring neighbours")
        return graph

    def search(
        self, vectors: FloatArray, queries: FloatArray, k: int, metric: Metric, context: Context
    ) -> NeighborGraph:
        """Return the `min(k, N)` nearest of `vectors` float32 [N, D] to `queries` float32 [M, D], exactly."""
        return ExactNeighbors(ExactOptions()).search(vectors, queries, k, metric, context)

    def _descend(self, vectors: FloatArray, k: int, metric: Metric, context: Context) -> NDArray[np.int64]:
        """Return pynndescent's neighbours, [N, k + 1], with rows themselves and -1 among them."""
        with warnings.catch_warnings():
            # What it does not find is padded here and seen by whoever counts -1; numba's notes on its cache and its
            # threads do not help a user either.
            warnings.simplefilter("ignore")
            found = (
                importlib.import_module("pynndescent")
                .NNDescent(
                    np.asarray(vectors),
                    metric=metric,
                    n_neighbors=k + 1,
                    n_trees=self.options.n_trees,
                    n_iters=self.options.n_iters,
                    max_candidates=self.options.max_candidates,
                    random_state=context.seed & SEED_MASK,
                    # On two threads pynndescent gives another graph than on one.
                    n_jobs=1,
                )
                .neighbor_graph
            )
        return np.asarray(found[0], dtype=np.int64)


def _graph(geometry: Geometry, found: NDArray[np.int64], k: int) -> NeighborGraph:
    """Measure what was found again, put it in order and leave every row itself out."""
    n = len(found)
    indices = np.full((n, k), -1, dtype=np.int32)
    distances = np.full((n, k), np.inf, dtype=np.float32)
    for start in range(0, n, MEASURED_AT_ONCE):
        part = slice(start, min(start + MEASURED_AT_ONCE, n))
        candidates = found[part]
        measured = geometry.distances(np.asarray(geometry.vectors[part]), np.maximum(candidates, 0))
        missing = (candidates < 0) | (candidates == np.arange(part.start, part.stop)[:, None])
        measured[missing] = np.inf
        order = np.lexsort((candidates, measured), axis=1)[:, :k]
        distances[part] = np.take_along_axis(measured, order, axis=1)
        indices[part] = np.take_along_axis(np.where(missing, -1, candidates), order, axis=1)
    return NeighborGraph(indices, distances)
