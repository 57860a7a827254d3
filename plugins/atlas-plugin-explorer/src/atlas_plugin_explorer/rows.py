"""The rows of a map as JSON, for hover and detail, and its text, for search."""

from __future__ import annotations

import datetime as dt
import functools
import json
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from localatlas.errors import AtlasValueError, RowNotFoundError
from localatlas.protocols import Duplicates, DuplicateVerdict, Map, Topics
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import plain

__all__ = ["FULL_ROWS", "LONGEST_TEXT", "MOST_ROWS", "RowReader"]

LONGEST_TEXT = 1_000
MOST_ROWS = 200
FULL_ROWS = 20
# Beyond it a number of JavaScript is not exact.
SAFE_INTEGER = 2**53


@dataclass(frozen=True)
class Parts:
    """What is known of all rows and small enough to keep: everything but the user's columns."""

    ids: pa.Array
    topics: Topics | None
    duplicates: Duplicates | None
    positions: NDArray[np.int64]

    def row(self, number: int, values: tuple[Any, ...], limit: int | None) -> dict[str, Any]:
        """Return one row, given its values."""
        shown, cut = [], {}
        for place, value in enumerate(values):
            text, length = shorten(as_json(value), limit)
            shown.append(text)
            if length is not None:
                cut[str(place)] = length
        duplicate = self.duplicates and {
            "verdict": DuplicateVerdict(int(self.duplicates.verdict[number])).label,
            "cluster": int(self.duplicates.cluster[number]),
        }
        return {
            "row": number,
            "position": None if self.positions[number] < 0 else int(self.positions[number]),
            "id": as_json(self.ids[number].as_py()),
            "values": shown,
            "cut": cut,
            "topics": self.topics and self.topics.assignment[number].tolist(),
            "duplicate": duplicate,
        }


class RowReader:
    """Reads rows and texts of one map; may be called from several threads.

    Args:
        map: the map.
        order: uint32 [N], the row of each point in page order.
    """

    def __init__(self, map: Map, order: NDArray[np.uint32]) -> None:  # noqa: A002
        self._map = map
        self._order = order
        self._lock = threading.Lock()
        self._texts: dict[str, pa.ChunkedArray] = {}

    @functools.cached_property
    def _parts(self) -> Parts:
        made, ids = self._map, self._map.row_ids
        positions = np.full(len(ids), -1, np.int64)
        positions[self._order] = np.arange(len(self._order))
        return Parts(ids, made.topic_model, made.duplicate_groups, positions)

    def text(self, field: str) -> pa.ChunkedArray:
        """Return a text column [R]; the one asked for last is kept."""
        with self._lock:
            if field not in self._texts:
                self._texts = {field: plain(self._map.columns([field]).column(0))}
            return self._texts[field]

    def rows(self, numbers: Sequence[int], *, full: bool) -> dict[str, Any]:
        """Return rows of the dataset, by number, as `api/rows` answers them.

        Raises:
            AtlasValueError: too many rows at once.
            RowNotFoundError: there is no such row.
        """
        most = FULL_ROWS if full else MOST_ROWS
        if not 0 < len(numbers) <= most:
            raise AtlasValueError(
                f"{len(numbers):,} rows were asked for: 1 to {most} at once{' with full=1' if full else ''}"
            )
        with self._lock:
            parts = self._parts
        total = len(parts.ids)
        if max(numbers) >= total:
            raise RowNotFoundError(f"there is no row {max(numbers):,}: this map has rows 0 to {total - 1:,}")
        # A store answers each row once, however often it is asked for.
        distinct = sorted(set(numbers))
        values = dict(zip(distinct, self._values(distinct), strict=True))
        limit = None if full else LONGEST_TEXT
        rows = [parts.row(number, values[number], limit) for number in numbers]
        return {"columns": self._map.schema.names, "rows": rows}

    def _values(self, rows: list[int]) -> list[tuple[Any, ...]]:
        if not self._map.schema.names:
            return [()] * len(rows)
        part = self._map.take(np.array(rows, np.int64))
        return list(zip(*(column.to_pylist() for column in part.columns), strict=True))

    def numbers(self, positions: Sequence[int]) -> list[int]:
        """Return the rows of points.

        Raises:
            RowNotFoundError: there is no such point.
        """
        if max(positions, default=0) >= len(self._order):
            raise RowNotFoundError(f"there is no point {max(positions):,}: this map has {len(self._order):,}, from 0")
        return [int(self._order[position]) for position in positions]


def shorten(value: Any, limit: int | None) -> tuple[Any, int | None]:
    """Cut a text, or a list or struct written as JSON, to `limit` characters; return its whole length if it was cut."""
    if limit is None or value is None or isinstance(value, (bool, int, float)):
        return value, None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (text[:limit], len(text)) if len(text) > limit else (value, None)


def as_json(value: Any) -> Any:
    """Return a value of a row as JSON can say it without losing a digit."""
    shown: Any = str(value)
    match value:
        case None | bool() | str():
            shown = value
        case int() if abs(value) <= SAFE_INTEGER:
            shown = value
        case float() if math.isfinite(value):
            shown = value
        case bytes():
            shown = f"<{len(value):,} bytes>"
        case dt.date() | dt.time():
            shown = value.isoformat()
        case dict():
            shown = {str(key): as_json(item) for key, item in value.items()}
        case list() | tuple():
            shown = [as_json(item) for item in value]
    return shown
