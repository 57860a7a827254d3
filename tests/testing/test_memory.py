"""The storage in memory passes the kit, and does what only it promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from localatlas.protocols import DatasetKey
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN, DatasetStore, StorageBackend
from localatlas.testing import conformance, run_checks
from localatlas.testing.memory import MemoryDatasetStore, MemoryStorage

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


RIGHT = MemoryDatasetStore


def forgets_deleted_positions(store: MemoryDatasetStore) -> int:
    table = store._table(None)
    return 0 if table is None or not table.num_rows else max(table[POSITION_COLUMN].to_pylist()) + 1


def sorts_what_it_takes(store: MemoryDatasetStore, column: str, values: pa.Array, *rest: Any, **named: Any) -> pa.Table:
    return RIGHT_METHODS["take"](store, column, values.take(pa.compute.sort_indices(values)), *rest, **named)


def replaces_in_two_steps(store: MemoryDatasetStore, column: str, values: pa.Array, rows: pa.Table) -> int:
    store.delete(column, values)
    return store.append(rows)


def widens_before_it_checks(store: MemoryDatasetStore, rows: pa.Table) -> int:
    table = store._table(None)
    if table is not None:
        for field in rows.schema:
            if field.name not in table.column_names:
                table = table.append_column(field.name, pa.nulls(table.num_rows, field.type))
        store._versions[store._newest] = table
    return RIGHT_METHODS["append"](store, rows)


def drops_kept_versions(store: MemoryDatasetStore, keep_versions: Any = ()) -> None:
    RIGHT_METHODS["compact"](store)


def scans_blobs(store: MemoryDatasetStore, table: pa.Table, columns: Any) -> list[str]:
    return list(table.column_names if columns is None else columns)


def says_that_nobody_holds_it(store: MemoryDatasetStore) -> bool:
    return False


def counts_from_memory(store: MemoryDatasetStore, version: int | None = None) -> int:
    return store._next_position


def writes_in_pieces(store: MemoryDatasetStore, name: str, data: Any) -> None:
    whole = data if isinstance(data, bytes) else data.read_bytes()
    store._objects[name] = whole[: len(whole) // 2]
    for _ in range(2000):
        store._objects.get(name)
    store._objects[name] = whole


RIGHT_METHODS: dict[str, Callable[..., Any]] = {name: getattr(RIGHT, name) for name in ("take", "append", "compact")}


@pytest.mark.parametrize(
    ("method", "fault", "check"),
    [
        ("next_position", forgets_deleted_positions, "positions_are_never_used_again"),
        ("take", sorts_what_it_takes, "take_keeps_order"),
        ("replace", replaces_in_two_steps, "replace_is_seen_whole"),
        ("append", widens_before_it_checks, "refused_append_leaves_nothing"),
        ("compact", drops_kept_versions, "versions_stay_readable"),
        ("_readable", scans_blobs, "blobs"),
        ("is_locked", says_that_nobody_holds_it, "lock_is_for_one_thread"),
        ("count", counts_from_memory, "delete_says_how_many"),
        ("put", writes_in_pieces, "objects_are_replaced_at_once"),
    ],
)
def test_the_checks_find_a_fault(
    method: str, fault: Callable[..., Any], check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RIGHT, method, fault)
    skip = {"import_is_light": "slow", "any_changes_agree_with_a_model": "finds them too, after a long search"}
    outcomes = {result.name: result.outcome for result in run_checks(MemoryStorage, skip=skip)}
    assert outcomes[check] == "failed"


def test_blobs_are_no_columns() -> None:
    store = backend("memory://blobs").create(KEY, b"")
    store.append(
        pa.table({POSITION_COLUMN: pa.array([0], pa.int64()), BLOB_COLUMN: pa.array([b"x"], pa.large_binary())})
    )
    assert next(iter(store.scan())).schema.names == [POSITION_COLUMN]
