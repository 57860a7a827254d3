"""Candidates, measured in all dimensions."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, in_blocks
from atlas_plugin_neighbors.blocks import nearest_of_block
from atlas_plugin_neighbors.geometry import Geometry

__all__ = ["complete", "measured"]

ROWS_AT_ONCE = 4_096


def measured(
    geometry: Geometry, order: NDArray[np.int64], found: NDArray[np.int32], k: int, threads: int, report: Report
) -> NeighborGraph:
    """Measure candidates precisely and keep the `k` nearest of each row, ties by row number.

    Args:
        geometry: the table, N rows.
        order: int64 [N], the row that each place stands for.
        found: int32 [N, K], the candidates of each place, places too; -1 from where there is none.
        k: how many to keep; where there are fewer, -1 and an infinite distance.
        threads: how many blocks at once.
        report: receives the share that is done.
    """
    from atlas_plugin_neighbors.ranking import measure

    n, vectors = len(order), np.asarray(geometry.vectors)
    graph = NeighborGraph(np.full((n, k), -1, np.int32), np.full((n, k), np.inf, np.float32))

    def work(start: int, stop: int) -> None:
        cosine = geometry.metric == "cosine"
        measure(vectors, geometry.scale, cosine, order, found, start, stop, graph.indices, graph.distances)

    in_blocks(work, n, ROWS_AT_ONCE, threads, report)
    return graph


def complete(geometry: Geometry, graph: NeighborGraph, k: int) -> None:
    """Search one by one for the few rows that have fewer than `k` neighbours in `graph`, in place."""
    for row in np.flatnonzero(graph.indices[:, -1] < 0):
        query = np.asarray(geometry.vectors[row : row + 1])
        indices, distances = nearest_of_block(geometry, query, k, int(row), ROWS_AT_ONCE)
        graph.indices[row], graph.distances[row] = indices[0], distances[0]
