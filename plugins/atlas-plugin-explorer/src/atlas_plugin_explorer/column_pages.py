"""Writes the columns that can be drawn, reading the rows in blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from localatlas.protocols import Map
from localatlas.selections.rows import blocks
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import Column, ColumnReader, is_text, plain, reader_of
from atlas_plugin_explorer.files import PageWriter
from atlas_plugin_explorer.order import Order

__all__ = ["COLUMNS", "write_columns"]

COLUMNS = "columns.json"
# So many numbers of all columns that are read together: many columns of a small map take one pass, a column of a
# large one a pass of its own.
NUMBERS_AT_ONCE = 1 << 23


def write_columns(
    writer: PageWriter,
    map: Map,  # noqa: A002  the noun's name
    order: Order,
    progress: Callable[[float, str], None],
) -> dict[str, Any]:
    """Write pages and `columns.json`; return the part of the index about columns. `progress` gets 0..1."""
    schema, entries = map.schema, []
    at_once = max(1, NUMBERS_AT_ONCE // max(len(order.rows), 1))
    places = order.places(len(map.alive))
    for start in range(0, len(schema), at_once):
        part = [schema.field(number) for number in range(start, min(start + at_once, len(schema)))]
        readers = {field.name: _reader(map, field, len(order.rows)) for field in part}
        nulls = _read(map, readers, places)
        for number, field in enumerate(part, start):
            column = readers.pop(field.name).column()
            entries.append(_write(writer, number, field, column, nulls[field.name], order))
            progress((number + 1) / len(schema), f"column {field.name}")
    writer.json(COLUMNS, {"columns": entries})
    return {"file": COLUMNS, "count": len(entries)}


def _reader(map: Map, field: pa.Field, points: int) -> ColumnReader:  # noqa: A002
    kind = plain(pa.chunked_array([], field.type)).type
    return reader_of(kind, points, ids=field.name == map.id_field, mapped=field.name == map.text_field)


def _read(
    map: Map,  # noqa: A002
    readers: dict[str, ColumnReader],
    places: NDArray[np.int32],
) -> dict[str, int]:
    """Show the readers all points; return how many of each column are null."""
    nulls = dict.fromkeys(readers, 0)
    for block in blocks(map, list(readers)):
        at = places[block.rows]
        placed = at >= 0
        chosen = None if placed.all() else pa.array(placed)
        for name, reader in readers.items():
            values = plain(block.values(name))
            values = values if chosen is None else values.filter(chosen)
            nulls[name] += values.null_count
            reader.add(at[placed], values)
    return nulls


def _write(
    writer: PageWriter, number: int, field: pa.Field, column: Column, nulls: int, order: Order
) -> dict[str, Any]:
    """Write the pages of a column; return its entry in `columns.json`."""
    entry = {
        "name": field.name,
        "kind": column.kind,
        "type": str(field.type),
        "colorable": column.values is not None,
        "searchable": is_text(field.type),
        "nulls": nulls,
    }
    if column.values is not None:
        files = f"columns/{number}/{{page}}.bin"
        writer.paged(files, column.values, order.pages)
        entry |= {"encoding": str(column.values.dtype), "files": files}
    return {**entry, **column.facts}
