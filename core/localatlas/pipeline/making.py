"""How a version's graph, layout and topics come about: from scratch, or from the version before."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from localatlas.components import Components
from localatlas.pipeline import steps
from localatlas.pipeline.base_map import BaseMap
from localatlas.pipeline.extend_graph import extend_graph, worth_extending
from localatlas.pipeline.extend_layout import extend_layout, load_near, nearest_mapped
from localatlas.pipeline.extend_topics import extend_topics, vote
from localatlas.pipeline.index import LentIndex
from localatlas.pipeline.matching import Matching, match
from localatlas.pipeline.records import LayoutMode
from localatlas.pipeline.topic_table import save_topics
from localatlas.protocols import Context, SupportsSearch, SupportsTransform, SupportsWarmStart, Topics

__all__ = ["FromScratch", "FromVersion", "Making", "goes_on", "keeps_places"]


def keeps_places(components: Components) -> bool:
    """Whether new rows can be placed on a map that does not move."""
    projector, finder = components.projector.component, components.neighbors.component
    return isinstance(projector, SupportsTransform) and isinstance(finder, SupportsSearch)


def goes_on(components: Components) -> bool:
    """Whether a map can be laid out again from where its rows lie."""
    return isinstance(components.projector.component, SupportsWarmStart)


class Making(Protocol):
    """The work of three stages."""

    @property
    def extends(self) -> str:
        """What tells the version started from, for the keys of the results; empty when from scratch."""
        ...

    @property
    def places(self) -> NDArray[np.float32] | None:
        """Where rows of the dataset lie already, float32 [R, 2], NaN where they do not; None when from scratch."""
        ...

    def neighbors(self, k: int, folder: Path, context: Context) -> None:
        """Find the `k` nearest of every vector."""
        ...

    def layout(self, folder: Path, context: Context) -> None:
        """Place every vector."""
        ...

    def topics(self, layout: Path, folder: Path, context: Context) -> None:
        """Find topics over the layout in a folder, and name them."""
        ...


class FromScratch:
    """All rows at once."""

    extends = ""
    places = None

    def __init__(self, components: Components, index: LentIndex) -> None:
        self._components, self._index = components, index

    def neighbors(self, k: int, folder: Path, context: Context) -> None:
        """Find the `k` nearest of every vector."""
        steps.find_neighbors(self._components.neighbors, self._index, k, folder, context)

    def layout(self, folder: Path, context: Context) -> None:
        """Lay all vectors out."""
        steps.lay_out(self._components.projector, self._index, folder, context)

    def topics(self, layout: Path, folder: Path, context: Context, before: steps.EarlierTopics | None = None) -> None:
        """Model topics, and name them; those that were there `before` keep their ids."""
        modeler, labeler = self._components.topic_model, self._components.topic_labeler
        assert modeler is not None  # noqa: S101  for the type checker: the stage is left out where topics are off
        assert labeler is not None  # noqa: S101  likewise
        steps.model_topics(modeler, labeler, self._index, steps.load_layout(layout), folder, context, before)


class FromVersion:
    """What was there before stays; what is new finds its place among it."""

    def __init__(
        self,
        components: Components,
        index: LentIndex,
        base: BaseMap,
        positions: NDArray[np.int64],
        rebuild_topics: bool,
        layout: LayoutMode = "keep",
    ) -> None:
        """Go on from `base` with the rows `positions`, whose vectors are `index`."""
        self._components, self._index, self._base = components, index, base
        self._matching: Matching = match(base, positions, index)
        self._anew = FromScratch(components, index)
        # Without old points, or without a way to place new ones among them, it is a new map.
        self._keeps = layout == "keep" and keeps_places(components) and len(self._matching.old) > 0
        self._goes_on = layout != "new" and not self._keeps and goes_on(components) and len(self._matching.old) > 0
        self._rebuild_topics = rebuild_topics or not self._keeps or base.topics is None

    @property
    def extends(self) -> str:
        """What tells the version started from."""
        return self._base.key

    @property
    def places(self) -> NDArray[np.float32] | None:
        """Where the old rows lie, float32 [R, 2], NaN for new ones; None when all are placed anew."""
        if not self._keeps:
            return None
        row = self._matching.base_row
        return np.where((row >= 0)[:, None], self._base.places[np.maximum(row, 0)], np.float32(np.nan))

    def neighbors(self, k: int, folder: Path, context: Context) -> None:
        """Extend the old lists where that gives the same for less."""
        finder, index, matching = self._components.neighbors, self._index, self._matching
        if not matching.equal or not worth_extending(finder, self._base.graph, matching.old_of, k):
            self._anew.neighbors(k, folder, context)
            return
        old = self._base.graph
        graph = extend_graph(finder, index.vectors, old, matching.old_of, k, index.metric, context)
        steps.save_graph(folder, graph)

    def layout(self, folder: Path, context: Context) -> None:
        """Keep the old places and let the projector put the new vectors among them, or lay all out from where they lie.

        What can do neither, or is to do neither, is laid out anew.
        """
        index, matching = self._index, self._matching
        if self._goes_on:
            rows = matching.old_of.astype(np.int64)
            steps.lay_out_from(self._components.projector, index, self._base.layout, rows, folder, context)
            return
        if not self._keeps:
            self._anew.layout(folder, context)
            return
        anchor = matching.anchor[:, None]
        places = np.where(anchor >= 0, self._base.places[np.maximum(matching.anchor, 0)], np.float32(np.nan))
        k = 0 if index.graph is None else index.graph.indices.shape[1]
        finder = self._components.neighbors
        near = nearest_mapped(finder, index.vectors, matching.old, matching.new, k, index.metric, context)
        extend_layout(self._components.projector, index.vectors, places, near, self._base.state, folder, context)

    def topics(self, layout: Path, folder: Path, context: Context) -> None:
        """Keep the old rows' topics and let the new rows' neighbours vote, or model them anew."""
        before = self._base.topics
        if self._rebuild_topics or before is None:
            self._anew.topics(layout, folder, context, self._earlier(before))
            return
        matching, index = self._matching, self._index
        assignment = np.ascontiguousarray(before.assignment[matching.anchor])
        confidence = np.ascontiguousarray(before.confidence[matching.anchor])
        if len(matching.new):
            won, share = vote(load_near(layout), assignment[matching.old])
            assignment[matching.new], confidence[matching.new] = won, share
        topics: Topics = extend_topics(before, assignment, confidence, index.weights, self._row_of)
        save_topics(folder, topics, topics.labels)
        context.progress(1.0, f"{len(topics.topic_id):,} topics kept")

    def _earlier(self, before: Topics | None) -> steps.EarlierTopics | None:
        if before is None:
            return None
        anchor = self._matching.anchor
        earlier = np.where(anchor[:, None] >= 0, before.assignment[np.maximum(anchor, 0)], np.int32(-1))
        return steps.EarlierTopics(np.ascontiguousarray(earlier, dtype=np.int32), self._base.last_topic_id)

    def _row_of(self, position: int) -> int:
        """Return the row of the index that a row of the version before has become, by `_position_index`; or -1."""
        base = self._base
        row = int(np.searchsorted(base.positions, position))
        if row >= len(base.positions) or base.positions[row] != position:
            return -1
        return self._index_row.get(int(base.vector_of_row[row]), -1)

    @cached_property
    def _index_row(self) -> dict[int, int]:
        old_of = self._matching.old_of
        return {int(vector): row for row, vector in enumerate(old_of.tolist()) if vector >= 0}
