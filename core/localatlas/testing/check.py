"""One property that a component must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Check", "Make", "check"]


class Make(Protocol):
    """Builds a fresh component with some options; `make.component` is its class."""

    component: type[Any]

    def __call__(self, **options: Any) -> Any:
        """Return `component(component.Options(**options))`."""
        ...

    def new_address(self) -> str:
        """Return the address of a home that nobody has used yet."""
        ...


@dataclass(frozen=True)
class Check:
    """A named property; `run(make)` raises AssertionError, with a sentence, when it does not hold."""

    name: str
    kind: str
    run: Callable[[Make], None]


def check(kind: str) -> Callable[[Callable[[Make], None]], Check]:
    """Turn a function `check_some_property(make)` into the Check `some_property` of a plugin kind."""

    def wrap(function: Callable[[Make], None]) -> Check:
        return Check(function.__name__.removeprefix("check_"), kind, function)

    return wrap
