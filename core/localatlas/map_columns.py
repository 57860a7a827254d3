"""What a map adds to the user's columns: places, topics, duplicates and tags, by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.protocols import Duplicates, DuplicateVerdict, Topics
from localatlas.selections.on_map import MapRows

__all__ = ["Column", "map_columns"]

Column: TypeAlias = Callable[[NDArray[np.intp]], pa.Array]
"""Returns the values of some rows, in their order."""


def map_columns(rows: MapRows) -> dict[str, Column]:
    """Return the columns of one version of a map, as its views call them; nothing is made before it is asked."""
    stored = rows.stored
    columns: dict[str, Column] = {axis: _place(stored.table[axis]) for axis in "xy"}
    topics, groups = stored.topic_model, stored.duplicate_groups
    if topics is not None:
        columns |= {f"topic_depth_{level + 1}": _labels(topics, level) for level in range(topics.depths)}
    if groups is not None:
        columns["duplicate_class"] = _classes(groups)
        columns["cluster_id"] = lambda chosen: pa.array(groups.cluster[chosen])
    return columns | {tag.name: _tag(rows, tag.name) for tag in rows.tags}


def _place(values: pa.ChunkedArray) -> Column:
    return lambda chosen: values.take(pa.array(chosen)).combine_chunks()


def _labels(topics: Topics, level: int) -> Column:
    def column(chosen: NDArray[np.intp]) -> pa.Array:
        numbers = topics.topic_id[topics.depth == level + 1]
        labels = pa.array([topics.labels[topic].label for topic in numbers.tolist()], pa.string())
        assigned = topics.assignment[chosen, level]
        order = np.argsort(numbers)
        places = order[np.minimum(np.searchsorted(numbers[order], assigned), len(order) - 1)]
        return labels.take(pa.array(places, mask=assigned < 0))

    return column


def _classes(groups: Duplicates) -> Column:
    names = pa.array([verdict.label for verdict in DuplicateVerdict])
    return lambda chosen: pa.DictionaryArray.from_arrays(pa.array(groups.verdict[chosen].astype(np.int8)), names)


def _tag(rows: MapRows, name: str) -> Column:
    return lambda chosen: pa.array(rows.tagged(name)[chosen])
