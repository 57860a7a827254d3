"""What each kind of leaf asks of a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError, NotReadyError, RowNotFoundError, listing, suggestion
from localatlas.protocols import DuplicateVerdict, Map
from localatlas.protocols import Topics as TopicModel
from localatlas.selections.base import Node
from localatlas.selections.leaves import (
    Category,
    Duplicates,
    Ids,
    Lasso,
    Meaning,
    Neighbors,
    Range,
    Tag,
    Text,
    Topic,
)
from localatlas.selections.polygons import inside
from localatlas.selections.ranges import within
from localatlas.selections.rows import Block
from localatlas.selections.space import Space
from localatlas.selections.text_match import text_matches
from localatlas.selections.values import among

__all__ = ["Sources", "Test", "test_of"]

# A similarity is a sum of many float32 products.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Test:
    """What tells which rows of a block are meant.

    Attributes:
        columns: the columns it reads.
        rows: returns bool [n] for a block of n rows.
    """

    columns: tuple[str, ...]
    rows: Callable[[Block], NDArray[np.bool_]]


@dataclass(frozen=True)
class Sources:
    """Where answers come from."""

    map: Map
    space: Space | None
    tags: Callable[[str], NDArray[np.bool_]] | None

    @cached_property
    def ids(self) -> pa.Array:
        """The ids of all rows, [R]."""
        return self.map.row_ids

    @cached_property
    def places(self) -> NDArray[np.float64]:
        """The places of all rows, float64 [R, 2], NaN without one."""
        return np.asarray(self.map.layout.positions, dtype=np.float64)

    def kind(self, field: str) -> pa.DataType:
        """Return the type of a column, of a category that of its values. Raises AtlasValueError."""
        schema = self.map.schema
        if field not in schema.names:
            raise AtlasValueError(
                f"the map {self.map.name!r} has no column {field!r}{suggestion(field, schema.names)}; it has "
                f"{listing(schema.names, shown=20)}"
            )
        kind = schema.field(field).type
        return kind.value_type if pa.types.is_dictionary(kind) else kind


def test_of(leaf: Node, sources: Sources) -> Test:
    """Return the test of a leaf. Raises what `evaluate` does."""
    return TESTS[type(leaf)](leaf, sources)


def _text(leaf: Text, sources: Sources) -> Test:
    fields = leaf.fields or ((sources.map.text_field,) if sources.map.text_field else ())
    if not fields:
        raise AtlasValueError(f"the map {sources.map.name!r} has no text column of its own; name the fields to look in")
    for field in fields:
        kind = sources.kind(field)
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise AtlasValueError(f"text: column {field!r} is {kind}; name columns of text")

    def rows(block: Block) -> NDArray[np.bool_]:
        found = np.zeros(block.rows.stop - block.rows.start, dtype=bool)
        for field in fields:
            found |= text_matches(
                block.column(field),
                leaf.query,
                regex=leaf.regex,
                whole_word=leaf.whole_word,
                ignore_case=leaf.ignore_case,
            )
        return found

    return Test(tuple(fields), rows)


def _range(leaf: Range, sources: Sources) -> Test:
    test = within(leaf, sources.kind(leaf.field))
    return Test((leaf.field,), lambda block: test(block.column(leaf.field)))


def _category(leaf: Category, sources: Sources) -> Test:
    test = among(leaf.values, sources.kind(leaf.field), f"category: column {leaf.field!r}")
    return Test((leaf.field,), lambda block: test(block.column(leaf.field)))


def _ids(leaf: Ids, sources: Sources) -> Test:
    test = among(leaf.ids, sources.ids.type, "ids: the column of ids")
    return Test((), lambda block: test(pa.chunked_array([sources.ids[block.rows]])))


def _lasso(leaf: Lasso, sources: Sources) -> Test:
    def rows(block: Block) -> NDArray[np.bool_]:
        places = sources.places[block.rows]
        found: NDArray[np.bool_] = np.any([inside(places, polygon) for polygon in leaf.polygons], axis=0)
        return found

    return Test((), rows)


def _topic(leaf: Topic, sources: Sources) -> Test:
    model = sources.map.topic_model
    if model is None:
        raise NotReadyError(f"the map {sources.map.name!r} was built without topics; create_index(topic_model=True)")
    number, level = _numbered(leaf, model)
    return Test((), lambda block: model.assignment[block.rows, level] == number)


def _numbered(leaf: Topic, model: TopicModel) -> tuple[int, int]:
    """Return a topic's number, and the column of its depth."""
    depth_of = dict(zip(model.topic_id.tolist(), model.depth.tolist(), strict=True))
    if leaf.topic_id is not None:
        if leaf.topic_id not in depth_of:
            raise AtlasValueError(f"there is no topic {leaf.topic_id}; this map has {listing(depth_of, shown=10)}")
        return leaf.topic_id, depth_of[leaf.topic_id] - 1
    if leaf.depth is None or leaf.depth > model.depths:
        raise AtlasValueError(f"depth={leaf.depth}: this map has the depths 1 to {model.depths}")
    labels = {label.label: topic for topic, label in model.labels.items() if depth_of[topic] == leaf.depth}
    name = leaf.label or ""
    if name not in labels:
        raise AtlasValueError(f"there is no topic {name!r} at depth {leaf.depth}{suggestion(name, labels)}")
    return labels[name], leaf.depth - 1


def _duplicates(leaf: Duplicates, sources: Sources) -> Test:
    groups = sources.map.duplicate_groups
    if groups is None:
        raise NotReadyError(
            f"the map {sources.map.name!r} was built without duplicates; create_index(duplicate_detection=True)"
        )
    wanted = [verdict.value for verdict in DuplicateVerdict if verdict.label in leaf.classes]
    return Test((), lambda block: np.isin(groups.verdict[block.rows], wanted))


def _tag(leaf: Tag, sources: Sources) -> Test:
    if sources.tags is None:
        raise NotReadyError(f"tag {leaf.name!r}: tags cannot be looked up here")
    return _known(sources.tags(leaf.name))


def _meaning(leaf: Meaning, sources: Sources) -> Test:
    space = _space(sources, "meaning")
    if leaf.similarity is not None and space.metric != "cosine":
        raise AtlasValueError(f"similarity is for maps of cosine metric, this one's is {space.metric}; give k")
    far = space.from_text(leaf.query) if leaf.query is not None else space.from_vector(leaf.vector or ())
    near = ~np.isnan(far) & sources.map.alive
    if leaf.similarity is not None:
        near &= 1 - far >= leaf.similarity - ROUNDING
    return _known(near if leaf.k is None else _best(far, near, leaf.k))


def _neighbors(leaf: Neighbors, sources: Sources) -> Test:
    space = _space(sources, "neighbors")
    is_it = among([leaf.id], sources.ids.type, "neighbors: the column of ids")(pa.chunked_array([sources.ids]))
    if not is_it.any():
        raise RowNotFoundError(f"neighbors: the map {sources.map.name!r} has no row {leaf.id!r}")
    row = int(np.argmax(is_it))
    far = space.from_row(row)
    # The row comes before its copies.
    far[row] = -np.inf
    return _known(_best(far, ~np.isnan(far) & sources.map.alive, leaf.k))


def _best(far: NDArray[np.float32], among_rows: NDArray[np.bool_], k: int) -> NDArray[np.bool_]:
    """Return the k nearest of some rows; of equal ones those uploaded first."""
    rows = np.flatnonzero(among_rows)
    best = np.zeros(len(far), dtype=bool)
    best[rows[np.argsort(far[rows], kind="stable")[:k]]] = True
    return best


def _space(sources: Sources, what: str) -> Space:
    if sources.space is None:
        raise NotReadyError(f"{what}: vectors cannot be searched here")
    return sources.space


def _known(rows: NDArray[np.bool_]) -> Test:
    return Test((), lambda block: rows[block.rows])


TESTS: dict[type[Node], Callable[[Any, Sources], Test]] = {
    Text: _text,
    Range: _range,
    Category: _category,
    Ids: _ids,
    Lasso: _lasso,
    Topic: _topic,
    Duplicates: _duplicates,
    Tag: _tag,
    Meaning: _meaning,
    Neighbors: _neighbors,
}
