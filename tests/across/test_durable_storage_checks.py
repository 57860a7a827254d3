"""Each storage check that needs processes catches the one fault it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import names_of
from localatlas.testing import run_checks, storage_process_checks

faulty_lance = pytest.importorskip("faulty_lance", reason="needs the storage plugin")
pytestmark = pytest.mark.plugins

SUPPORT = Path(__file__).parents[1] / "support"
# Whoever is killed while holding a lock that does not die with him cannot go on.
ALSO = {"lock_dies_with_its_holder": {"kill_loses_no_acknowledged_row", "kill_loses_no_acknowledged_change"}}


@pytest.mark.parametrize("check", faulty_lance.FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    # A holder that is dead for good is given up at once.
    monkeypatch.setattr(storage_process_checks, "DEAD_HOLDER_SECONDS", 0.1)
    faulty = faulty_lance.FAULTS[check]
    left_out = names_of(faulty, "storage") - faulty_lance.FAULTS.keys() | ALSO.get(check, set())
    skip = dict.fromkeys(left_out, "it is about other things") | {"import_is_light": "slow"}
    assert [result.name for result in run_checks(faulty, skip=skip) if not result.ok] == [check]
