"""The rows of a map in blocks, so that no column is ever whole in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from localatlas.errors import StorageError
from localatlas.protocols import Map

__all__ = ["Block", "blocks"]

# Small batches are joined, so that what is done once per block is not done often.
ROWS = 1 << 16
BYTES = 1 << 25
ROWS_WITHOUT_COLUMNS = 1 << 20


@dataclass(frozen=True)
class Block:
    """Some rows in a row.

    Attributes:
        rows: which of the map's rows.
        table: the columns that were asked for, as many rows; None if none were.
    """

    rows: slice
    table: pa.Table | None

    def values(self, name: str) -> pa.ChunkedArray:
        """Return a column as it is kept."""
        assert self.table is not None  # noqa: S101  for the type checker: who asks for columns gets them
        return self.table[name]

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column; categories as the values they stand for."""
        values = self.values(name)
        return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def blocks(source: Map, columns: Sequence[str]) -> Iterator[Block]:
    """Yield all rows of a map in upload order, with some of the user's columns."""
    total = len(source.alive)
    if not columns:
        for start in range(0, total, ROWS_WITHOUT_COLUMNS):
            yield Block(slice(start, min(start + ROWS_WITHOUT_COLUMNS, total)), None)
        return
    start = 0
    for table in _tables(source, columns):
        yield Block(slice(start, start + table.num_rows), table)
        start += table.num_rows
    if start != total:
        raise StorageError(f"the map {source.name!r} has {total:,} rows, and {start:,} were read; build it anew")


def _tables(source: Map, columns: Sequence[str]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    for batch in source.scan(columns):
        held.append(batch)
        if sum(part.num_rows for part in held) >= ROWS or sum(part.nbytes for part in held) >= BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)
