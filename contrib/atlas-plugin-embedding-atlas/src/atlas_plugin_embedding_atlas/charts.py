"""What the viewer shows at first: the map coloured by its broadest topics, the rows, and a chart of each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["first_charts"]

# As the viewer itself chooses: a column of more texts than this is no category.
MOST_CATEGORIES = 1000
MOST_NUMBERS_COUNTED = 10


def first_charts(table: pa.Table, options: Mapping[str, Any], color: str | None) -> dict[str, Any]:
    """Return a state of the viewer, as its page exports one.

    Args:
        table: what it shows.
        options: which columns are what: `x`, `y`, `text`, `image`, `neighbors`, `row_id`.
        color: the column whose values colour the points, or None.
    """
    roles = {name: options[name] for name in ("x", "y", "text", "image", "neighbors") if options.get(name) is not None}
    embedding = {"type": "embedding", "title": "Embedding", "data": roles | ({"category": color} if color else {})}
    charts = [embedding, {"type": "predicates", "title": "SQL Predicates"}, {"type": "instances", "title": "Instances"}]
    shown = set(roles.values()) | {options["row_id"]}
    drawn = [_chart(name, table[name]) for name in table.column_names if name not in shown]
    charts += [chart for chart in drawn if chart is not None]
    return {"charts": {str(number): chart for number, chart in enumerate(charts, start=1)}}


def _chart(name: str, values: pa.ChunkedArray) -> dict[str, Any] | None:
    """Return the chart of a column: how often each value is there, a histogram, or None where neither says anything."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind):
        # Ids are texts too, each there once.
        return _counts(name) if 1 < _distinct(values) <= min(MOST_CATEGORIES, len(values) - 1) else None
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        distinct = _distinct(values)
        return None if distinct <= 1 else _counts(name) if distinct <= MOST_NUMBERS_COUNTED else _histogram(name)
    if pa.types.is_temporal(kind):
        return _histogram(name) if _distinct(values) > 1 else None
    return None


def _distinct(values: pa.ChunkedArray) -> int:
    plain = values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
    return int(pc.count_distinct(plain).as_py())


def _counts(name: str) -> dict[str, Any]:
    return {"type": "count-plot", "title": name, "data": {"field": name}}


def _histogram(name: str) -> dict[str, Any]:
    """Return bars of all rows, and before them bars of those that are selected."""
    bars = {"mark": "bar", "encoding": {"x": {"field": name}, "y": {"aggregate": "count"}}}
    layers = [bars | {"style": {"fillColor": "$markColorFade"}}, bars | {"filter": "$filter"}]
    return {"title": name, "layers": layers, "selection": {"brush": {"encoding": "x"}}}
