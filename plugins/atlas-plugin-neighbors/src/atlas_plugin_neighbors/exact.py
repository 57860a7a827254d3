"""The neighbour finder `exact`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from localatlas.protocols import Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import one_blas_thread
from atlas_plugin_neighbors.blocks import nearest_of_block
from atlas_plugin_neighbors.geometry import FloatArray, Geometry
from atlas_plugin_neighbors.options import ExactOptions
from atlas_plugin_neighbors.pairs import nearest_of_all

__all__ = ["ExactNeighbors"]

Block = tuple[NDArray[np.int32], FloatArray]

# From so many rows on, computing each product once saves more than what it takes to load the compiled loop.
WORTH_PAIRS = 4_096


class ExactNeighbors:
    """All nearest neighbours, exactly, by blocked matrix products: quadratic in the number of rows.

    Ties go to the lower row number, a row is never its own neighbour, and the result does not depend on `n_jobs`.
    Besides its input and its result it holds about 100 MB for each core in use with the default block sizes. From 4,096
    rows on each pair of rows is compared once, which takes 8 (k + 8) bytes a row instead, and compiles for some seconds
    at the first use after an install.
    """

    Options = ExactOptions

    def __init__(self, options: ExactOptions) -> None:
        self.options = options

    def build(self, vectors: FloatArray, k: int, metric: Metric, context: Context) -> NeighborGraph:
        """Return the graph [N, min(k, N-1)] of `vectors` float32 [N, D].

        Raises:
            InvalidDataError: a number is not finite, or so large that its square is not.
        """
        n = len(vectors)
        geometry = Geometry.of(vectors, metric)
        kept = max(min(k, n - 1), 0)
        if kept and n >= WORTH_PAIRS:
            tile = min(self.options.block_rows, self.options.block_columns)
            return nearest_of_all(
                geometry, kept, tile, context.n_jobs, lambda done: context.progress(done, "comparing rows")
            )

        def block(start: int, stop: int) -> Block:
            rows = np.asarray(vectors[start:stop])
            return nearest_of_block(geometry, rows, kept, start, self.options.block_columns)

        return self._in_blocks(block, n, kept, context, "comparing rows")

    def search(
        self, vectors: FloatArray, queries: FloatArray, k: int, metric: Metric, context: Context
    ) -> NeighborGraph:
        """Return the `min(k, N)` nearest of `vectors` float32 [N, D] to `queries` float32 [M, D].

        Raises:
            InvalidDataError: a number is not finite, or so large that its square is not.
        """
        geometry = Geometry.lent(vectors, metric)
        asked = Geometry.of(queries, metric).vectors
        kept = min(k, len(vectors))

        def block(start: int, stop: int) -> Block:
            rows = np.asarray(asked[start:stop])
            return nearest_of_block(geometry, rows, kept, None, self.options.block_columns)

        return self._in_blocks(block, len(queries), kept, context, "searching")

    def _in_blocks(
        self, block: Callable[[int, int], Block], n: int, k: int, context: Context, message: str
    ) -> NeighborGraph:
        """Fill a graph [n, k] with what `block(start, stop)` returns, on `n_jobs` threads."""
        indices = np.full((n, k), -1, dtype=np.int32)
        distances = np.full((n, k), np.inf, dtype=np.float32)
        starts = range(0, n if k else 0, self.options.block_rows)
        with one_blas_thread(), ThreadPoolExecutor(max(context.n_jobs, 1)) as pool:
            ends = [min(start + self.options.block_rows, n) for start in starts]
            waiting = [pool.submit(block, start, stop) for start, stop in zip(starts, ends, strict=True)]
            try:
                for start, stop, future in zip(starts, ends, waiting, strict=True):
                    indices[start:stop], distances[start:stop] = future.result()
                    if stop < n:
                        context.progress(stop / n, message)
            finally:
                pool.shutdown(cancel_futures=True)
        context.progress(1.0, message)
        return NeighborGraph(indices, distances)
