"""A home on PostgreSQL is used as any other; what is wrong with an address is said."""

from __future__ import annotations

from pathlib import Path

import localatlas
import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_postgres import PostgresStorage
from localatlas.errors import DatasetNotFoundError, InvalidDataError, InvalidOptionError, StorageError
from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN

pytestmark = pytest.mark.services
KEY = DatasetKey("me", "data")


def rows(*positions: int) -> pa.Table:
    return pa.table({POSITION_COLUMN: pa.array(positions, pa.int64()), "id": [f"row {at}" for at in positions]})


@pytest.fixture
def storage(server: str, tmp_path: Path) -> PostgresStorage:
    options = {"address": f"{server}&home=t_{tmp_path.name[-40:].lower()}", "cache": str(tmp_path)}
    return PostgresStorage(PostgresStorage.Options.model_validate(options | {"compact_after_pieces": 2}))


@pytest.fixture
def store(storage: PostgresStorage) -> DatasetStore:
    return storage.create(KEY, b"{}")


@pytest.mark.slow
def test_a_map_is_made_and_found_again(server: str) -> None:
    localatlas.configure(home=f"{server}&home=whole_map")
    vectors = np.random.default_rng(0).normal(size=(60, 8))
    kinds = [{"kind": ("oak", "elm", "yew")[row % 3]} for row in range(60)]
    localatlas.atlas.map_data(kinds, embeddings=vectors, identifier="trees", indexed_field="kind", progress=False)
    trees = localatlas.AtlasDataset("trees")
    trees.maps[0].tags.add("first", ids=[0, 1])
    trees.add_data(kinds[:1], embeddings=vectors[:1])
    trees.update_indices(progress=False)
    again = localatlas.AtlasDataset("trees").maps[0]
    assert len(again.embeddings.projected) == 61
    assert again.tags.df["first"].sum() == 2
    assert again.embeddings.vector_search(ids=[60], k=2)[0][0] == [60, 0]


def test_rows_written_anew_are_in_one_piece_only(store: DatasetStore) -> None:
    store.append(rows(0, 1, 2))
    store.append(rows(3, 4))
    before = store.version()
    store.replace("id", pa.array(["row 1"]), rows(1))
    store.delete("id", pa.array(["row 1"]))
    assert [at for batch in store.scan([POSITION_COLUMN]) for at in batch.column(0).to_pylist()] == [0, 2, 3, 4]
    assert store.count(before) == 5
    with pytest.raises(InvalidDataError, match="another row's"):
        store.replace("id", pa.array(["row 0"]), rows(2))


def test_compaction_leaves_nothing_that_no_version_has(store: DatasetStore, storage: PostgresStorage) -> None:
    for position in range(5):
        store.append(rows(position))
    store.delete("id", pa.array(["row 0"]))
    store.compact()
    with storage._home().connection() as connection:
        assert connection.execute("SELECT count(*) FROM pieces").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM versions").fetchone() == (1,)
    assert store.count() == 4


def test_an_object_of_several_parts_comes_back_whole(store: DatasetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlas_plugin_postgres.objects.PART", 1000)
    data = np.random.default_rng(0).bytes(2500)
    store.put("vectors.npy", data)
    assert store.get("vectors.npy") == data
    mapped = store.path("vectors.npy")
    store.put("vectors.npy", b"new")
    assert (mapped.read_bytes(), store.path("vectors.npy").read_bytes()) == (data, b"new")


def test_a_store_of_a_deleted_dataset_says_so(store: DatasetStore, storage: PostgresStorage) -> None:
    storage.delete(KEY)
    with pytest.raises(DatasetNotFoundError, match="was deleted; open it anew"):
        store.append(rows(0))


def test_a_version_that_is_not_there_is_named(store: DatasetStore) -> None:
    store.append(rows(0))
    with pytest.raises(StorageError, match=r"no version 9; it has 1"):
        store.count(9)


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        ("mysql://x/y", InvalidOptionError, "its scheme is not postgresql:// or postgres://"),
        ("postgresql:///x?home=No-name", InvalidOptionError, "'No-name' in .* cannot name a home"),
        ("postgresql:///x?host=/nowhere", StorageError, "cannot be reached: .*/nowhere"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(address: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        PostgresStorage(PostgresStorage.Options(address=address)).datasets()
