"""Each storage check catches the one fault it is for, and no other check does."""

from __future__ import annotations

import pytest
from faults import names_of
from faulty_storage import STORAGE_FAULTS, STORE_FAULTS
from localatlas.testing import run_checks
from localatlas.testing.memory import MemoryDatasetStore, MemoryStorage

LEFT_OUT = {
    "import_is_light": "slow",
    "any_changes_agree_with_a_model": "finds most faults too, after a long search",
}
# Storages that outlast their process: no storage in memory can have their faults.
OF_DURABLE_ONES = {
    "lock_keeps_other_processes_out",
    "lock_dies_with_its_holder",
    "appends_of_another_process_are_seen",
    "kill_loses_no_acknowledged_row",
    "kill_loses_no_acknowledged_change",
}


@pytest.mark.parametrize("check", [*STORAGE_FAULTS, *STORE_FAULTS])
def test_a_fault_is_caught_by_its_check_alone(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for method, fault in STORAGE_FAULTS.get(check, {}).items():
        monkeypatch.setattr(MemoryStorage, method, fault)
    for method, fault in STORE_FAULTS.get(check, {}).items():
        monkeypatch.setattr(MemoryDatasetStore, method, fault)
    results = run_checks(MemoryStorage, skip=LEFT_OUT)
    assert {result.name: result.message[:200] for result in results if not result.ok}.keys() == {check}


def test_every_check_has_a_fault() -> None:
    faults = {*STORAGE_FAULTS, *STORE_FAULTS}
    assert names_of(MemoryStorage, "storage") == faults | OF_DURABLE_ONES | {"any_changes_agree_with_a_model"}
