"""One dataset of the storage in memory.

Every version is an immutable Arrow table and every object a `bytes`; a change makes the next table whole and then puts
it in place under a mutex, which is all that "whole or not at all" takes in one process.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import uuid
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import AtlasValueError, DatasetLockedError, InvalidDataError, StorageError, listing
from localatlas.protocols import DatasetKey
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN
from localatlas.stored_columns import checked_positions, looked_up, plain, readable, widened

__all__ = ["MemoryDatasetStore"]


class MemoryDatasetStore:
    """One dataset: its versions by number, its objects by name."""

    def __init__(self, key: DatasetKey) -> None:
        self._key = key
        self._versions: dict[int, pa.Table] = {}
        self._newest = 0
        self._next_position = 0
        self._objects: dict[str, bytes] = {}
        self._mutex = threading.RLock()
        self._lock = threading.RLock()
        self._lock_depth = 0
        self._folder: Path | None = None

    # Rows.

    def version(self) -> int:
        """The newest version; 0 before the first append."""
        return self._newest

    def schema(self, version: int | None = None) -> pa.Schema | None:
        """All columns, internal ones included; None before the first append."""
        table = self._table(version)
        return None if table is None else table.schema

    def count(self, version: int | None = None) -> int:
        """How many rows there are."""
        table = self._table(version)
        return 0 if table is None else int(table.num_rows)

    def next_position(self) -> int:
        """The smallest integer above every `_position_index` ever used, also of deleted rows."""
        return self._next_position

    def append(self, rows: pa.Table) -> int:
        """Append rows, whole or not at all, and return the new version. Raises InvalidDataError."""
        with self._mutex:
            lowest = pc.min(checked_positions(rows)).as_py()
            if lowest is not None and lowest < self._next_position:
                message = f"{POSITION_COLUMN} {lowest} is not free: the next is {self._next_position}"
                raise InvalidDataError(message)
            return self._commit(self._joined(self._table(None), rows), rows)

    def delete(self, column: str, values: pa.Array) -> int:
        """Delete the rows whose `column` is one of `values`; return how many went."""
        with self._mutex:
            before = self._table(None)
            if before is None:
                return 0
            after = self._without(before, column, values)
            gone = int(before.num_rows - after.num_rows)
            if gone:
                self._commit(after, None)
            return gone

    def replace(self, column: str, values: pa.Array, rows: pa.Table) -> int:
        """Delete as `delete` does and append `rows`, in one commit; return the version. Raises InvalidDataError."""
        with self._mutex:
            before = self._table(None)
            kept = None if before is None else self._without(before, column, values)
            positions = checked_positions(rows)
            if kept is not None and pc.any(pc.is_in(positions, value_set=kept[POSITION_COLUMN])).as_py():
                raise InvalidDataError(f"a {POSITION_COLUMN} of the rows to write is another row's")
            return self._commit(self._joined(kept, rows), rows)

    def find(self, column: str, values: pa.Array) -> pa.Array:
        """Return those of `values` that occur in `column`."""
        table = self._table(None)
        if table is None:
            return values.slice(0, 0)
        looked = looked_up(table.schema, column, values)
        return values.filter(pc.and_(pc.is_in(looked, value_set=plain(table[column])), pc.is_valid(looked)))

    def take(
        self,
        column: str,
        values: pa.Array,
        columns: Sequence[str] | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Return one row per value whose `column` equals it, in the order of `values`; a missing one is left out."""
        table = self._table(version)
        if table is None:
            return pa.table({})
        wanted = self._readable(table, columns)
        looked = pc.drop_null(looked_up(table.schema, column, values))
        offsets = pc.drop_null(pc.index_in(looked, value_set=plain(table[column])))
        return table.select(wanted).take(offsets)

    def scan(
        self,
        columns: Sequence[str] | None = None,
        version: int | None = None,
        batch_size: int = 8192,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of `_position_index`, all columns but `_blob` when `columns` is None."""
        table = self._table(version)
        if table is not None:
            yield from table.select(self._readable(table, columns)).to_batches(max_chunksize=batch_size)

    def read_blobs(self, positions: Sequence[int], version: int | None = None) -> list[bytes | None]:
        """Return the blobs of the rows with these `_position_index` values, in order."""
        table = self._table(version)
        if table is None or BLOB_COLUMN not in table.column_names:
            return [None] * len(positions)
        offsets = pc.index_in(pa.array(list(positions), pa.int64()), value_set=table[POSITION_COLUMN])
        blobs: list[bytes | None] = table[BLOB_COLUMN].take(offsets).to_pylist()
        return blobs

    def compact(self, keep_versions: Sequence[int] = ()) -> None:
        """Drop old versions but the newest and `keep_versions`."""
        with self._mutex:
            kept = {self._newest, *keep_versions}
            self._versions = {number: table for number, table in self._versions.items() if number in kept}

    # Objects.

    def put(self, name: str, data: bytes | Path) -> None:
        """Write an object, replacing one of that name at once. Raises AtlasValueError."""
        if not name or any(part in ("", ".", "..") for part in name.split("/")):
            raise AtlasValueError(f"{name!r} cannot name an object: a name is a relative path with '/'")
        self._objects[name] = data.read_bytes() if isinstance(data, Path) else bytes(data)

    def get(self, name: str) -> bytes:
        """Return an object. Raises KeyError."""
        return self._objects[name]

    def path(self, name: str) -> Path:
        """Return a file with the object's bytes. Raises KeyError."""
        data = self.get(name)
        # Never a name that was given out before: who mapped the old bytes keeps them.
        path = self._local() / "objects" / uuid.uuid4().hex / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        return path

    def objects(self, prefix: str = "") -> list[str]:
        """Return the names that start with `prefix`, sorted."""
        return sorted(name for name in list(self._objects) if name.startswith(prefix))

    def remove(self, prefix: str) -> None:
        """Remove every object whose name starts with `prefix`."""
        for name in self.objects(prefix):
            self._objects.pop(name, None)

    # Both.

    def lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Hold the dataset's one lock; `timeout` is in seconds. Raises DatasetLockedError."""
        return self._hold(timeout)

    def is_locked(self) -> bool:
        """Whether a thread of this process holds the lock now; no other process can."""
        return self._lock_depth > 0

    def scratch(self) -> Path:
        """A local folder that belongs to this dataset; gone with it, or with the process."""
        path = self._local() / "scratch"
        path.mkdir(exist_ok=True)
        return path

    def close(self) -> None:
        """Let go of everything: the dataset was deleted."""
        self._versions, self._objects, self._newest = {}, {}, 0
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _hold(self, timeout: float | None) -> Iterator[None]:
        if not self._lock.acquire(timeout=-1 if timeout is None else timeout):
            raise DatasetLockedError(f"another thread holds the lock of {self._key} for longer than {timeout} seconds")
        self._lock_depth += 1
        try:
            yield
        finally:
            self._lock_depth -= 1
            self._lock.release()

    def _local(self) -> Path:
        with self._mutex:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="localatlas-memory-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder

    def _table(self, version: int | None) -> pa.Table | None:
        number = self._newest if version is None else version
        if number == 0:
            return None
        try:
            return self._versions[number]
        except KeyError:
            message = f"{self._key} has no version {number}; it has {listing(sorted(self._versions))}"
            raise StorageError(message) from None

    def _commit(self, table: pa.Table, added: pa.Table | None) -> int:
        highest = None if added is None else pc.max(added[POSITION_COLUMN]).as_py()
        number = self._newest + 1
        self._versions[number] = table.sort_by(POSITION_COLUMN)
        self._next_position = max(self._next_position, -1 if highest is None else highest + 1)
        self._newest = number
        return number

    def _joined(self, before: pa.Table | None, rows: pa.Table) -> pa.Table:
        if before is None:
            return rows
        widened(before.schema, rows.schema)
        return pa.concat_tables([before, rows], promote_options="default")

    def _without(self, table: pa.Table, column: str, values: pa.Array) -> pa.Table:
        looked = pc.drop_null(looked_up(table.schema, column, values))
        return table.filter(pc.invert(pc.is_in(plain(table[column]), value_set=looked)))

    def _readable(self, table: pa.Table, columns: Sequence[str] | None) -> list[str]:
        return readable(table.schema, columns)
