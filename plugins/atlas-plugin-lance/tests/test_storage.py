"""Addresses, indices, and what it costs to open."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_lance import LanceStorage
from atlas_plugin_lance.dataset import LanceDatasetStore
from atlas_plugin_lance.files import LocalFiles
from localatlas.errors import AtlasLookupError, AtlasValueError, InvalidOptionError
from localatlas.protocols import DatasetKey
from localatlas.protocols.storage import POSITION_COLUMN, DatasetStore, StorageBackend

KEY = DatasetKey("me", "data")
ROWS = 20_000


def storage_at(address: str | Path, **options: object) -> LanceStorage:
    return LanceStorage(LanceStorage.Options(address=str(address), **options))


def many(first: int, n: int) -> pa.Table:
    positions = np.arange(first, first + n, dtype=np.int64)
    return pa.table({POSITION_COLUMN: positions, "id": [f"row {number * 7919 % (first + n)}" for number in positions]})


def test_it_has_the_methods_of_the_protocols(tmp_path: Path) -> None:
    storage = storage_at(tmp_path)
    assert isinstance(storage, StorageBackend)
    assert isinstance(storage.create(KEY, b""), DatasetStore)


@pytest.mark.parametrize("form", ["{}", "file://{}", "lance+file://{}"])
def test_all_forms_of_an_address_are_one_folder(tmp_path: Path, form: str) -> None:
    home = tmp_path / "a home"
    storage_at(home).create(KEY, b"here")
    assert storage_at(form.format(home)).open(KEY).get("dataset.json") == b"here"


def test_escapes_in_an_address_are_read(tmp_path: Path) -> None:
    storage_at(tmp_path / "a home").create(KEY, b"here")
    assert storage_at(f"file://{tmp_path}/a%20home").exists(KEY)


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(InvalidOptionError, match=r"'ftp://host/home'.*lance\+file"):
        storage_at("ftp://host/home").datasets()


def test_making_a_storage_touches_nothing(tmp_path: Path) -> None:
    storage = storage_at(tmp_path / "home")
    assert storage.datasets() == []
    assert not (tmp_path / "home").exists()


def test_looking_at_a_home_does_not_load_lance(tmp_path: Path) -> None:
    storage_at(tmp_path).create(KEY, b"")
    program = (
        "import sys\n"
        "from atlas_plugin_lance import LanceStorage\n"
        "storage = LanceStorage(LanceStorage.Options(address=sys.argv[1]))\n"
        "store = storage.open(storage.datasets()[0])\n"
        "assert (store.version(), store.count(), store.schema()) == (0, 0, None)\n"
        "assert 'lance' not in sys.modules\n"
    )
    run([sys.executable, "-c", program, str(tmp_path)], check=True)


def indexed(store: DatasetStore) -> set[str]:
    assert isinstance(store, LanceDatasetStore)
    return store._table.indexed(store._head().physical)


@pytest.mark.slow
def test_columns_that_are_looked_up_are_indexed_and_stay_right(tmp_path: Path) -> None:
    storage = storage_at(tmp_path, index_after_rows=ROWS // 2, compact_after_fragments=2)
    store = storage.create(KEY, b"")
    store.append(many(0, 100))
    assert store.find("id", pa.array(["row 1"])).to_pylist() == ["row 1"]
    assert indexed(store) == set()
    store.append(many(100, ROWS))
    assert indexed(store) == {POSITION_COLUMN, "id"}
    ids = [value for batch in store.scan(["id"]) for value in batch.column(0).to_pylist()]
    asked = [ids[17], "absent", ids[15_000], ids[3]]
    for _ in range(2):
        # Rows that the index does not know yet are found too.
        store.append(pa.table({POSITION_COLUMN: [store.next_position()], "id": [f"late {store.next_position()}"]}))
        late = f"late {store.next_position() - 1}"
        assert store.take("id", pa.array([*asked, late]))["id"].to_pylist() == [asked[0], asked[2], asked[3], late]
        assert store.find("id", pa.array([late, "absent"])).to_pylist() == [late]
        store.compact()
    assert store.delete("id", pa.array([late])) == 1
    assert len(store.find("id", pa.array([late]))) == 0
    assert store.count() == len(ids) + 1


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    store = storage_at(tmp_path).create(KEY, b"")
    store.append(many(0, 3))
    with pytest.raises(AtlasLookupError, match="no column 'ids', did you mean 'id'"):
        list(store.scan(["ids"]))
    with pytest.raises(AtlasValueError, match="read_blobs"):
        list(store.scan(["_blob"]))


def test_old_versions_leave_the_disk_when_their_grace_is_over(tmp_path: Path) -> None:
    store = storage_at(tmp_path, merged_grace_seconds=0.0).create(KEY, b"")
    values = np.random.default_rng(0).random(100_000)
    store.append(pa.table({POSITION_COLUMN: np.arange(100_000), "value": values}))
    before = size(tmp_path)
    store.delete(POSITION_COLUMN, pa.array(np.arange(99_000)))
    for first in range(40):
        store.append(pa.table({POSITION_COLUMN: [100_000 + first], "value": [0.5]}))
    store.compact()
    assert size(tmp_path) < before / 10


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_file_on_the_same_disk_is_linked_not_copied(tmp_path: Path) -> None:
    store = storage_at(tmp_path).create(KEY, b"")
    staged = store.scratch() / "vectors.npy"
    staged.write_bytes(b"vectors")
    store.put("vectors.npy", staged)
    assert store.path("vectors.npy").samefile(staged)


def test_syncing_changes_nothing_else(tmp_path: Path) -> None:
    store = storage_at(tmp_path, sync=True).create(KEY, b"")
    store.append(many(0, 3))
    assert store.count() == 3


@pytest.mark.parametrize("grace", [3600, 0])
def test_a_kept_version_can_be_read_on_while_it_is_merged(tmp_path: Path, grace: int) -> None:
    options = {"compact_after_fragments": 2, "merged_grace_seconds": grace}
    store = storage_at(tmp_path, **options).create(KEY, b"")
    for first in range(0, 200, 5):
        version = store.append(many(first, 5))
    # As in another process, which has opened the table before it is merged; Lance opens a piece when it comes to it.
    assert isinstance(store, LanceDatasetStore)
    table = store._table.at(version)
    reader = storage_at(tmp_path, **options).open(KEY)
    reader.compact([version])
    if grace:
        assert table.to_table(columns=["id"]).num_rows == 200
    else:
        with pytest.raises(pa.ArrowInvalid, match="Not found"):
            table.to_table(columns=["id"])
    assert sum(batch.num_rows for batch in store.scan(["id"], version)) == 200


def test_a_folder_that_goes_while_it_is_looked_at_is_somebodys_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "local" / "left"
    (folder / "objects").mkdir(parents=True)
    os.utime(folder / "objects", (0, 0))
    os.utime(folder, (0, 0))
    gone = [(str(folder), ["objects", "lost"], []), (str(folder / "lost"), [], [])]
    monkeypatch.setattr("atlas_plugin_lance.files.os.walk", lambda _path: iter(gone))
    LocalFiles(tmp_path).remove_folder("local/left", older_than=10.0)
    assert folder.exists()
    monkeypatch.undo()
    LocalFiles(tmp_path).remove_folder("local/left", older_than=10.0)
    assert not folder.exists()
    LocalFiles(tmp_path).remove_folder("local/left", older_than=10.0)
