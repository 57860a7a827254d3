"""A process that dies at any step of a change leaves the rows as they were, and the next change works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lance
import pyarrow as pa
import pytest
from atlas_plugin_lance import LanceStorage
from atlas_plugin_lance.files import Held, LocalFiles
from lance.dataset import DatasetOptimizer
from localatlas.errors import DatasetExistsError, DatasetNotFoundError, InvalidDataError, StorageError
from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN

KEY = DatasetKey("me", "data")


class Death(BaseException):
    """Stands for a kill: nothing catches it."""


def rows(first: int, n: int, **columns: object) -> pa.Table:
    ids = [f"row {number}" for number in range(first, first + n)]
    more = {name: pa.array([value] * n) for name, value in columns.items()}
    return pa.table({POSITION_COLUMN: pa.array(range(first, first + n), pa.int64()), "id": ids, **more})


def seen(store: DatasetStore) -> list[dict[str, object]]:
    return pa.Table.from_batches(list(store.scan()), schema=store.schema() or pa.schema([])).to_pylist()


@pytest.fixture
def storage(tmp_path: Path) -> LanceStorage:
    return LanceStorage(LanceStorage.Options(address=str(tmp_path), compact_after_fragments=2, index_after_rows=1))


def die(*_: object, **__: object) -> None:
    raise Death


CHANGES: dict[str, Callable[[DatasetStore], object]] = {
    "append": lambda store: store.append(rows(6, 2)),
    "append of a new column": lambda store: store.append(rows(6, 2, new="x")),
    "delete": lambda store: store.delete("id", pa.array(["row 1"])),
    "replace": lambda store: store.replace("id", pa.array(["row 1"]), rows(1, 1, new="x")),
    "compact": lambda store: store.compact(),
}
STEPS: dict[str, tuple[type, str]] = {
    "before the commit": (Held, "replace"),
    "before Lance appends": (lance, "write_dataset"),
    "before Lance merges": (DatasetOptimizer, "compact_files"),
    "before an index": (lance.LanceDataset, "create_scalar_index"),
    "before old versions go": (lance.LanceDataset, "cleanup_old_versions"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_died_is_not_seen(
    storage: LanceStorage, change: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = storage.create(KEY, b"")
    for first in (0, 2, 4):
        store.append(rows(first, 2))
    before = (store.version(), store.schema(), store.count(), store.next_position(), seen(store))
    owner, name = STEPS[step]
    with monkeypatch.context() as patch:
        if owner is Held:
            patch.setattr(LocalFiles, "_flushed_write", die)
        else:
            patch.setattr(owner, name, die)
        try:
            CHANGES[change](store)
        except Death:
            died = True
        else:
            died = False
    again = storage.open(KEY)
    after = (again.version(), again.schema(), again.count(), again.next_position(), seen(again))
    assert after == before or not died
    version = again.version()
    assert again.append(rows(20, 1, late=1.5)) > version
    again.compact([version])
    for reader in (store, storage.open(KEY)):
        assert [row["id"] for row in seen(reader)][-1] == "row 20"
        assert reader.count() == after[2] + 1
        assert reader.count(version) == after[2]
        assert [row["id"] for batch in reader.scan(["id"], version) for row in batch.to_pylist()] == [
            row["id"] for row in after[4]
        ]


def test_the_first_append_may_die_too(storage: LanceStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    store = storage.create(KEY, b"")
    with monkeypatch.context() as patch:
        patch.setattr(LocalFiles, "_flushed_write", die)
        with pytest.raises(Death):
            store.append(rows(0, 2, other=1))
    assert (store.version(), store.schema(), store.count()) == (0, None, 0)
    store.append(rows(0, 3))
    assert [row["id"] for row in seen(store)] == ["row 0", "row 1", "row 2"]


def test_a_creation_that_died_is_not_seen_and_can_be_made_again(
    storage: LanceStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LocalFiles, "create", die)
        with pytest.raises(Death):
            storage.create(KEY, b"first")
    assert storage.datasets() == []
    assert not storage.exists(KEY)
    assert storage.create(KEY, b"second").get("dataset.json") == b"second"
    with pytest.raises(DatasetExistsError, match="me/data"):
        storage.create(KEY, b"third")


def test_a_deletion_that_died_is_a_deletion(storage: LanceStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    store = storage.create(KEY, b"first")
    store.append(rows(0, 2))
    with monkeypatch.context() as patch:
        patch.setattr(LocalFiles, "remove_folder", die)
        with pytest.raises(Death):
            storage.delete(KEY)
    assert storage.datasets() == []
    for use in (store.version, store.count, store.lock, lambda: store.append(rows(2, 1))):
        with pytest.raises(DatasetNotFoundError, match="me/data"):
            use()
    assert storage.create(KEY, b"second").count() == 0


def test_what_died_is_swept_when_it_is_old(
    storage: LanceStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LocalFiles, "create", die)
        with pytest.raises(Death):
            storage.create(KEY, b"first")
    left = next((tmp_path / "me" / "data").iterdir())
    monkeypatch.setattr("atlas_plugin_lance.storage.LEFT_BEHIND_SECONDS", 1e-9)
    storage.create(KEY, b"second")
    assert not left.exists()


def test_a_store_of_a_dataset_that_was_made_anew_is_refused(storage: LanceStorage) -> None:
    store = storage.create(KEY, b"first")
    storage.delete(KEY)
    storage.create(KEY, b"second")
    with pytest.raises(DatasetNotFoundError, match="open it anew"):
        store.append(rows(0, 1))


def test_versions_that_are_not_there_are_named(storage: LanceStorage) -> None:
    store = storage.create(KEY, b"")
    store.append(rows(0, 1))
    with pytest.raises(StorageError, match="no version 7"):
        store.count(7)


def test_positions_are_checked(storage: LanceStorage) -> None:
    store = storage.create(KEY, b"")
    store.append(rows(0, 3))
    with pytest.raises(InvalidDataError, match="the next is 3"):
        store.append(rows(2, 1))
    with pytest.raises(InvalidDataError, match="another row's"):
        store.replace("id", pa.array(["row 0"]), rows(1, 1))
    with pytest.raises(InvalidDataError, match="need a column"):
        store.append(pa.table({"id": ["x"]}))
    assert store.count() == 3


def test_a_damaged_head_is_named(storage: LanceStorage, tmp_path: Path) -> None:
    store = storage.create(KEY, b"")
    (tmp_path / "me" / "data" / "HEAD.json").write_bytes(b"{")
    with pytest.raises(StorageError, match=r"HEAD\.json is damaged"):
        store.version()
