"""One dataset on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import DatasetNotFoundError, InvalidDataError, StorageError, listing
from localatlas.protocols import DatasetKey
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN
from localatlas.stored_columns import checked_positions, looked_up, plain, readable, widened

from atlas_plugin_postgres.changes import joined, matching, merged, rewritten
from atlas_plugin_postgres.connections import Database
from atlas_plugin_postgres.locks import lock_of
from atlas_plugin_postgres.objects import Objects
from atlas_plugin_postgres.pieces import (
    Version,
    positions_bytes,
    read,
    read_version,
    schema_bytes,
    write_piece,
)

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresDataset"]


class PostgresDataset:
    """Rows in versions and objects by name; every change is one transaction."""

    def __init__(self, database: Database, key: DatasetKey, number: int, folder: Path, compact_after: int) -> None:
        self._database, self._key, self._number, self._folder = database, key, number, folder
        self._compact_after = compact_after
        self._objects = Objects(database, number, folder)
        self._lock = lock_of(database, number)
        # As the storage protocol names them.
        self.put, self.get, self.path = self._objects.put, self._objects.get, self._objects.path
        self.remove = self._objects.remove

    # Rows.

    def version(self) -> int:
        """The newest version; 0 before the first append."""
        with self._reading(None) as (_, version):
            return version.number

    def schema(self, version: int | None = None) -> pa.Schema | None:
        """All columns, internal ones included; None before the first append."""
        with self._reading(version) as (_, found):
            return found.schema

    def count(self, version: int | None = None) -> int:
        """How many rows there are."""
        with self._reading(version) as (_, found):
            return found.rows

    def next_position(self) -> int:
        """The smallest integer above every `_position_index` ever used, also of deleted rows."""
        with self._database.connection() as connection:
            return self._state(connection)[1]

    def append(self, rows: pa.Table) -> int:
        """Append rows, whole or not at all, and return the new version. Raises InvalidDataError."""
        with self._writing() as (connection, before, free):
            lowest = pc.min(checked_positions(rows)).as_py()
            if lowest is not None and lowest < free:
                raise InvalidDataError(f"{POSITION_COLUMN} {lowest} is not free: the next is {free}")
            return self._commit(connection, before, before.gone, 0, rows)

    def delete(self, column: str, values: pa.Array) -> int:
        """Delete the rows whose `column` is one of `values`; return how many went."""
        with self._writing() as (connection, before, _):
            going = matching(connection, before, column, values)
            if len(going):
                self._commit(connection, before, joined(before.gone, going), len(going), None)
            return len(going)

    def replace(self, column: str, values: pa.Array, rows: pa.Table) -> int:
        """Delete as `delete` does and append `rows`, in one commit; return the version. Raises InvalidDataError."""
        with self._writing() as (connection, before, _):
            going = matching(connection, before, column, values)
            taken = matching(connection, before, POSITION_COLUMN, checked_positions(rows).combine_chunks())
            if not pc.all(pc.is_in(taken, value_set=going), min_count=0).as_py():
                raise InvalidDataError(f"a {POSITION_COLUMN} of the rows to write is another row's")
            if not len(taken):
                return self._commit(connection, before, joined(before.gone, going), len(going), rows)
            # Rows are known by their positions: one that is written anew must be in no other piece.
            kept = rewritten(connection, self._number, before, going)
            return self._commit(connection, kept, kept.gone, 0, rows)

    def find(self, column: str, values: pa.Array) -> pa.Array:
        """Return those of `values` that occur in `column`."""
        with self._reading(None) as (connection, version):
            if version.schema is None:
                return values.slice(0, 0)
            looked = looked_up(version.schema, column, values)
            there = pc.is_valid(looked)
            occurs = pa.array([False] * len(values), pa.bool_())
            for table in read(connection, version, [column]):
                occurs = pc.or_(occurs, pc.is_in(looked, value_set=plain(table[column]).combine_chunks()))
            return values.filter(pc.and_(occurs, there))

    def take(
        self,
        column: str,
        values: pa.Array,
        columns: Sequence[str] | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Return one row per value whose `column` equals it, in the order of `values`; a missing one is left out."""
        with self._reading(version) as (connection, found):
            if found.schema is None:
                return pa.table({})
            wanted = readable(found.schema, columns)
            looked = pc.drop_null(looked_up(found.schema, column, values))
            parts = [
                table.filter(pc.is_in(plain(table[column]), value_set=looked))
                for table in read(connection, found, list(dict.fromkeys([*wanted, column])))
            ]
        if not parts:
            return pa.schema([found.schema.field(name) for name in wanted]).empty_table()
        table = pa.concat_tables(parts)
        offsets = pc.drop_null(pc.index_in(looked, value_set=plain(table[column]).combine_chunks()))
        return table.select(wanted).take(offsets)

    def scan(
        self,
        columns: Sequence[str] | None = None,
        version: int | None = None,
        batch_size: int = 8192,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of `_position_index`, all columns but `_blob` when `columns` is None."""
        with self._reading(version) as (connection, found):
            if found.schema is None:
                return
            wanted = readable(found.schema, columns)
            for table in read(connection, found, wanted):
                yield from table.select(wanted).combine_chunks().to_batches(max_chunksize=batch_size)

    def read_blobs(self, positions: Sequence[int], version: int | None = None) -> list[bytes | None]:
        """Return the blobs of the rows with these `_position_index` values, in order."""
        asked = pa.array(list(positions), pa.int64())
        blobs: dict[int, bytes | None] = {}
        with self._reading(version) as (connection, found):
            if found.schema is not None and BLOB_COLUMN in found.schema.names:
                for table in read(connection, found, [BLOB_COLUMN]):
                    some = table.filter(pc.is_in(table[POSITION_COLUMN], value_set=asked))
                    blobs |= dict(zip(some[POSITION_COLUMN].to_pylist(), some[BLOB_COLUMN].to_pylist(), strict=True))
        return [blobs.get(position) for position in positions]

    def compact(self, keep_versions: Sequence[int] = ()) -> None:
        """Drop old versions but the newest and `keep_versions`, and merge the newest one's pieces if they are many."""
        drop_versions = "DELETE FROM versions WHERE dataset = %s AND NOT version = ANY(%s)"
        drop_pieces = """DELETE FROM pieces WHERE dataset = %s AND NOT id = ANY(
            SELECT unnest(pieces) FROM versions WHERE dataset = %s)"""
        with self._writing() as (connection, newest, _):
            connection.execute(drop_versions, [self._number, [newest.number, *keep_versions]])
            if len(newest.pieces) > self._compact_after or len(newest.gone) > newest.rows:
                self._store(connection, merged(connection, self._number, newest))
            connection.execute(drop_pieces, [self._number, self._number])

    # Objects.

    def objects(self, prefix: str = "") -> list[str]:
        """Return the names that start with `prefix`, sorted."""
        return self._objects.names(prefix)

    # Both.

    def lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Hold the dataset's one lock; `timeout` is in seconds. Raises DatasetLockedError."""
        return self._lock.held(timeout, str(self._key))

    def is_locked(self) -> bool:
        """Whether anybody, this process included, holds the lock now."""
        return self._lock.is_held()

    def scratch(self) -> Path:
        """A folder of this machine that belongs to the dataset."""
        path = self._folder / "scratch"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _state(self, connection: psycopg.Connection[Any], *, lock: bool = False) -> tuple[int, int]:
        if lock:
            connection.execute("SELECT FROM datasets WHERE id = %s FOR UPDATE", [self._number])
        query = "SELECT newest, next_position FROM datasets WHERE id = %s"
        found = connection.execute(query, [self._number]).fetchone()
        if found is None:
            raise DatasetNotFoundError(f"the dataset {str(self._key)!r} was deleted; open it anew if it is there again")
        return int(found[0]), int(found[1])

    @contextmanager
    def _reading(self, version: int | None) -> Iterator[tuple[psycopg.Connection[Any], Version]]:
        """Give one view of the dataset, which no change of others alters while it lasts."""
        with self._database.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            number = self._state(connection)[0] if version is None else version
            found = read_version(connection, self._number, number)
            if found is None:
                query = "SELECT version FROM versions WHERE dataset = %s ORDER BY version"
                known = [one for (one,) in connection.execute(query, [self._number])]
                raise StorageError(f"{self._key} has no version {number}; it has {listing(known)}")
            yield connection, found

    @contextmanager
    def _writing(self) -> Iterator[tuple[psycopg.Connection[Any], Version, int]]:
        """Give the newest version and the next position, with all other writers kept out until the commit."""
        with self._database.connection() as connection, connection.transaction():
            newest, free = self._state(connection, lock=True)
            found = read_version(connection, self._number, newest)
            if found is None:
                raise StorageError(f"{self._key} is damaged: its newest version {newest} is not there")
            yield connection, found, free

    def _commit(
        self, connection: psycopg.Connection[Any], before: Version, gone: pa.Array, fewer: int, rows: pa.Table | None
    ) -> int:
        pieces, schema, more = before.pieces, before.schema, 0
        if rows is not None:
            schema = widened(schema, rows.schema)
            more = rows.num_rows
            pieces = [*pieces, write_piece(connection, self._number, rows)] if more else pieces
            highest = pc.max(rows[POSITION_COLUMN]).as_py()
            if highest is not None:
                query = "UPDATE datasets SET next_position = greatest(next_position, %s) WHERE id = %s"
                connection.execute(query, [highest + 1, self._number])
        number = before.number + 1
        self._store(connection, Version(number, schema, pieces, gone, before.rows - fewer + more))
        connection.execute("UPDATE datasets SET newest = %s WHERE id = %s", [number, self._number])
        return number

    def _store(self, connection: psycopg.Connection[Any], version: Version) -> None:
        """Write a version's record; one that was merged takes the place of what it was."""
        query = """INSERT INTO versions (dataset, version, columns, pieces, gone, rows) VALUES (%s, %s, %b, %s, %b, %s)
            ON CONFLICT (dataset, version) DO UPDATE SET pieces = excluded.pieces, gone = excluded.gone"""
        columns = schema_bytes(version.schema) if version.schema is not None else b""
        gone = positions_bytes(version.gone)
        connection.execute(query, [self._number, version.number, columns, version.pieces, gone, version.rows])
