"""Pieces of a dataset's rows: what one append wrote, column by column, as Arrow streams that are never changed.

A version is a list of pieces and the positions of the rows of them that are gone. So a version stays what it is,
whatever is written later, and a reader asks the server for the columns that it needs and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from localatlas.protocols.storage import POSITION_COLUMN

if TYPE_CHECKING:
    import psycopg

__all__ = ["Version", "decoded", "encoded", "positions_bytes", "read", "read_version", "schema_bytes", "write_piece"]


INT64 = 8


@dataclass(frozen=True)
class Version:
    """One version of a dataset.

    Attributes:
        number: 0 before the first append.
        schema: all columns; None before the first append.
        pieces: their numbers.
        gone: int64, positions of rows that are in a piece and no longer there.
        rows: how many there are.
    """

    number: int
    schema: pa.Schema | None
    pieces: list[int]
    gone: pa.Array
    rows: int


def encoded(values: pa.ChunkedArray | pa.Array) -> bytes:
    """Return a column as an Arrow stream, whatever its type."""
    sink = pa.BufferOutputStream()
    table = pa.table({"c": values})
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def decoded(data: bytes) -> pa.ChunkedArray:
    """Return a column from an Arrow stream."""
    return pa.ipc.open_stream(pa.py_buffer(data)).read_all().column(0)


def schema_bytes(schema: pa.Schema) -> bytes:
    """Return a schema as an Arrow message."""
    return bytes(schema.serialize())


def positions_bytes(positions: pa.Array) -> bytes:
    """Return int64 positions as their bytes."""
    return bytes(positions.to_numpy(zero_copy_only=False).astype("<i8").tobytes())


def read_version(connection: psycopg.Connection[Any], dataset: int, number: int) -> Version | None:
    """Return a version of a dataset, or None if there is none of that number."""
    if number == 0:
        return Version(0, None, [], pa.array([], pa.int64()), 0)
    query = "SELECT columns, pieces, gone, rows FROM versions WHERE dataset = %s AND version = %s"
    found = connection.execute(query, [dataset, number], binary=True).fetchone()
    if found is None:
        return None
    columns, pieces, gone, rows = found
    positions = pa.Array.from_buffers(pa.int64(), len(gone) // INT64, [None, pa.py_buffer(gone)])
    return Version(number, pa.ipc.read_schema(pa.py_buffer(columns)), pieces, positions, rows)


def write_piece(connection: psycopg.Connection[Any], dataset: int, rows: pa.Table) -> int:
    """Write rows as a piece and return its number."""
    ends = pc.min_max(rows[POSITION_COLUMN]).as_py()
    made = connection.execute(
        "INSERT INTO pieces (dataset, low, high) VALUES (%s, %s, %s) RETURNING id", [dataset, ends["min"], ends["max"]]
    ).fetchone()
    number = int(made[0]) if made else 0
    with connection.cursor() as cursor:
        for name in rows.column_names:
            cells = [number, name, encoded(rows[name])]
            cursor.execute("INSERT INTO cells (piece, name, data) VALUES (%s, %s, %b)", cells)
    return number


def read(connection: psycopg.Connection[Any], version: Version, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield tables of these columns and of `_position_index`, each by growing position and above the one before.

    Pieces whose positions do not interleave are read one after the other, so memory holds one at a time.
    """
    if version.schema is None:
        return
    wanted = list(dict.fromkeys([*columns, POSITION_COLUMN]))
    schema = pa.schema([version.schema.field(name) for name in wanted])
    for group in _groups(connection, version.pieces):
        tables = [_piece(connection, number, schema) for number in group]
        table = pa.concat_tables(tables) if len(tables) > 1 else tables[0]
        if len(version.gone):
            table = table.filter(pc.invert(pc.is_in(table[POSITION_COLUMN], value_set=version.gone)))
        if table.num_rows:
            yield table if len(group) == 1 else table.sort_by(POSITION_COLUMN)


def _piece(connection: psycopg.Connection[Any], number: int, schema: pa.Schema) -> pa.Table:
    """Return some columns of a piece; one that it lacks is null."""
    query = "SELECT name, data FROM cells WHERE piece = %s AND name = ANY(%s)"
    found = {name: decoded(data) for name, data in connection.execute(query, [number, schema.names], binary=True)}
    rows = len(found[POSITION_COLUMN])
    lacking = {field.name: pa.nulls(rows, field.type) for field in schema if field.name not in found}
    return pa.Table.from_arrays([{**found, **lacking}[name] for name in schema.names], schema=schema)


def _groups(connection: psycopg.Connection[Any], pieces: list[int]) -> list[list[int]]:
    """Return the pieces in groups whose ranges of positions do not overlap, by position."""
    query = "SELECT id, low, high FROM pieces WHERE id = ANY(%s) ORDER BY low, high"
    groups: list[list[int]] = []
    end = -1
    for number, low, high in connection.execute(query, [pieces]):
        if groups and low <= end:
            groups[-1].append(number)
        else:
            groups.append([number])
        end = max(end, high)
    return groups
