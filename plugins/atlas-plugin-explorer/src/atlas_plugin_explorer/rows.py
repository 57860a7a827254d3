"""The rows of a map as JSON, for hover, tables and detail."""

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

__all__ = ["FULL_ROWS", "LONGEST_TEXT", "MOST_ROWS", "RowReader"]

LONGEST_TEXT = 1_000
MOST_ROWS = 200
FULL_ROWS = 20
# Beyond it a number of JavaScript is not exact.
SAFE_INTEGER = 2**53


@dataclass(frozen=True)
class Parts:
    """What is known of all rows and small enough to keep: everything but the user's columns."""

    alive: NDArray[np.bool_]
    topics: Topics | None
    duplicates: Duplicates | None
    positions: NDArray[np.int32]

    def row(self, number: int, values: tuple[Any, ...], row_id: Any, limit: int | None) -> dict[str, Any]:
        """Return one row, given its values and its id."""
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
            "id": as_json(row_id),
            "values": shown,
            "cut": cut,
            "topics": self.topics and self.topics.assignment[number].tolist(),
            "duplicate": duplicate,
            "deleted": not self.alive[number],
        }


class RowReader:
    """Reads rows of one map; may be called from several threads.

    Args:
        map: the map.
        order: uint32 [N], the row of each point in page order.
    """

    def __init__(self, map: Map, order: NDArray[np.uint32]) -> None:  # noqa: A002
        self._map = map
        self._order = order
        self._lock = threading.Lock()

    @functools.cached_property
    def _kept(self) -> Parts:
        made, alive = self._map, self._map.alive
        positions = np.full(len(alive), -1, np.int32)
        positions[self._order] = np.arange(len(self._order), dtype=np.int32)
        return Parts(alive, made.topic_model, made.duplicate_groups, positions)

    @property
    def _parts(self) -> Parts:
        with self._lock:
            return self._kept

    def rows(self, numbers: Sequence[int], *, full: bool, columns: Sequence[int] | None = None) -> dict[str, Any]:
        """Return rows of the dataset, by number, as `api/rows` answers them.

        Args:
            numbers: of the rows, in the order wanted.
            full: texts are not cut.
            columns: the places of the columns that are wanted; None is all.

        Raises:
            AtlasValueError: too many rows at once, or a column that is not there.
            RowNotFoundError: there is no such row.
        """
        most = FULL_ROWS if full else MOST_ROWS
        if not 0 < len(numbers) <= most:
            raise AtlasValueError(
                f"{len(numbers):,} rows were asked for: 1 to {most} at once{' with full=1' if full else ''}"
            )
        self.check(numbers)
        names = self._names(columns)
        # A store answers each row once, however often it is asked for.
        distinct = sorted(set(numbers))
        values = self._values(distinct, names)
        limit = None if full else LONGEST_TEXT
        parts = self._parts
        return {"columns": names, "rows": [parts.row(number, *values[number], limit) for number in numbers]}

    def check(self, numbers: Sequence[int]) -> None:
        """Raise RowNotFoundError if some row is not there."""
        total = len(self._map.alive)
        if max(numbers) >= total:
            raise RowNotFoundError(f"there is no row {max(numbers):,}: this map has {total:,}, from 0")

    def numbers(self, positions: Sequence[int]) -> list[int]:
        """Return the rows of points.

        Raises:
            RowNotFoundError: there is no such point.
        """
        if max(positions, default=0) >= len(self._order):
            raise RowNotFoundError(f"there is no point {max(positions):,}: this map has {len(self._order):,}, from 0")
        return [int(self._order[position]) for position in positions]

    def positions(self, rows: NDArray[np.integer]) -> list[int | None]:
        """Return where rows come in page order; None for one without a place."""
        return [None if place < 0 else place for place in self._parts.positions[rows].tolist()]

    def _names(self, columns: Sequence[int] | None) -> list[str]:
        names = list(self._map.schema.names)
        if columns is None:
            return names
        if max(columns) >= len(names):
            raise AtlasValueError(f"there is no column {max(columns):,}: this map has {len(names):,}, from 0")
        return [names[column] for column in columns]

    def _values(self, rows: list[int], names: list[str]) -> dict[int, tuple[tuple[Any, ...], Any]]:
        """Return the values and the id of some rows."""
        key = self._map.id_field
        read = list(dict.fromkeys([*names, *([] if key is None else [key])]))
        table = self._map.take(np.array(rows, np.int64), read) if read else None
        columns = (
            {} if table is None else dict(zip(read, (column.to_pylist() for column in table.columns), strict=True))
        )
        ids = self._map.row_ids.take(pa.array(rows)).to_pylist() if key is None else columns[key]
        return {row: (tuple(columns[name][place] for name in names), ids[place]) for place, row in enumerate(rows)}


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
