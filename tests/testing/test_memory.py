"""The storage in memory passes the kit, and does what only it promises."""

from __future__ import annotations

import pyarrow as pa
from localatlas.protocols import DatasetKey
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN, DatasetStore, StorageBackend
from localatlas.testing import conformance
from localatlas.testing.memory import MemoryStorage

KEY = DatasetKey("me", "data")

test_conformance = conformance(MemoryStorage)


def backend(address: str) -> MemoryStorage:
    return MemoryStorage(MemoryStorage.Options(address=address))


def test_it_has_the_methods_of_the_protocols() -> None:
    storage = backend("memory://protocols")
    assert isinstance(storage, StorageBackend)
    assert isinstance(storage.create(KEY, b""), DatasetStore)


def test_homes_of_different_addresses_are_apart() -> None:
    backend("memory://one").create(KEY, b"")
    assert backend("memory://one").datasets() == [KEY]
    assert backend("memory://two").datasets() == []


def test_a_path_that_was_given_out_keeps_its_bytes() -> None:
    store = backend("memory://paths").create(KEY, b"")
    store.put("name", b"old")
    path = store.path("name")
    store.put("name", b"new")
    assert path.read_bytes() == b"old"
    assert store.path("name").read_bytes() == b"new"


def test_deleting_empties_a_store_that_is_still_open() -> None:
    storage = backend("memory://deleted")
    store = storage.create(KEY, b"")
    store.append(pa.table({"_position_index": pa.array([0], pa.int64())}))
    storage.delete(KEY)
    assert store.count() == 0
    assert store.objects() == []


def test_blobs_are_no_columns() -> None:
    store = backend("memory://blobs").create(KEY, b"")
    store.append(
        pa.table({POSITION_COLUMN: pa.array([0], pa.int64()), BLOB_COLUMN: pa.array([b"x"], pa.large_binary())})
    )
    assert next(iter(store.scan())).schema.names == [POSITION_COLUMN]
