"""The conformance kit: which checks a component must pass, and two ways to run them."""

from __future__ import annotations

import importlib
import inspect
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from localatlas.errors import InvalidOptionError, listing, suggestion
from localatlas.testing.check import Check

__all__ = ["CheckResult", "Maker", "Outcome", "checks_for", "conformance", "kind_of", "require", "run_checks"]

Outcome = Literal["passed", "failed", "failed as expected", "passed unexpectedly"]

# A kind is known by the methods that its protocol demands, the more telling ones first.
METHODS_OF_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "storage": ("datasets", "create", "open", "delete"),
        "projector": ("project", "neighbors_needed"),
        "topic_model": ("fit", "neighbors_needed"),
        "duplicate_detector": ("detect", "neighbors_needed"),
        "topic_labeler": ("label",),
        "embedder": ("embed",),
        "neighbors": ("build",),
        "executor": ("map_batches",),
    }
)
# A module of checks has a tuple CHECKS, of one kind or more, and may have EXTRA_CHECKS by the name of the method that
# an optional power brings.
MODULES_OF_KIND: Mapping[str, str] = MappingProxyType(
    {
        "projector": "localatlas.testing.projector_checks",
        "embedder": "localatlas.testing.embedder_checks",
        "neighbors": "localatlas.testing.neighbor_checks",
        "topic_model": "localatlas.testing.topic_checks",
        "topic_labeler": "localatlas.testing.topic_checks",
        "duplicate_detector": "localatlas.testing.duplicate_checks",
        "storage": "localatlas.testing.storage_checks",
        "executor": "localatlas.testing.executor_checks",
    }
)
NONE: Mapping[str, Any] = MappingProxyType({})


class Maker:
    """Builds components for a check; a `Make` with a temporary folder.

    Args:
        component: the class to build.
        options: options that every component gets, below those that a check asks for.
        folder: an empty folder for addresses.
    """

    def __init__(self, component: type[Any], options: Mapping[str, Any], folder: Path) -> None:
        self.component = component
        self._options = dict(options)
        self._folder = folder
        self._addresses = 0

    def __call__(self, **options: Any) -> Any:
        """Return `component(component.Options(**options))`."""
        return self.component(self.component.Options(**{**self._options, **options}))

    def new_address(self) -> str:
        """Return an address where no storage home is yet: of the component's `example_address(folder)`, or a folder."""
        self._addresses += 1
        folder = self._folder / f"home-{self._addresses}"
        example: Callable[[Path], str] | None = getattr(self.component, "example_address", None)
        return example(folder) if example else str(folder)


@dataclass(frozen=True)
class CheckResult:
    """What came of one check.

    Attributes:
        name: the check's name.
        outcome: what happened, as compared with what was expected.
        message: the reason of a failure, or the reason why one was expected.
        seconds: wall time.
    """

    name: str
    outcome: Outcome
    message: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether this is as it should be."""
        return self.outcome in {"passed", "failed as expected"}


def require(condition: object, message: str) -> None:
    """Raise AssertionError with `message` unless `condition` is true; unlike `assert`, also under `python -O`."""
    if not condition:
        raise AssertionError(message)


def kind_of(component: type[Any]) -> str:
    """Return the kind of a component class by its methods, without building it.

    Raises:
        InvalidOptionError: it has the methods of no kind.
    """
    for kind, methods in METHODS_OF_KIND.items():
        if all(_has_method(component, method) for method in methods):
            return kind
    wanted = "; ".join(f"{kind}: {', '.join(methods)}" for kind, methods in METHODS_OF_KIND.items())
    message = f"{component!r} is no component: it has the methods of no kind. A kind is known by its methods: {wanted}."
    raise InvalidOptionError(message)


def checks_for(component: type[Any]) -> list[Check]:
    """Return the checks that apply to a component class: of all components, of its kind, of its optional powers."""
    from localatlas.testing import options_checks

    checks = list(options_checks.CHECKS)
    kind = kind_of(component)
    module = importlib.import_module(MODULES_OF_KIND[kind])
    checks.extend(check for check in module.CHECKS if check.kind == kind)
    for method, extra in getattr(module, "EXTRA_CHECKS", NONE).items():
        if _has_method(component, method):
            checks.extend(extra)
    return checks


def run_checks(
    component: type[Any],
    *,
    expected_failures: Mapping[str, str] = NONE,
    options: Mapping[str, Any] = NONE,
    skip: Mapping[str, str] = NONE,
) -> list[CheckResult]:
    """Run the checks of a component class without pytest.

    Args:
        component: the class.
        expected_failures: the reason, by the name of a check, why it fails today.
        options: options that every component gets that the checks build.
        skip: the reason, by the name of a check, why it is left out.
    """
    checks = _selected(component, expected_failures, skip)
    return [_result(check, component, options, expected_failures.get(check.name)) for check in checks]


def conformance(
    component: type[Any],
    *,
    expected_failures: Mapping[str, str] = NONE,
    options: Mapping[str, Any] = NONE,
    skip: Mapping[str, str] = NONE,
) -> Callable[[Check], None]:
    """Return a pytest test that runs every check of a component class; assign it to a name that pytest collects.

        test_conformance = conformance(MyProjector)

    Args:
        component: the class.
        expected_failures: the reason, by the name of a check, why it fails today; passing is then an error.
        options: options that every component gets that the checks build.
        skip: the reason, by the name of a check, why it is left out.
    """
    import pytest

    def marks(check: Check) -> list[Any]:
        reason = expected_failures.get(check.name)
        return [] if reason is None else [pytest.mark.xfail(strict=True, reason=reason)]

    checks = _selected(component, expected_failures, skip)
    parameters = [pytest.param(check, id=check.name, marks=marks(check)) for check in checks]

    @pytest.mark.parametrize("check", parameters)
    def test_conformance(check: Check) -> None:
        with _maker(component, options) as make:
            check.run(make)

    return test_conformance


@contextmanager
def _maker(component: type[Any], options: Mapping[str, Any]) -> Iterator[Maker]:
    folder = Path(tempfile.mkdtemp(prefix="localatlas-check-"))
    try:
        yield Maker(component, options, folder)
    finally:
        # A component may still hold a file open; the folder is the system's to clear then.
        shutil.rmtree(folder, ignore_errors=True)


def _has_method(component: type[Any], name: str) -> bool:
    """Whether the class has a method of that name; properties are not evaluated."""
    return callable(inspect.getattr_static(component, name, None))


def _selected(component: type[Any], expected: Mapping[str, str], skip: Mapping[str, str]) -> list[Check]:
    checks = checks_for(component)
    names = [check.name for check in checks]
    for name in [*expected, *skip]:
        if name not in names:
            hint = suggestion(name, names)
            message = (
                f"No check of {component.__name__} is called {name!r}{hint}. There are {listing(names, shown=99)}."
            )
            raise InvalidOptionError(message)
    return [check for check in checks if check.name not in skip]


def _result(check: Check, component: type[Any], options: Mapping[str, Any], reason: str | None) -> CheckResult:
    begun = time.perf_counter()
    try:
        with _maker(component, options) as make:
            check.run(make)
    except Exception as error:  # noqa: BLE001 - whatever a component raises is a finding, not our failure
        message = reason if reason is not None else f"{type(error).__name__}: {error}"
        outcome: Outcome = "failed" if reason is None else "failed as expected"
    else:
        message = reason or ""
        outcome = "passed" if reason is None else "passed unexpectedly"
    return CheckResult(check.name, outcome, message, time.perf_counter() - begun)
