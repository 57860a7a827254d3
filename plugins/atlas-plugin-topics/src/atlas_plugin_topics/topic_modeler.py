"""The topic modeler `nomic-topic`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph, Topics
from numpy.typing import NDArray

from atlas_plugin_topics.borders import borders, nearest_pixel
from atlas_plugin_topics.cells import density_cells
from atlas_plugin_topics.exclaves import join_exclaves
from atlas_plugin_topics.graph import Ties, row_mass, ties
from atlas_plugin_topics.lands import LAND_REACH, lands
from atlas_plugin_topics.merge import GATE, Cells, cut
from atlas_plugin_topics.numbering import Numbered, number, renumber
from atlas_plugin_topics.options import TopicOptions
from atlas_plugin_topics.persistence import keep_ids
from atlas_plugin_topics.plan import topic_counts
from atlas_plugin_topics.raster import Raster, raster_of
from atlas_plugin_topics.structure import has_structure
from atlas_plugin_topics.vote import agreement, vote

__all__ = ["NomicTopic"]

# Pixels along the map's side, by the number of rows below which they are enough.
SIDES = ((1_000, 128), (4_000, 256), (500_000, 512))
LARGEST_SIDE = 1024
# Outlines and places of labels need no finer grid.
OUTLINE_SIDE = 256
MIN_CELLS = 100
# Ties count in full from a border of so many neighbours across it on, for each row along the smaller cell's side.
LONG_BORDER = 0.25


class NomicTopic:
    """Nested topics: fine density cells of the layout, merged by the neighbour graph, one tree cut at each depth.

    Every row is placed at every depth. The same input gives the same topics; nothing is drawn at random
    but the reference sample of the guard, which follows from the seed.
    """

    Options: ClassVar[type[TopicOptions]] = TopicOptions

    def __init__(self, options: TopicOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """How many neighbours it will ask of an index of `n` rows."""
        return min(self.options.n_neighbors, max(n - 1, 0))

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        """Return topics without labels."""
        weights = np.asarray(index.weights)
        positions = np.asarray(layout.positions)
        n = len(weights)
        context.progress(0.0, "looking for cells")
        counts = topic_counts(n, self.options)
        if self.options.guard and max(counts) > 1 and not has_structure(index, context):
            counts = [1] * len(counts)

        def looking() -> None:
            context.progress(0.2, "looking for cells")

        context.progress(0.1, "looking for cells")
        raster = raster_of(positions, next((side for below, side in SIDES if n < below), LARGEST_SIDE))
        mass = row_mass(weights)
        bonds = ties(self._graph(index, n), mass)
        cells = density_cells(raster, mass, max(MIN_CELLS, round(self.options.cells_per_topic * counts[-1])), looking)
        context.progress(0.4, "merging cells")
        found = self._groups(cells, counts, bonds, positions, weights)
        context.progress(0.6, "asking neighbours")
        groups = vote(bonds, found, lambda: context.progress(0.6, "asking neighbours"))
        context.progress(0.7, "drawing topics")
        if raster.side > OUTLINE_SIDE:
            raster = raster_of(positions, OUTLINE_SIDE)
        topics = _described(number(groups, weights), raster, bonds, positions, weights, context)
        context.progress(1.0, "topics found")
        return topics

    def keep_ids(self, found: Topics, before: NDArray[np.int32], used: int) -> Topics:
        """Return topics found anew under the ids of the old topics that they continue; see `persistence.keep_ids`."""
        return keep_ids(found, before, used)

    def _graph(self, index: Index, n: int) -> NeighborGraph:
        """Return the lent graph, or one without neighbours for a single row."""
        wanted = self.neighbors_needed(n)
        if wanted:
            return index.neighbors(wanted)
        return NeighborGraph(np.empty((n, 0), dtype=np.int32), np.empty((n, 0), dtype=np.float32))

    def _groups(
        self,
        cells: NDArray[np.int64],
        counts: Sequence[int],
        bonds: Ties,
        positions: NDArray[np.float32],
        weights: NDArray[np.integer],
    ) -> NDArray[np.int32]:
        """Return int32 [N, D], nested groups of the rows."""
        graph = _cell_graph(cells, bonds, positions, weights)
        tree = cut(graph, counts, min_size=self.options.min_topic_size, cap=self.options.cap)
        tree = join_exclaves(tree, graph)
        return renumber([groups[cells] for groups in tree])


def _cell_graph(
    cells: NDArray[np.int64], bonds: Ties, positions: NDArray[np.float32], weights: NDArray[np.integer]
) -> Cells:
    """Sum the ties of the rows up to ties of their cells, held back where a border on the map is short or missing."""
    tie = bonds.between(cells)
    degree = tie.sum(axis=1)
    rows = np.bincount(cells).astype(np.float64)
    side = np.sqrt(np.minimum.outer(rows, rows))
    gate = np.clip(borders(positions, cells) / (LONG_BORDER * side), GATE, 1.0)
    centre = np.column_stack([np.bincount(cells, weights=axis) / rows for axis in positions.T])
    return Cells(tie, gate, degree, np.bincount(cells, weights=weights).astype(np.float64), centre)


def _described(
    numbered: Numbered,
    raster: Raster,
    bonds: Ties,
    positions: NDArray[np.float32],
    weights: NDArray[np.integer],
    context: Context,
) -> Topics:
    """Give the topics their places and the rows their confidence."""
    anchors: list[NDArray[np.float32]] = []
    hulls: list[NDArray[np.float32]] = []
    nearest = nearest_pixel(raster, max(1.0, LAND_REACH * raster.side))
    for depth, column in enumerate(numbered.assignment.T):
        context.progress(0.7 + 0.25 * depth / numbered.assignment.shape[1], "drawing topics")
        place = lands(raster, nearest, positions, column - column.min(), weights)
        anchors.append(place.anchor)
        hulls.extend(place.hull)
    return Topics(
        topic_id=numbered.topic_id,
        depth=numbered.depth,
        parent_id=numbered.parent_id,
        size=numbered.size,
        position=np.concatenate(anchors),
        hull=tuple(hulls),
        assignment=numbered.assignment,
        confidence=agreement(bonds, numbered.assignment),
    )
