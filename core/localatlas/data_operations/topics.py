"""What the rows are about, at every depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.data_operations.intervals import between
from localatlas.data_operations.view import View
from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.protocols import Topics

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["AtlasMapTopics"]

# As in the SDK, where maps have at most three depths.
DEEPEST_BY_DEFAULT = 3


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
        self._check_depth(topic_depth)
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

    def get_topic_density(self, time_field: str, start: Any, end: Any, topic_depth: int = 1) -> list[dict[str, Any]]:
        """Return how many rows each topic has between two points in time, most first.

        Each is a dict: `topic` (its label), `topic_id`, `count`. Topics without such rows are left out.

        Args:
            time_field: a column of dates, times or numbers (years, say).
            start: the first that counts: a date, a datetime, or what else the column holds; ISO text will do.
            end: the last that counts.
            topic_depth: which depth's topics.

        Raises:
            AtlasValueError: there is no such column or depth, or `start` and `end` do not fit the column.
        """
        self._check_depth(topic_depth)
        inside = between(self._map, time_field, start, end) & self._map.alive
        level = self._topics.assignment[inside, topic_depth - 1]
        ids, counts = np.unique(level[level >= 0], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [
            {"topic": self._label(topic), "topic_id": topic, "count": count}
            for topic, count in zip(ids[order].tolist(), counts[order].tolist(), strict=True)
        ]

    def vector_search_topics(
        self, queries: Any, k: int = 32, depth: int | None = None
    ) -> dict[str, list[dict[str, float]]]:
        """Return which topics the `k` nearest rows of each query have.

        Args:
            queries: vectors, array-like [M, D].
            k: how many rows to ask.
            depth: which depth's topics; the finest, at most 3, by default.

        Returns:
            `{"topics": [...]}` with a dict for each query: the topic's id, as text, and its share of the rows, the
            greatest first; the shares of a query sum to 1.

        Raises:
            AtlasValueError: `queries` is not two-dimensional or of another width, or there is no such depth.
        """
        depth = min(self.depth, DEEPEST_BY_DEFAULT) if depth is None else depth
        self._check_depth(depth)
        neighbors, _ = self.projection.embeddings.vector_search(queries=queries, k=k)
        ids = self._map.row_ids
        rows = {value: row for row, value in enumerate(ids.to_pylist())}
        level = self._topics.assignment[:, depth - 1]
        return {"topics": [_shares(level[[rows[value] for value in near]]) for near in neighbors]}

    def _check_depth(self, depth: object) -> None:
        if not isinstance(depth, int | np.integer) or not 1 <= depth <= self.depth:
            raise AtlasValueError(f"topic_depth={depth!r}: this map has the depths 1 to {self.depth}")

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


def _shares(topics: NDArray[np.integer]) -> dict[str, float]:
    ids, counts = np.unique(topics, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shares = counts[order] / max(len(topics), 1)
    return {str(topic): share for topic, share in zip(ids[order].tolist(), shares.tolist(), strict=True)}


def _at(path: list[str], level: int) -> str | None:
    return path[level] if level < len(path) else None
