"""A storage that keeps everything in this process: for tests, and proof that the protocol asks for no database.

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
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import (
    AtlasLookupError,
    AtlasTypeError,
    AtlasValueError,
    DatasetExistsError,
    DatasetLockedError,
    DatasetNotFoundError,
    InvalidDataError,
    StorageError,
    listing,
    suggestion,
)
from localatlas.protocols import ComponentOptions, DatasetKey, DatasetStore
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN

__all__ = ["MemoryDatasetStore", "MemoryStorage", "MemoryStorageOptions"]

RECORD = "dataset.json"
# By address; a home lives as long as the process.
_HOMES: dict[str, dict[DatasetKey, MemoryDatasetStore]] = {}
_HOMES_GUARD = threading.Lock()


class MemoryStorageOptions(ComponentOptions):
    """Options of the storage in memory."""

    address: str = "memory://default"
    """`memory://NAME`; all instances of one address in a process share what they hold."""


class MemoryStorage:
    """Keeps datasets in this process."""

    Options: ClassVar[type[MemoryStorageOptions]] = MemoryStorageOptions
    durable: ClassVar[bool] = False

    def __init__(self, options: MemoryStorageOptions) -> None:
        self.options = options

    @staticmethod
    def example_address(folder: Path) -> str:
        """Return an address that nobody uses yet."""
        return f"memory://{folder.name}-{uuid.uuid4().hex}"

    def datasets(self) -> list[DatasetKey]:
        """Return the keys of all datasets, sorted."""
        with _HOMES_GUARD:
            return sorted(_HOMES.get(self.options.address, {}))

    def exists(self, key: DatasetKey) -> bool:
        """Whether the dataset is there."""
        return key in self.datasets()

    def create(self, key: DatasetKey, record: bytes) -> DatasetStore:
        """Make an empty dataset whose object `dataset.json` is `record`. Raises DatasetExistsError."""
        store = MemoryDatasetStore(key)
        store.put(RECORD, record)
        with _HOMES_GUARD:
            if _HOMES.setdefault(self.options.address, {}).setdefault(key, store) is not store:
                raise DatasetExistsError(f"the dataset {str(key)!r} exists already in {self.options.address}")
        return store

    def open(self, key: DatasetKey) -> DatasetStore:
        """Open a dataset. Raises DatasetNotFoundError."""
        with _HOMES_GUARD:
            store = _HOMES.get(self.options.address, {}).get(key)
        if store is None:
            raise self._missing(key)
        return store

    def delete(self, key: DatasetKey) -> None:
        """Remove a dataset and all it holds. Raises DatasetNotFoundError."""
        with _HOMES_GUARD:
            store = _HOMES.get(self.options.address, {}).pop(key, None)
        if store is None:
            raise self._missing(key)
        store.close()

    def _missing(self, key: DatasetKey) -> DatasetNotFoundError:
        return DatasetNotFoundError(f"there is no dataset {str(key)!r} in {self.options.address}")


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
            lowest = pc.min(self._positions(rows)).as_py()
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
            positions = self._positions(rows)
            if kept is not None and pc.any(pc.is_in(positions, value_set=kept[POSITION_COLUMN])).as_py():
                raise InvalidDataError(f"a {POSITION_COLUMN} of the rows to write is another row's")
            return self._commit(self._joined(kept, rows), rows)

    def find(self, column: str, values: pa.Array) -> pa.Array:
        """Return those of `values` that occur in `column`."""
        table = self._table(None)
        if table is None:
            return values.slice(0, 0)
        looked = self._looked(table, column, values)
        return values.filter(pc.and_(pc.is_in(looked, value_set=_plain(table[column])), pc.is_valid(looked)))

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
        looked = pc.drop_null(self._looked(table, column, values))
        offsets = pc.drop_null(pc.index_in(looked, value_set=_plain(table[column])))
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
        for name in set(before.column_names) & set(rows.column_names):
            if before.schema.field(name).type != rows.schema.field(name).type:
                kinds = f"{rows.schema.field(name).type}, the dataset's has {before.schema.field(name).type}"
                raise InvalidDataError(f"column {name!r} has type {kinds}")
        return pa.concat_tables([before, rows], promote_options="default")

    def _without(self, table: pa.Table, column: str, values: pa.Array) -> pa.Table:
        looked = pc.drop_null(self._looked(table, column, values))
        return table.filter(pc.invert(pc.is_in(_plain(table[column]), value_set=looked)))

    def _looked(self, table: pa.Table, column: str, values: pa.Array) -> pa.Array:
        kind = _plain(table.select(self._readable(table, [column])).column(0)).type
        try:
            return _plain(values).cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            message = f"values of type {values.type} cannot be looked up in column {column!r} of type {kind}"
            raise AtlasTypeError(message) from error

    def _readable(self, table: pa.Table, columns: Sequence[str] | None) -> list[str]:
        if columns is None:
            return [name for name in table.column_names if name != BLOB_COLUMN]
        for name in columns:
            if name == BLOB_COLUMN:
                raise AtlasValueError(f"blobs of {self._key} are read by `read_blobs`, not with the other columns")
            if name not in table.column_names:
                hint = suggestion(name, table.column_names)
                raise AtlasLookupError(
                    f"{self._key} has no column {name!r}{hint}; it has {listing(table.column_names)}"
                )
        return list(dict.fromkeys(columns))

    @staticmethod
    def _positions(rows: pa.Table) -> pa.ChunkedArray:
        if POSITION_COLUMN not in rows.column_names or rows.schema.field(POSITION_COLUMN).type != pa.int64():
            raise InvalidDataError(f"rows to store need an int64 column {POSITION_COLUMN!r}")
        positions = rows[POSITION_COLUMN]
        if positions.null_count or len(pc.unique(positions)) != len(positions):
            raise InvalidDataError(f"{POSITION_COLUMN!r} holds a null, or a number twice")
        return positions


def _plain(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the values themselves where they are kept as keys of a dictionary."""
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
