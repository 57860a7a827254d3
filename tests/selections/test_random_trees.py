"""Random trees over a small map against an evaluator that looks at one row at a time, and through JSON and back."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas import selections as s
from localatlas.protocols import Duplicates, DuplicateVerdict
from localatlas.selections import Node
from table_map import LABELS, TableMap, VectorSpace, map_of, two_depths

ROWS = 24
TEXTS = ["Red apple pie", "green APPLE", None, "", "a b c", "Émile, l'été", "pie pies", "x_pie 3.14 (old)", "ap.ple"]
TAGS = {"odd": np.arange(ROWS) % 2 == 1, "none": np.zeros(ROWS, dtype=bool)}
START = dt.datetime(2024, 1, 1, 23, 30, tzinfo=dt.UTC)
GRID = st.integers(-2, 6)


def sample() -> TableMap:
    """Return a map with every kind of column, some nulls, rows without a place, and deleted rows."""
    rows = np.arange(ROWS)
    placed = rows % 11 != 10
    positions = np.stack([rows % 5, rows // 5], axis=1).astype(np.float32)
    positions[~placed] = np.nan
    depth = np.where(placed, rows % 2, -1)
    below = np.where(placed, np.where(rows % 2 == 1, 4, 2 + rows % 4 // 2), -1)
    words = [TEXTS[row % len(TEXTS)] for row in rows]
    when = [None if row % 7 == 3 else START + dt.timedelta(hours=5 * int(row)) for row in rows]
    return map_of(
        {
            "text": pa.array(words),
            "long": pa.array(words[::-1], pa.large_string()),
            "kind": pa.array(words).dictionary_encode(),
            "n": pa.array([None if row % 5 == 4 else int(row) - 8 for row in rows], pa.int16()),
            "f": pa.array([None if row % 6 == 5 else math.nan if row % 6 == 4 else row / 4 for row in rows]),
            "flag": pa.array([None, True, False] * (ROWS // 3)),
            "when": pa.array(when, pa.timestamp("ms", tz="UTC")),
            "day": pa.array([None if at is None else at.date() for at in when]),
        },
        positions=positions,
        alive=rows % 8 != 5,
        topic_model=two_depths(np.stack([depth, below], axis=1).tolist()),
        duplicate_groups=Duplicates(rows.astype(np.int64), (rows % 3).astype(np.uint8)),
        text_field="text",
    )


MAP = sample()
RECORDS = MAP.table.to_pylist()
ANGLES = np.linspace(0, 5, ROWS)
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)
VECTORS[np.isnan(MAP.positions).any(axis=1)] = np.nan
SPACE = VectorSpace(VECTORS)
WITH_VECTOR = [row for row in range(ROWS) if not np.isnan(VECTORS[row]).any()]

texts = st.builds(
    s.contains,
    st.sampled_from(["pie", "APPLE", "été", ".", "a", "(old)", "'", "b c", "_"]),
    st.sampled_from([None, "text", "long", ["kind", "long"]]),
    whole_word=st.booleans(),
    ignore_case=st.booleans(),
)
patterns = st.builds(
    s.matches,
    st.sampled_from(["^a", "p+", "pie$", "[0-9]", "a|e", r"\(", ".*"]),
    whole_word=st.booleans(),
    ignore_case=st.booleans(),
)
numbers = st.one_of(st.integers(-10, 20), st.floats(-10, 20), st.sampled_from([-(10**30), 10**30, 2.5]))


def ordered(field: str, low: Any, high: Any) -> Node:
    if low is None and high is None:
        return s.is_null(field)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return s.between(field, low, high)


ranges = st.builds(ordered, st.sampled_from(["n", "f"]), st.none() | numbers, st.none() | numbers)
moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 8), timezones=st.just(dt.UTC))  # noqa: DTZ001  bounds
dates = st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 8))
times = st.builds(ordered, st.sampled_from(["when", "day"]), st.none() | moments, st.none() | moments)
days = st.builds(ordered, st.sampled_from(["when", "day"]), st.none() | dates, st.none() | dates)
categories = st.one_of(
    st.builds(s.is_in, st.sampled_from(["text", "kind"]), st.lists(st.sampled_from(TEXTS), max_size=3)),
    st.builds(s.is_in, st.sampled_from(["n", "f"]), st.lists(st.none() | numbers, max_size=3)),
    st.builds(s.is_in, st.just("flag"), st.lists(st.sampled_from([None, True, False]), max_size=2)),
    st.builds(s.is_null, st.sampled_from(MAP.schema.names)),
)
meanings = st.one_of(
    st.builds(s.like, st.sampled_from(WITH_VECTOR).map(str), k=st.integers(1, 30)),
    st.builds(s.like, st.tuples(st.floats(-1, 1), st.floats(-1, 1)), similarity=st.floats(-1, 1)),
    st.builds(s.near, st.sampled_from(WITH_VECTOR).map("r{}".format), st.integers(1, 30)),
)
lassos = st.builds(
    s.within,
    st.lists(st.tuples(GRID, GRID), min_size=3, max_size=7),
    st.lists(st.tuples(GRID, GRID), min_size=3, max_size=4),
)
topics = st.one_of(
    st.builds(s.topic, st.integers(0, 4)),
    st.sampled_from(range(5)).map(lambda number: s.topic(depth=1 if number < 2 else 2, label=LABELS[number])),
)
others = st.one_of(
    st.lists(st.sampled_from([verdict.label for verdict in DuplicateVerdict]), max_size=2).map(
        lambda names: s.duplicates(*names)
    ),
    st.builds(s.tagged, st.sampled_from(list(TAGS))),
    st.builds(s.has_ids, st.lists(st.integers(0, ROWS + 5).map("r{}".format), max_size=4)),
)
leaves = st.one_of(texts, patterns, ranges, times, days, categories, meanings, lassos, topics, others)
trees = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.lists(below, max_size=3).map(lambda parts: s.all_of(*parts)),
        st.lists(below, max_size=3).map(lambda parts: s.any_of(*parts)),
        below.map(lambda part: s.Not.model_validate({"of": part})),
    ),
    max_leaves=8,
)


def holds(node: Node, row: int) -> bool:
    """Tell whether a node is true of one row."""
    if isinstance(node, s.Not):
        return not holds(node.of, row)
    if isinstance(node, s.AllOf | s.AnyOf):
        return (all if isinstance(node, s.AllOf) else any)(holds(part, row) for part in node.of)
    return LOOKS[type(node)](node, row)


def has_text(node: s.Text, row: int) -> bool:
    expression = node.query if node.regex else re.escape(node.query)
    if node.whole_word:
        expression = rf"(?<!\w)(?:{expression})(?!\w)"
    values = [RECORDS[row][field] for field in node.fields or ["text"]]
    flags = re.IGNORECASE if node.ignore_case else 0
    return any(value is not None and re.search(expression, value, flags) for value in values)


def is_between(node: s.Range, row: int) -> bool:
    value = RECORDS[row][node.field]
    if value is None:
        return False
    if isinstance(value, dt.date):
        value = moment(value.isoformat(), last=False)
        return (node.low is None or value >= moment(node.low, last=False)) and (
            node.high is None or value <= moment(node.high, last=True)
        )
    return (node.low is None or value >= node.low) and (node.high is None or value <= node.high)


def moment(text: Any, *, last: bool) -> dt.datetime:
    read = dt.datetime.fromisoformat(text)
    read = read if read.tzinfo else read.replace(tzinfo=dt.UTC)
    return read + dt.timedelta(days=1, microseconds=-1) if last and len(text) == len("2024-01-31") else read


def is_one_of(node: s.Category, row: int) -> bool:
    value = RECORDS[row][node.field]
    return any(value is each or (value is not None and each is not None and value == each) for each in node.values)


def far(vector: np.ndarray) -> list[tuple[float, int]]:
    found = 1 - VECTORS @ vector.astype(np.float32)
    return sorted((float(found[row]), row) for row in WITH_VECTOR if MAP.alive[row])


def is_like(node: s.Meaning, row: int) -> bool:
    near = far(VECTORS[int(node.query)] if node.query is not None else np.array(node.vector))
    if node.similarity is not None:
        near = [
            (distance, each)
            for distance, each in near
            if np.float32(1) - np.float32(distance) >= node.similarity - 1e-6
        ]
    return row in [each for _, each in near[: node.k]]


def is_near(node: s.Neighbors, row: int) -> bool:
    start = int(str(node.id)[1:])
    near = sorted((-math.inf if each == start else distance, each) for distance, each in far(VECTORS[start]))
    return row in [each for _, each in near[: node.k]]


def lies_in(node: s.Lasso, row: int) -> bool:
    x, y = map(float, MAP.positions[row])
    return not math.isnan(x) and any(encloses(polygon, x, y) for polygon in node.polygons)


def encloses(polygon: Any, x: float, y: float) -> bool:
    """Even-odd with a ray to the right; coordinates are whole numbers, so nothing is rounded."""
    odd = False
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd


def has_topic(node: s.Topic, row: int) -> bool:
    number = node.topic_id if node.topic_id is not None else LABELS.index(node.label or "")
    assert MAP.topic_model is not None
    return number in MAP.topic_model.assignment[row]


LOOKS: dict[type[Node], Callable[[Any, int], bool]] = {
    s.Text: has_text,
    s.Range: is_between,
    s.Category: is_one_of,
    s.Meaning: is_like,
    s.Neighbors: is_near,
    s.Lasso: lies_in,
    s.Topic: has_topic,
    s.Duplicates: lambda node, row: DuplicateVerdict(row % 3).label in node.classes,
    s.Tag: lambda node, row: bool(TAGS[node.name][row]),
    s.Ids: lambda node, row: RECORDS[row]["id"] in node.ids,
}


@settings(max_examples=200, deadline=None)
@given(trees)
def test_a_tree_selects_the_rows_that_it_holds_of_one_by_one(tree: Node) -> None:
    expected = [bool(MAP.alive[row]) and holds(tree, row) for row in range(ROWS)]
    assert s.evaluate(tree, MAP, space=SPACE, tags=TAGS.__getitem__).tolist() == expected


@given(trees)
def test_a_tree_comes_back_from_json(tree: Node) -> None:
    assert s.parse(tree.to_json()) == s.parse(tree.to_dict()) == s.parse(tree) == tree
    assert hash(s.parse(tree.to_json())) == hash(tree)
    assert s.parse(tree.to_json()).to_json() == tree.to_json()


@settings(deadline=None)
@given(trees, trees)
def test_operators_are_those_of_sets(one: Node, other: Node) -> None:
    def rows(node: Node) -> set[int]:
        return set(np.flatnonzero(s.evaluate(node, MAP, space=SPACE, tags=TAGS.__getitem__)).tolist())

    living = set(np.flatnonzero(MAP.alive).tolist())
    assert rows(one & other) == rows(one) & rows(other)
    assert rows(one | other) == rows(one) | rows(other)
    assert rows(~one) == living - rows(one)


@pytest.mark.parametrize("kind", LOOKS, ids=lambda kind: kind.__name__)
def test_the_strategies_make_every_kind_of_leaf(kind: type[Node]) -> None:
    from hypothesis import find

    assert isinstance(find(leaves, lambda leaf: isinstance(leaf, kind)), kind)
