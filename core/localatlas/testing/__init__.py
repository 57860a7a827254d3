"""The conformance kit for plugin authors: `test_conformance = conformance(MyComponent)` is a whole test file."""

from __future__ import annotations

from localatlas.testing.check import Check, Make, check
from localatlas.testing.hook_checks import check_hooks
from localatlas.testing.kit import CheckResult, checks_for, conformance, kind_of, require, run_checks

__all__ = [
    "Check",
    "CheckResult",
    "Make",
    "check",
    "check_hooks",
    "checks_for",
    "conformance",
    "kind_of",
    "require",
    "run_checks",
]
