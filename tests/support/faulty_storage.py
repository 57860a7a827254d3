"""Storages in memory with one fault each, by the check that has to catch it.

A fault replaces one method of the storage or of its datasets. The kit's state machine is left out where these are run:
it finds most of them too, after a long search.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import DatasetExistsError, DatasetLockedError, InvalidDataError
from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.testing.memory import MemoryDatasetStore, MemoryStorage

__all__ = ["STORAGE_FAULTS", "STORE_FAULTS"]

RIGHT: dict[str, Callable[..., Any]] = {
    name: getattr(MemoryDatasetStore, name)
    for name in ("append", "compact", "count", "delete", "lock", "next_position", "put", "schema", "take", "_commit")
}
DATASETS, CREATE = MemoryStorage.datasets, MemoryStorage.create
# As long as a fault gives others to go between.
MOMENT = 0.005


def wait_a_moment() -> None:
    """Let other threads run."""
    threading.Event().wait(MOMENT)


def in_any_order(storage: MemoryStorage) -> list[DatasetKey]:
    return DATASETS(storage)[::-1]


def looks_before_it_creates(storage: MemoryStorage, key: DatasetKey, record: bytes) -> DatasetStore:
    if storage.exists(key):
        raise DatasetExistsError(f"the dataset {str(key)!r} exists already")
    wait_a_moment()
    try:
        return CREATE(storage, key, record)
    except DatasetExistsError:
        return storage.open(key)


def leaves_its_folder(store: MemoryDatasetStore) -> None:
    store._versions, store._objects, store._newest = {}, {}, 0


def takes_any_name(store: MemoryDatasetStore, name: str, data: bytes | Path) -> None:
    store._objects[name] = data.read_bytes() if isinstance(data, Path) else bytes(data)


def writes_in_pieces(store: MemoryDatasetStore, name: str, data: bytes | Path) -> None:
    whole = data.read_bytes() if isinstance(data, Path) else bytes(data)
    if len(whole) > 1_000:
        store._objects[name] = whole[: len(whole) // 2]
        wait_a_moment()
    RIGHT["put"](store, name, whole)


def has_a_schema_before_any_row(store: MemoryDatasetStore, version: int | None = None) -> pa.Schema:
    found = RIGHT["schema"](store, version)
    return pa.schema([]) if found is None else found


def stays_empty_once_it_was(store: MemoryDatasetStore, version: int | None = None) -> int:
    count: int = RIGHT["count"](store, version)
    store.was_empty = getattr(store, "was_empty", False) or not count  # type: ignore[attr-defined]
    return 0 if store.was_empty else count  # type: ignore[attr-defined]


def widens_what_it_refuses(store: MemoryDatasetStore, rows: pa.Table) -> int:
    try:
        version: int = RIGHT["append"](store, rows)
    except InvalidDataError:
        table = store._versions[store._newest]
        for name in set(rows.column_names) - set(table.column_names):
            table = table.append_column(name, pa.nulls(table.num_rows, rows[name].type))
        store._versions[store._newest] = table
        raise
    return version


def knows_the_newest_schema_only(store: MemoryDatasetStore, version: int | None = None) -> Any:
    return RIGHT["schema"](store, None)


def unpacks_dictionaries(store: MemoryDatasetStore, table: pa.Table, added: pa.Table | None) -> int:
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(field.type.value_type))
    version: int = RIGHT["_commit"](store, table, added)
    return version


def scans_in_one_go(
    store: MemoryDatasetStore, columns: Sequence[str] | None = None, version: int | None = None, batch_size: int = 0
) -> Iterator[pa.RecordBatch]:
    table = store._table(version)
    if table is not None:
        yield from table.select(store._readable(table, columns)).combine_chunks().to_batches()


def scans_the_newest(
    store: MemoryDatasetStore, columns: Sequence[str] | None = None, version: int | None = None, batch_size: int = 8192
) -> Iterator[pa.RecordBatch]:
    table = store._table(None)
    if table is not None:
        yield from table.select(store._readable(table, columns)).to_batches(max_chunksize=batch_size)


def compacts_into_a_version(store: MemoryDatasetStore, keep_versions: Sequence[int] = ()) -> None:
    if store._newest:
        store._versions[store._newest + 1] = store._versions[store._newest]
        store._newest += 1


def says_how_many_were_asked(store: MemoryDatasetStore, column: str, values: pa.Array) -> int:
    RIGHT["delete"](store, column, values)
    return len(values) if store._newest else 0


def replaces_in_two_steps(store: MemoryDatasetStore, column: str, values: pa.Array, rows: pa.Table) -> int:
    before = store._table(None)
    kept = None if before is None else store._without(before, column, values)
    if kept is not None:
        RIGHT["_commit"](store, kept, None)
        wait_a_moment()
    version: int = RIGHT["_commit"](store, store._joined(kept, rows), rows)
    return version


def takes_each_once(store: MemoryDatasetStore, column: str, values: pa.Array, *rest: Any, **named: Any) -> pa.Table:
    return RIGHT["take"](store, column, pc.unique(values), *rest, **named)


def begins_again_when_all_are_gone(store: MemoryDatasetStore) -> int:
    position: int = RIGHT["next_position"](store)
    return position if RIGHT["count"](store) else 0


def scans_blobs(store: MemoryDatasetStore, table: pa.Table, columns: Any) -> list[str]:
    return list(table.column_names if columns is None else columns)


def says_that_nobody_holds_it(store: MemoryDatasetStore) -> bool:
    return False


@contextmanager
def goes_on_without_the_lock(store: MemoryDatasetStore, timeout: float | None = None) -> Iterator[None]:
    """Loses patience where no limit was set."""
    try:
        with RIGHT["lock"](store, MOMENT / 10 if timeout is None else timeout):
            yield
    except DatasetLockedError:
        if timeout is not None:
            raise
        yield


def takes_a_moment(store: MemoryDatasetStore) -> int:
    position: int = RIGHT["next_position"](store)
    wait_a_moment()
    return position


# By the check: the methods that are replaced.
STORAGE_FAULTS: dict[str, dict[str, Callable[..., Any]]] = {
    "dataset_comes_and_goes": {"datasets": in_any_order},
    "one_of_many_creates": {"create": looks_before_it_creates},
}
STORE_FAULTS: dict[str, dict[str, Callable[..., Any]]] = {
    "scratch_is_a_folder_that_goes_with_the_dataset": {"close": leaves_its_folder},
    "objects": {"put": takes_any_name},
    "objects_are_replaced_at_once": {"put": writes_in_pieces},
    "empty_dataset": {"schema": has_a_schema_before_any_row},
    "append_is_seen_by_all": {"count": stays_empty_once_it_was},
    "refused_append_leaves_nothing": {"append": widens_what_it_refuses},
    "schema_widens": {"schema": knows_the_newest_schema_only},
    "types_survive": {"_commit": unpacks_dictionaries},
    "scan_goes_by_position": {"scan": scans_in_one_go},
    "versions_stay_readable": {"scan": scans_the_newest},
    "compaction_changes_no_row": {"compact": compacts_into_a_version},
    "delete_says_how_many": {"delete": says_how_many_were_asked},
    "replace_is_seen_whole": {"replace": replaces_in_two_steps},
    "take_keeps_order": {"take": takes_each_once},
    "positions_are_never_used_again": {"next_position": begins_again_when_all_are_gone},
    "blobs": {"_readable": scans_blobs},
    "lock_is_for_one_thread": {"is_locked": says_that_nobody_holds_it},
    "appends_of_two_threads": {"lock": goes_on_without_the_lock, "next_position": takes_a_moment},
}
