"""Many small changes: few pieces, few rewritten rows, few old versions, and every row where it was."""

from __future__ import annotations

from pathlib import Path

import lance
import pyarrow as pa
import pytest
from atlas_plugin_lance import LanceStorage
from atlas_plugin_lance.dataset import LanceDatasetStore
from atlas_plugin_lance.upkeep import TARGETS, target_rows
from hypothesis import given
from hypothesis import strategies as st
from lance.dataset import DatasetOptimizer
from localatlas.protocols import DatasetKey
from localatlas.protocols.storage import POSITION_COLUMN

KEY = DatasetKey("me", "data")


@pytest.mark.parametrize(
    ("sizes", "pieces", "target"),
    [
        ([100] * 64, 16, 1024),
        ([1100] * 13 + [100] * 64, 16, 8192),
        ([9000] * 15 + [100] * 64, 16, 8192),
        ([9000] * 16 + [100] * 64, 16, 65_536),
        ([60_000] * 3 + [100] * 64, 16, 1024),
        ([1] * 3, 1, 1024),
        ([2_000_000] * 40 + [5], 16, TARGETS[-1]),
        ([], 1, 1024),
    ],
)
def test_small_pieces_are_merged_before_large_ones(sizes: list[int], pieces: int, target: int) -> None:
    assert target_rows(sizes, pieces) == target


@given(st.integers(1, 3000), st.integers(64, 600))
def test_a_row_is_rewritten_a_few_times_in_all(batch: int, rounds: int) -> None:
    sizes: list[int] = []
    rewritten = rows = 0
    for _ in range(rounds):
        sizes += [batch] * 64
        rows += batch * 64
        target = target_rows(sizes, 16)
        small = [size for size in sizes if size < target]
        rewritten += sum(small)
        whole, rest = divmod(sum(small), target)
        sizes = [size for size in sizes if size >= target] + [target] * whole + [rest] * bool(rest)
        assert len(sizes) <= max(16, rows // TARGETS[-1] + 1)
    assert rewritten <= 2 * len(TARGETS) * rows


def batch(first: int, n: int) -> pa.Table:
    numbers = range(first, first + n)
    return pa.table({POSITION_COLUMN: pa.array(numbers, pa.int64()), "id": [f"row {number}" for number in numbers]})


def opened(folder: Path, **options: object) -> LanceDatasetStore:
    made = LanceStorage(LanceStorage.Options.model_validate({"address": str(folder), **options}))
    store = made.open(KEY) if made.exists(KEY) else made.create(KEY, b"")
    assert isinstance(store, LanceDatasetStore)
    return store


def ids(store: LanceDatasetStore, version: int | None = None) -> list[str]:
    return [value for part in store.scan(["id"], version) for value in part.column(0).to_pylist()]


def test_appends_leave_few_old_versions_behind_them(tmp_path: Path) -> None:
    store = opened(tmp_path, compact_after_fragments=8)
    kept = {}
    for number in range(120):
        version = store.append(batch(10 * number, 10))
        if number in (5, 50):
            kept[version] = 10 * (number + 1)
        if number % 16 == 15:
            store.compact(list(kept))
    held = lance.dataset(store._table.address).versions()
    assert len(held) < 50
    expected = [f"row {i}" for i in range(1200)]
    for reader in (store, opened(tmp_path)):
        assert ids(reader) == expected
        for version, rows in kept.items():
            assert ids(reader, version) == expected[:rows]
    assert store._table.fragments(store._head().physical) <= 9 + 16


def test_a_version_that_others_may_scan_outlasts_the_appends_after_it(tmp_path: Path) -> None:
    store = opened(tmp_path, compact_after_fragments=2)
    for number in range(4):
        store.append(batch(10 * number, 10))
    store.delete("id", pa.array(["row 3"]))
    # As in another process that began to scan before all that follows.
    scanned = opened(tmp_path)._table.at(store._head().physical)
    for number in range(4, 12):
        store.append(batch(10 * number, 10))
    store.compact()
    store.append(batch(120, 10))
    store.compact()
    assert scanned.to_table(columns=["id"])["id"].to_pylist() == [f"row {i}" for i in range(40) if i != 3]


def test_indices_grow_by_segments_and_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlas_plugin_lance.upkeep.FEW_STALE_ROWS", 50)
    store = opened(tmp_path, index_after_rows=100, compact_after_fragments=4)
    joined: list[bool] = []
    optimize = DatasetOptimizer.optimize_indices

    def watched(self: DatasetOptimizer, **kwargs: int) -> None:
        joined.append("num_indices_to_merge" not in kwargs)
        optimize(self, **kwargs)

    monkeypatch.setattr(DatasetOptimizer, "optimize_indices", watched)
    for number in range(80):
        store.append(batch(10 * number, 10))
        if number % 10 == 9:
            store.compact()
        # The last row may be known to no index yet.
        asked = pa.array([f"row {10 * number + 9}", "row 0", "absent", f"row {5 * number}"])
        assert store.find("id", asked).to_pylist() == [asked[0].as_py(), "row 0", asked[3].as_py()]
    assert 4 < len(joined) < 60
    assert set(joined) == {True, False}
    table = store._table.at(store._head().physical)
    assert all(len(index.segments) <= 8 for index in table.describe_indices())
    assert store.take("id", pa.array(["row 799", "row 1"]), ["id"])["id"].to_pylist() == ["row 799", "row 1"]
    assert store.delete("id", pa.array(["row 400", "row 799"])) == 2
    assert ids(store) == [f"row {i}" for i in range(799) if i != 400]
