"""One dataset of a home: its rows, its objects, its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import DatasetNotFoundError, InvalidDataError, StorageError
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN, DatasetKey

from atlas_plugin_lance.columns import as_stored, stored_name
from atlas_plugin_lance.head import HEAD_NAME, Head
from atlas_plugin_lance.locks import DatasetLock, shared_lock
from atlas_plugin_lance.objects import StoredObjects
from atlas_plugin_lance.shapes import (
    column_of,
    positions_of,
    readable,
    restored_batches,
    restored_schema,
    restored_table,
    stored_rows,
)
from atlas_plugin_lance.table import LanceTable, lance_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from atlas_plugin_lance.options import LanceStorageOptions
    from atlas_plugin_lance.place import Place

__all__ = ["LanceDatasetStore"]

POSITION = stored_name(POSITION_COLUMN)
INDEXED_TYPES = (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string)
READ_ATTEMPTS = 5


class LanceDatasetStore(StoredObjects):
    """A dataset's store; cheap to make, safe to share among threads, never stale."""

    def __init__(self, place: Place, key: DatasetKey, incarnation: str, options: LanceStorageOptions) -> None:
        self._place = place
        self._key = key
        self._incarnation = incarnation
        self._options = options
        self._folder = f"{key}/{incarnation}"
        self._table = LanceTable(place.table(self._folder), place.storage_options)
        self._lock: DatasetLock = shared_lock(self._table.address, str(key), lambda: place.holder(self._folder))
        self._looked_up = {POSITION_COLUMN}

    # Rows.

    def version(self) -> int:
        """The newest version; reads one small file."""
        return self._head().version

    def schema(self, version: int | None = None) -> pa.Schema | None:
        """All columns, internal ones included; None before the first append."""
        with self._reading(version) as physical:
            return restored_schema(self._table.at(physical).schema) if physical else None

    def count(self, version: int | None = None) -> int:
        """How many rows there are; reads no row."""
        with self._reading(version) as physical:
            return int(self._table.at(physical).count_rows()) if physical else 0

    def next_position(self) -> int:
        """The smallest integer above every `_position_index` ever used, also of deleted rows."""
        return self._head().next_position

    def append(self, rows: pa.Table) -> int:
        """Append rows, whole or not at all, and return the new version. Raises InvalidDataError."""
        with self._changing("append rows to") as (head, commit):
            positions = positions_of(rows)
            if len(positions) and positions.min() < head.next_position:
                message = (
                    f"{POSITION_COLUMN} {positions.min()} of a row to append to {self._key} is not free: the next is "
                    f"{head.next_position}; hold the dataset's lock from `next_position` to `append`"
                )
                raise InvalidDataError(message)
            return self._added(head, head.physical, positions, rows, commit)

    def delete(self, column: str, values: pa.Array) -> int:
        """Delete the rows whose `column` is one of `values`; return how many went. One commit."""
        with self._changing("delete rows of") as (head, commit):
            physical, gone = self._without(head, column, values)
            if gone:
                commit(head.changed(physical, head.next_position))
            return gone

    def replace(self, column: str, values: pa.Array, rows: pa.Table) -> int:
        """Delete as `delete` does and append `rows`, in one commit that readers see whole; return the version."""
        with self._changing("replace rows of") as (head, commit):
            positions = positions_of(rows)
            physical, _ = self._without(head, column, values)
            reused = positions[positions < head.next_position]
            if len(reused) and physical:
                taken = self._table.present(physical, POSITION, pa.array(reused))
                if len(taken):
                    message = f"{POSITION_COLUMN} {taken[0]} of a row to write to {self._key} is another row's"
                    raise InvalidDataError(message)
            return self._added(head, physical, positions, rows, commit)

    def find(self, column: str, values: pa.Array) -> pa.Array:
        """Return those of `values` that occur in `column`."""
        # Before the first row too: who looks ids up before he adds rows does so each time.
        self._looked_up.add(column)
        with self._reading(None) as physical:
            if not physical or not len(values):
                return values.slice(0, 0)
            looked = self._looked(physical, column, values)
            present = self._table.present(physical, stored_name(column), pc.drop_null(pc.unique(looked)))
            return values.filter(pc.is_in(looked, value_set=present))

    def take(
        self,
        column: str,
        values: pa.Array,
        columns: Sequence[str] | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Return one row per value whose `column` equals it, in the order of `values`; a missing one is left out."""
        with self._reading(version) as physical:
            if not physical:
                return pa.table({})
            wanted = readable(restored_schema(self._table.at(physical).schema), columns, self._key)
            looked = pc.drop_null(self._looked(physical, column, values))
            stored = [stored_name(name) for name in wanted]
            return restored_table(self._table.rows(physical, stored_name(column), looked, stored), wanted)

    def scan(
        self,
        columns: Sequence[str] | None = None,
        version: int | None = None,
        batch_size: int = 8192,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of `_position_index`, all columns but `_blob` when `columns` is None."""
        with self._reading(version) as physical:
            if not physical:
                return
            wanted = readable(restored_schema(self._table.at(physical).schema), columns, self._key)
            stored = [stored_name(name) for name in wanted] or [POSITION]
            for batch in self._table.batches(physical, stored, batch_size, POSITION):
                yield from restored_batches(batch, wanted)

    def read_blobs(self, positions: Sequence[int], version: int | None = None) -> list[bytes | None]:
        """Return the blobs of the rows with these `_position_index` values, in order."""
        with self._reading(version) as physical:
            blob = stored_name(BLOB_COLUMN)
            if not physical or blob not in self._table.at(physical).schema.names:
                return [None] * len(positions)
            return self._table.blobs(physical, blob, POSITION, pa.array(list(positions), pa.int64()))

    def compact(self, keep_versions: Sequence[int] = ()) -> None:
        """Merge small fragments and drop old versions but the newest and `keep_versions`; cheap if little to do."""
        with self._changing("compact") as (head, commit):
            if not head.physical:
                return
            physical = self._indexed(head.physical)
            if self._table.fragments(physical) > self._options.compact_after_fragments:
                physical = self._table.compact(physical, self._options.compact_after_fragments // 2)
            moved = {number: head.moved[number] for number in keep_versions if number in head.moved}
            merged = replace(head, physical=physical, moved=moved)
            if merged != head:
                commit(merged)
            kept = {number: merged.physical_of(number) for number in keep_versions}
            self._table.drop_versions(physical, kept, self._options.merged_grace_seconds)

    # Both.

    def lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Hold the dataset's one lock; `timeout` is in seconds. Raises DatasetLockedError."""
        self._head()
        return self._lock.hold(timeout)

    def is_locked(self) -> bool:
        """Whether anybody, this process included, holds the lock now."""
        return self._lock.held()

    def scratch(self) -> Path:
        """A local folder that belongs to this dataset. Gone with the dataset."""
        return self._place.scratch(self._folder)

    # How a change becomes visible.

    def _head(self) -> Head:
        try:
            head = Head.from_bytes(self._place.files.read(f"{self._key}/{HEAD_NAME}"))
        except KeyError:
            raise self._gone() from None
        if head.incarnation != self._incarnation:
            raise self._gone()
        return head

    def _gone(self) -> DatasetNotFoundError:
        return DatasetNotFoundError(
            f"the dataset {str(self._key)!r} was deleted from {self._place.address}; open it anew"
        )

    @contextmanager
    def _reading(self, version: int | None) -> Iterator[int]:
        """Yield the Lance version that holds the rows of a version; 0 where there are none."""
        with lance_errors("read", f"{self._key} in {self._place.address}"):
            yield self._readable(version)

    def _readable(self, version: int | None) -> int:
        for attempt in range(READ_ATTEMPTS):
            head = self._head()
            number = head.version if version is None else version
            if not 0 <= number <= head.version:
                raise StorageError(f"{self._key} has no version {number}: its newest is {head.version}")
            physical = head.physical_of(number)
            try:
                if physical:
                    self._table.at(physical)
            except (OSError, ValueError):
                # `compact` in another process may have moved the newest rows on between the two reads.
                if version is not None or attempt == READ_ATTEMPTS - 1:
                    raise
            else:
                return physical
        raise AssertionError

    @contextmanager
    def _changing(self, action: str) -> Iterator[tuple[Head, Callable[[Head], int]]]:
        """Yield the state, and the function that shows readers the next one; without that call nothing has happened."""
        with lance_errors(action, f"{self._key} in {self._place.address}"):
            try:
                with self._place.files.change(f"{self._key}/{HEAD_NAME}") as held:
                    head = Head.from_bytes(held.data)
                    if head.incarnation != self._incarnation:
                        raise self._gone()

                    def commit(changed: Head) -> int:
                        held.replace(changed.to_bytes())
                        return changed.version

                    yield head, commit
            except KeyError as error:
                if error.args == (f"{self._key}/{HEAD_NAME}",):
                    raise self._gone() from None
                raise

    def _added(
        self, head: Head, physical: int, positions: NDArray[np.int64], rows: pa.Table, commit: Callable[[Head], int]
    ) -> int:
        known = self._table.at(physical).schema if physical else None
        physical = self._table.append(physical, stored_rows(rows, known))
        physical = self._indexed(physical)
        above = max(head.next_position, int(positions.max()) + 1) if len(positions) else head.next_position
        return commit(head.changed(physical, above))

    def _without(self, head: Head, column: str, values: pa.Array) -> tuple[int, int]:
        self._looked_up.add(column)
        if not head.physical or not len(values):
            return head.physical, 0
        looked = pc.drop_null(pc.unique(self._looked(head.physical, column, values)))
        return self._table.delete(head.physical, stored_name(column), looked)

    def _looked(self, physical: int, column: str, values: pa.Array) -> pa.Array:
        field = column_of(restored_schema(self._table.at(physical).schema), column, self._key)
        self._looked_up.add(column)
        return as_stored(values, field)

    def _indexed(self, physical: int) -> int:
        """Index the columns that rows have been looked up by, once there are so many rows that it pays."""
        table = self._table.at(physical)
        if table.count_rows() < self._options.index_after_rows:
            return physical
        schema = table.schema
        names = [stored_name(name) for name in self._looked_up]
        fit = [
            name for name in names if name in schema.names and any(t(schema.field(name).type) for t in INDEXED_TYPES)
        ]
        return self._table.index(physical, sorted(fit))
