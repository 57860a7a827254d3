"""Hooks by name, for `localatlas plugins show` and `check`: a module of functions, not a component."""

from __future__ import annotations

import importlib
import inspect
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from localatlas.registry import Entry
    from localatlas.testing import CheckResult

__all__ = ["check_hooks_of", "hooks_called", "loaded", "summary"]


def hooks_called(name: str) -> list[Entry]:
    """Return the installed modules of hooks that a plain or qualified name means."""
    from dataclasses import replace

    from localatlas import hooks
    from localatlas.registry import installed

    return [replace(entry, kind="hooks") for entry in installed(hooks.GROUP) if name in (entry.name, entry.qualified)]


def loaded(entry: Entry) -> ModuleType:
    """Return the module of an entry. Raises PluginLoadError."""
    from localatlas.errors import PluginLoadError

    try:
        return importlib.import_module(entry.target)
    except Exception as error:  # a plugin's module may raise anything
        message = f"{entry} cannot be imported from {entry.target!r}: {type(error).__name__}: {error}"
        raise PluginLoadError(f"{message}; reinstall or remove {entry.distribution}") from error


def summary(entry: Entry) -> dict[str, Any]:
    """Return what a module of hooks is: its text, and the first line of the text of each hook that it answers."""
    module = loaded(entry)
    found = {name: value for name, value in inspect.getmembers(module) if name.startswith("localatlas_")}
    answers = {name: (inspect.getdoc(value) or "").partition("\n")[0] for name, value in found.items()}
    return {"doc": inspect.getdoc(module) or "", "hooks": answers}


def check_hooks_of(entry: Entry) -> list[CheckResult]:
    """Return what came of the checks of a module: it can be imported, and its hooks and their arguments exist."""
    from localatlas.errors import PluginLoadError
    from localatlas.testing import CheckResult, check_hooks

    start = time.perf_counter()
    try:
        module = loaded(entry)
    except PluginLoadError as error:
        return [CheckResult("it_can_be_imported", "failed", str(error), time.perf_counter() - start)]
    first = CheckResult("it_can_be_imported", "passed", seconds=time.perf_counter() - start)
    try:
        check_hooks(module)
    except AssertionError as error:
        return [first, CheckResult("hooks_and_their_arguments_exist", "failed", str(error))]
    return [first, CheckResult("hooks_and_their_arguments_exist", "passed")]
