"""Short names for the nodes, for people who write selections in Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

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
from localatlas.selections.parsing import build
from localatlas.selections.tree import AllOf, AnyOf, Not

__all__ = [
    "all_of",
    "any_of",
    "at_least",
    "at_most",
    "between",
    "contains",
    "duplicates",
    "everything",
    "has_ids",
    "is_in",
    "is_null",
    "like",
    "matches",
    "near",
    "none_of",
    "tagged",
    "topic",
    "within",
]


def everything() -> AllOf:
    """Select all rows."""
    return build(AllOf, of=[])


def all_of(*parts: Node) -> AllOf:
    """Select the rows that every part selects; the same as `a & b & c`."""
    return build(AllOf, of=parts)


def any_of(*parts: Node) -> AnyOf:
    """Select the rows that some part selects; the same as `a | b | c`."""
    return build(AnyOf, of=parts)


def none_of(*parts: Node) -> Not:
    """Select the rows that no part selects; the same as `~(a | b | c)`."""
    return build(Not, of=any_of(*parts))


def contains(
    query: str, fields: str | Sequence[str] | None = None, *, whole_word: bool = False, ignore_case: bool = True
) -> Text:
    """Select rows whose text holds a word or phrase, in any of some columns; by default the one that was mapped."""
    return build(Text, query=query, fields=fields, whole_word=whole_word, ignore_case=ignore_case)


def matches(
    expression: str, fields: str | Sequence[str] | None = None, *, whole_word: bool = False, ignore_case: bool = True
) -> Text:
    """Select rows whose text matches a regular expression in RE2's syntax."""
    return build(Text, query=expression, fields=fields, regex=True, whole_word=whole_word, ignore_case=ignore_case)


def between(field: str, low: Any = None, high: Any = None) -> Range:
    """Select rows whose number, date or time lies between two bounds, both included; None leaves an end open.

    Dates and times may be ISO 8601 text or Python's; a date as the upper bound includes its whole day.
    """
    return build(Range, field=field, low=_plain(low), high=_plain(high))


def at_least(field: str, low: Any) -> Range:
    """Select rows whose number, date or time is this or more."""
    return between(field, low=low)


def at_most(field: str, high: Any) -> Range:
    """Select rows whose number, date or time is this or less."""
    return between(field, high=high)


def is_in(field: str, values: Iterable[Any]) -> Category:
    """Select rows whose value is one of some; None among them means rows without a value."""
    return build(Category, field=field, values=_list(values))


def is_null(field: str) -> Category:
    """Select rows without a value."""
    return build(Category, field=field, values=[None])


def like(query: Any, *, k: int | None = None, similarity: float | None = None) -> Meaning:
    """Select rows that mean something like a text, or whose vectors lie near a vector, array-like [D]."""
    given = {"query": query} if isinstance(query, str) else {"vector": _list(query)}
    return build(Meaning, **given, k=_plain(k), similarity=_plain(similarity))


def near(row_id: Any, k: int) -> Neighbors:
    """Select the `k` rows nearest to a row in the space of the vectors; the row itself is the first."""
    return build(Neighbors, id=_plain(row_id), k=_plain(k))


def within(*polygons: Any) -> Lasso:
    """Select rows that lie on the map in any of some polygons, each array-like [V, 2], edges included."""
    return build(Lasso, polygons=[[_list(corner) for corner in _list(polygon)] for polygon in polygons])


def topic(topic_id: int | None = None, *, depth: int | None = None, label: str | None = None) -> Topic:
    """Select the rows of a topic, by its number, or by depth and label."""
    return build(Topic, topic_id=_plain(topic_id), depth=_plain(depth), label=label)


def duplicates(*classes: str) -> Duplicates:
    """Select rows of some duplicate classes; by default those that may go, "deletion candidate"."""
    return build(Duplicates, classes=classes or ("deletion candidate",))


def tagged(name: str) -> Tag:
    """Select the rows that have a tag."""
    return build(Tag, name=name)


def has_ids(ids: Iterable[Any]) -> Ids:
    """Select rows by id."""
    return build(Ids, ids=_list(ids))


def _list(values: Any) -> Any:
    """Return numpy's, pandas' and Arrow's columns as a list of plain values; what is no column stays as it is."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.to_pylist()
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        return values
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    """Return a scalar as JSON has it."""
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
