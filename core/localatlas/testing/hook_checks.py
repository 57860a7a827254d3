"""What a module of hooks must be: every implementation has the name of a hook, and takes arguments that it has."""

from __future__ import annotations

import inspect
from typing import Any

from localatlas import hookspecs
from localatlas.errors import listing, suggestion
from localatlas.testing.kit import require

__all__ = ["check_hooks"]

MARK = f"{hookspecs.PROJECT}_impl"


def check_hooks(module: object) -> None:
    """Raise AssertionError, with a sentence, unless the `@hookimpl` functions of a module are hooks of localatlas.

    pluggy refuses a wrong argument when a module is registered, but takes a misspelt hook in silence.
    """
    who = getattr(module, "__name__", type(module).__name__)
    found = {name: value for name, value in inspect.getmembers(module) if hasattr(value, MARK)}
    require(found, f"{who} has no function with @hookimpl.")
    known = [name for name in hookspecs.__all__ if name.startswith("localatlas_")]
    for name, function in found.items():
        marked = getattr(function, MARK)
        hook = marked.get("specname") or name
        require(
            hook in known, f"{who}: there is no hook {hook!r}{suggestion(hook, known)}; there are {listing(known)}."
        )
        require(
            not (marked.get("wrapper") or marked.get("hookwrapper")),
            f"{who}: {name} wraps a hook; hooks of localatlas take no wrappers.",
        )
        _check_arguments(who, name, function, list(inspect.signature(getattr(hookspecs, hook)).parameters))


def _check_arguments(who: str, name: str, function: Any, has: list[str]) -> None:
    for argument in inspect.signature(function).parameters:
        known = f"it has {listing(has)}" if has else "it has none"
        require(
            argument in has, f"{who}: {name} takes {argument!r}{suggestion(argument, has)}, the hook does not; {known}."
        )
