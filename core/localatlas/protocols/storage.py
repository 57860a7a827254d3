"""Where rows and results are kept.

A home is an address; the scheme chooses the backend. A home holds datasets; a dataset holds rows (a
versioned table) and objects (named bytes: records, vectors, layouts, pages). The core writes nothing past
these two protocols, so that every backend can hold everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from localatlas.protocols.components import Component

__all__ = ["BLOB_COLUMN", "EMBEDDING_COLUMN", "POSITION_COLUMN", "DatasetKey", "DatasetStore", "StorageBackend"]

POSITION_COLUMN = "_position_index"
EMBEDDING_COLUMN = "_embeddings"
BLOB_COLUMN = "_blob"


@dataclass(frozen=True, order=True)
class DatasetKey:
    """The two parts of a dataset's identifier, both slugs."""

    organization: str
    slug: str

    def __str__(self) -> str:
        return f"{self.organization}/{self.slug}"


@runtime_checkable
class StorageBackend(Component, Protocol):
    """A home that holds datasets. `Options` has a field `address: str`, the home's address."""

    def datasets(self) -> list[DatasetKey]:
        """Return the keys of all datasets, sorted."""
        ...

    def exists(self, key: DatasetKey) -> bool:
        """Whether the dataset is there."""
        ...

    def create(self, key: DatasetKey, record: bytes) -> DatasetStore:
        """Make an empty dataset whose object `dataset.json` is `record`; all or nothing.

        Raises:
            DatasetExistsError: it exists; of two processes that create it at once, one gets this.
        """
        ...

    def open(self, key: DatasetKey) -> DatasetStore:
        """Open a dataset.

        Raises:
            DatasetNotFoundError: it does not exist.
        """
        ...

    def delete(self, key: DatasetKey) -> None:
        """Remove a dataset and all it holds. Raises DatasetNotFoundError."""
        ...


@runtime_checkable
class DatasetStore(Protocol):
    """One dataset's rows and objects.

    Rows always have an int64 column `_position_index`: unique, growing in upload order, never used twice. A
    column `_embeddings` (fixed-size list of float32) and a column `_blob` (large_binary) may be there; blobs
    are read only through `read_blobs`, never by `scan` or `take`.

    Every version stays readable while it is pinned by a build or listed by a map; `compact` keeps versions
    that it is told to keep.
    """

    # Rows.

    def version(self) -> int:
        """The newest version; grows with every change of rows. 0 before the first append."""
        ...

    def schema(self, version: int | None = None) -> pa.Schema | None:
        """All columns, internal ones included; None before the first append."""
        ...

    def count(self, version: int | None = None) -> int:
        """How many rows there are."""
        ...

    def next_position(self) -> int:
        """The smallest integer above every `_position_index` ever used, also of deleted rows."""
        ...

    def append(self, rows: pa.Table) -> int:
        """Append rows, whole or not at all, and return the new version.

        `rows` has `_position_index`. It may have columns that the dataset lacks (earlier rows get nulls there) and
        may lack columns that the dataset has (the new rows get nulls). Types must match; the caller
        sees to that, and holds the lock.
        """
        ...

    def delete(self, column: str, values: pa.Array) -> int:
        """Delete the rows whose `column` is one of `values`; return how many went. One commit."""
        ...

    def replace(self, column: str, values: pa.Array, rows: pa.Table) -> int:
        """Delete as `delete` does and append `rows`, in one commit that readers see whole; return the version."""
        ...

    def find(self, column: str, values: pa.Array) -> pa.Array:
        """Return those of `values` that occur in `column`, through a scalar index where the data is large."""
        ...

    def take(
        self,
        column: str,
        values: pa.Array,
        columns: Sequence[str] | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Return one row per value whose `column` equals it, in the order of `values`; a missing one is left out."""
        ...

    def scan(
        self,
        columns: Sequence[str] | None = None,
        version: int | None = None,
        batch_size: int = 8192,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of `_position_index`, all columns but `_blob` when `columns` is None."""
        ...

    def read_blobs(self, positions: Sequence[int], version: int | None = None) -> list[bytes | None]:
        """Return the blobs of the rows with these `_position_index` values, in order."""
        ...

    def compact(self, keep_versions: Sequence[int] = ()) -> None:
        """Merge small fragments and drop old versions but the newest and `keep_versions`; cheap if little to do."""
        ...

    # Objects: named bytes, each written whole or not at all. Names are relative POSIX paths.

    def put(self, name: str, data: bytes | Path) -> None:
        """Write an object, replacing one of that name at once. A `Path` may be linked rather than copied."""
        ...

    def get(self, name: str) -> bytes:
        """Return an object. Raises KeyError."""
        ...

    def path(self, name: str) -> Path:
        """Return a local file with the object's bytes, for memory-mapping. Raises KeyError."""
        ...

    def objects(self, prefix: str = "") -> list[str]:
        """Return the names that start with `prefix`, sorted."""
        ...

    def remove(self, prefix: str) -> None:
        """Remove every object whose name starts with `prefix`."""
        ...

    # Both.

    def lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Hold the dataset's one lock, against other processes and threads; re-entrant within a thread.

        `timeout` is in seconds, None waits for ever. A holder that died holds nothing.

        Raises:
            DatasetLockedError: the time is over.
        """
        ...

    def is_locked(self) -> bool:
        """Whether anybody, this process included, holds the lock now."""
        ...

    def scratch(self) -> Path:
        """A local folder that belongs to this dataset: stage results and partial work. Gone with the dataset."""
        ...
