"""How the kit is tested: its checks are run on components with one fault each.

A table of faults is a list of (name of a check, faulty component). The first fault of a check in its table shows that
the check is needed: no other check catches it. Further ones may be caught by others too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from localatlas.testing import checks_for, run_checks

Faults = Sequence[tuple[str, type[Any]]]


def each_of(faults: Faults) -> pytest.MarkDecorator:
    """Return the parametrization of a test with `check`, `faulty` and `alone`, true for the first fault of a check."""
    names = [name for name, _ in faults]
    cases = [(name, faulty, names.index(name) == place) for place, (name, faulty) in enumerate(faults)]
    ids = [f"{name}-{faulty.__name__}" for name, faulty, _ in cases]
    return pytest.mark.parametrize(("check", "faulty", "alone"), cases, ids=ids)


def assert_caught(check: str, faulty: type[Any], *, alone: bool) -> None:
    """Assert that a check catches a fault and, with `alone`, that no other does."""
    caught = [result.name for result in run_checks(faulty) if not result.ok]
    assert check in caught, f"{check} did not catch {faulty.__name__}; what did: {caught}"
    assert not alone or caught == [check], f"{faulty.__name__} is there to be caught by {check} alone, not by {caught}"


def names_of(component: type[Any], kind: str) -> set[str]:
    """Return the names of a kind's checks that apply to a component."""
    return {check.name for check in checks_for(component) if check.kind == kind}


def named_in(faults: Iterable[tuple[str, type[Any]]]) -> set[str]:
    """Return the names of the checks that a table has faults for."""
    return {name for name, _ in faults}
