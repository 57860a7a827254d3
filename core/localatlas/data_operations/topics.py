"""What the rows are about, at every depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from localatlas.data_operations.view import View
from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.protocols import Topics

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["AtlasMapTopics"]


class AtlasMapTopics(View):
    """Columns: the id, then `topic_depth_1` … `topic_depth_D`, the labels from broad to fine."""

    def __init__(self, projection: AtlasProjection) -> None:
        """View the topics. Raises NotReadyError when the map was built without."""
        super().__init__(projection)
        topics = self._map.topic_model
        if topics is None:
            raise NotReadyError(
                f"topic modeling has not been run on {projection.name!r}; create_index(topic_model=True)"
            )
        self._topics: Topics = topics

    @property
    def depth(self) -> int:
        """How many depths there are."""
        return self._topics.depths

    @property
    def metadata(self) -> pd.DataFrame:
        """One row per topic.

        Columns: `topic_id`, `depth`, `topic_depth_1` … (the labels of the path to it, null below its depth),
        `topic_short_description` (its label), `topic_description` (keywords joined by "/"), `parent_id` (null at
        depth 1), `size` (rows), `x`, `y` (where its label belongs).
        """
        rows, sizes = [], self._sizes()
        for row, topic in enumerate(self._topics.topic_id.tolist()):
            path = self._path(topic)
            parent = int(self._topics.parent_id[row])
            rows.append(
                {
                    "topic_id": topic,
                    "depth": int(self._topics.depth[row]),
                    **{f"topic_depth_{level + 1}": _at(path, level) for level in range(self.depth)},
                    "topic_short_description": self._label(topic),
                    "topic_description": self._topics.labels[topic].description,
                    "parent_id": None if parent < 0 else parent,
                    "size": sizes[topic],
                    "x": float(self._topics.position[row, 0]),
                    "y": float(self._topics.position[row, 1]),
                }
            )
        return pd.DataFrame(rows).astype({"parent_id": "Int64"})

    @property
    def hierarchy(self) -> dict[tuple[str, int], list[str]]:
        """The labels below each topic, under `(label, depth)`; a leaf has no entry."""
        depth = dict(zip(self._topics.topic_id.tolist(), self._topics.depth.tolist(), strict=True))
        below: dict[tuple[str, int], list[str]] = {}
        for topic in self._topics.topic_id.tolist():
            children = self._topics.children(topic).tolist()
            if children:
                below[self._label(topic), depth[topic]] = [self._label(child) for child in children]
        return below

    def group_by_topic(self, topic_depth: int = 1) -> list[dict[str, Any]]:
        """Return the topics of one depth with their rows.

        Each is a dict: `topic_id`, `topic_short_description`, `topic_long_description`, `subtopics` (labels),
        `subtopic_ids`, `datum_ids` (a set).

        Raises:
            AtlasValueError: there is no such depth.
        """
        if not 1 <= topic_depth <= self.depth:
            raise AtlasValueError(f"topic_depth={topic_depth}: this map has the depths 1 to {self.depth}")
        level = self._topics.assignment[:, topic_depth - 1]
        ids, alive = self._map.row_ids, self._map.alive
        groups = []
        for topic in self._topics.topic_id[self._topics.depth == topic_depth].tolist():
            children = self._topics.children(topic).tolist()
            groups.append(
                {
                    "topic_id": topic,
                    "topic_short_description": self._label(topic),
                    "topic_long_description": self._topics.labels[topic].description,
                    "subtopics": [self._label(child) for child in children],
                    "subtopic_ids": children,
                    "datum_ids": set(ids.filter(pa.array((level == topic) & alive)).to_pylist()),
                }
            )
        return groups

    def _table(self) -> pa.Table:
        order = {topic: row for row, topic in enumerate(self._topics.topic_id.tolist())}
        labels = pa.array([self._label(topic) for topic in order], pa.string())
        columns = {}
        for level in range(self.depth):
            codes = [order.get(topic) for topic in self._topics.assignment[:, level].tolist()]
            columns[f"topic_depth_{level + 1}"] = labels.take(pa.array(codes, pa.int32()))
        return self._with_ids(columns)

    def _sizes(self) -> dict[int, int]:
        """Return how many living rows each topic has."""
        living = self._topics.assignment[self._map.alive]
        ids, counts = np.unique(living, return_counts=True)
        return dict.fromkeys(self._topics.topic_id.tolist(), 0) | dict(zip(ids.tolist(), counts.tolist(), strict=True))

    def _label(self, topic: int) -> str:
        return self._topics.labels[topic].label

    def _path(self, topic: int) -> list[str]:
        parent = dict(zip(self._topics.topic_id.tolist(), self._topics.parent_id.tolist(), strict=True))
        path = [topic]
        while parent[path[0]] >= 0:
            path.insert(0, parent[path[0]])
        return [self._label(each) for each in path]


def _at(path: list[str], level: int) -> str | None:
    return path[level] if level < len(path) else None
