"""Changes of a version: which rows a value means, and pieces that are written anew without some of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.stored_columns import looked_up, plain

from atlas_plugin_postgres.pieces import Version, read, write_piece

if TYPE_CHECKING:
    import psycopg

__all__ = ["joined", "matching", "merged", "rewritten"]

# How many rows a merged piece has: enough to make pieces few, and few enough to be in memory several times.
MERGED_ROWS = 100_000


def matching(connection: psycopg.Connection[Any], version: Version, column: str, values: pa.Array) -> pa.Array:
    """Return the positions, int64, of the rows whose `column` is one of `values`; a null matches nothing."""
    found: list[pa.ChunkedArray] = []
    if version.schema is not None:
        looked = pc.drop_null(looked_up(version.schema, column, values))
        tables = read(connection, version, [column])
        found = [table.filter(pc.is_in(plain(table[column]), value_set=looked))[POSITION_COLUMN] for table in tables]
    return pa.chunked_array([chunk for each in found for chunk in each.chunks], pa.int64()).combine_chunks()


def joined(first: pa.Array, second: pa.Array) -> pa.Array:
    """Return two arrays of positions as one."""
    return pa.concat_arrays([first, second])


def rewritten(connection: psycopg.Connection[Any], dataset: int, version: Version, going: pa.Array) -> Version:
    """Return the version with every piece that has one of these rows written anew without them."""
    query = """SELECT id FROM pieces WHERE id = ANY(%s)
        AND EXISTS (SELECT FROM unnest(%s::bigint[]) AS position WHERE position BETWEEN low AND high)"""
    touched = {number for (number,) in connection.execute(query, [version.pieces, going.to_pylist()])}
    gone, pieces = version.gone, []
    for number in version.pieces:
        if number not in touched:
            pieces.append(number)
            continue
        whole = Version(version.number, version.schema, [number], pa.array([], pa.int64()), 0)
        for table in read(connection, whole, _names(version)):
            out = pc.is_in(table[POSITION_COLUMN], value_set=joined(version.gone, going))
            kept = table.filter(pc.invert(out))
            gone = gone.filter(pc.invert(pc.is_in(gone, value_set=table[POSITION_COLUMN].combine_chunks())))
            if kept.num_rows:
                pieces.append(write_piece(connection, dataset, kept))
    return Version(version.number, version.schema, pieces, gone, version.rows - len(going))


def merged(connection: psycopg.Connection[Any], dataset: int, version: Version) -> Version:
    """Return the version with its rows in few pieces, none of which has a row that is gone."""
    pieces: list[int] = []
    waiting: list[pa.Table] = []
    for table in read(connection, version, _names(version)):
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= MERGED_ROWS:
            pieces.append(write_piece(connection, dataset, pa.concat_tables(waiting)))
            waiting = []
    if waiting:
        pieces.append(write_piece(connection, dataset, pa.concat_tables(waiting)))
    return Version(version.number, version.schema, pieces, pa.array([], pa.int64()), version.rows)


def _names(version: Version) -> list[str]:
    return [] if version.schema is None else list(version.schema.names)
