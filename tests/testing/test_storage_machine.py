"""The state machine of the kit finds faults of a storage that nothing else finds: they take several changes to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from localatlas.testing import run_checks, storage_machine
from localatlas.testing.memory import MemoryDatasetStore, MemoryStorage
from localatlas.testing.storage_model import Model, Operation, operations

RIGHT: dict[str, Callable[..., Any]] = {
    name: getattr(MemoryDatasetStore, name) for name in ("replace", "_without", "remove")
}
CHECK = "any_changes_agree_with_a_model"


def replaces_only_what_is_there(store: MemoryDatasetStore, column: str, values: pa.Array, rows: pa.Table) -> int:
    """Forgets the new rows where no old one goes."""
    return RIGHT["replace"](store, column, values, rows) if len(store.find(column, values)) else store.version()


def deletes_nulls_too(store: MemoryDatasetStore, table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    """Compares as SQL does: NOT (x IN …) holds for no null."""
    kept = RIGHT["_without"](store, table, column, values)
    return kept.filter(pc.is_valid(kept[column])) if kept.num_rows < table.num_rows else kept


def removes_folders_only(store: MemoryDatasetStore, prefix: str) -> None:
    RIGHT["remove"](store, prefix if prefix.endswith("/") else f"{prefix}/")


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("replace", replaces_only_what_is_there),
        ("_without", deletes_nulls_too),
        ("remove", removes_folders_only),
    ],
)
def test_only_the_machine_finds_the_fault(
    method: str, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryDatasetStore, method, fault)
    # With as few examples as a kit's run takes, it depends on luck whether a fault is met.
    monkeypatch.setattr(storage_machine, "EXAMPLES", 500)
    results = run_checks(MemoryStorage, skip={"import_is_light": "slow"})
    assert [result.name for result in results if not result.ok] == [CHECK]


def test_the_changes_that_lead_to_a_fault_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryDatasetStore, "remove", removes_folders_only)
    (result,) = [result for result in run_checks(MemoryStorage, skip={"import_is_light": "slow"}) if not result.ok]
    assert "After these changes the objects are" in result.message
    assert "state.remove(prefix=" in result.message


def test_the_model_holds_what_was_written() -> None:
    model = Model().after(Operation("append", count=2, column="word", value="a")).after(Operation("append", count=1))
    model = model.after(Operation("rewrite", (1, 9), column="number", value=5)).after(Operation("delete", (0, 7)))
    model = model.after(Operation("put", count=9, name="tags/a.json", value=1))
    assert model.content() == [
        {"_position_index": 1, "id": "row 1", "number": 5, "word": None},
        {"_position_index": 2, "id": "row 2", "number": None, "word": None},
    ]
    assert model.next_position == 3
    assert model.objects == {"tags/a.json": b"tags/a.json 1 9"}
    assert model.after(Operation("remove", name="tags/")).objects == {}


def test_the_same_seed_gives_the_same_changes() -> None:
    first, second, other = ([next(made) for _ in range(30)] for made in map(operations, (1, 1, 2)))
    assert first == second != other
    assert {operation.change for operation in first} >= {"append", "delete", "replace", "put"}
