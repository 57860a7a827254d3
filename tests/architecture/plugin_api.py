"""The interface that plugins are written against, as text: names, signatures and fields.

    python tests/architecture/plugin_api.py --write

writes docs/reference/plugin-api.txt anew, when the interface has grown on purpose.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel

__all__ = ["KEPT", "described"]

KEPT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "plugin-api.txt"


def described() -> str:
    """Return one line for every public name of the plugin interface, sorted within its module."""
    from localatlas import errors, hooks, hookspecs, protocols, registries, services, testing

    lines = ["# What plugins are written against. Lines may be added inside a major version; none goes or changes."]
    for module in (protocols, hookspecs, hooks, services, testing, errors):
        lines += ["", f"[{module.__name__}]", *_module(module)]
    lines += ["", "[entry points]", *sorted(f"{registry.group}: {registry.kind}" for registry in registries.ALL)]
    return "\n".join([*lines, f"{hooks.GROUP}: hooks"]) + "\n"


def _module(module: ModuleType) -> Iterator[str]:
    for name in sorted(module.__all__):
        yield from _value(name, getattr(module, name))


def _value(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, type):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {name}({bases})"
        yield from sorted(f"    {line}" for line in _members(value))
    elif inspect.isfunction(value):
        yield f"{name}{inspect.signature(value)}"
    else:
        yield f"{name} = {list(get_args(value)) or type(value).__name__}"


def _members(cls: type[Any]) -> Iterator[str]:
    if issubclass(cls, enum.Enum):
        yield from (f"{member.name} = {member.value!r}" for member in cls)
    if dataclasses.is_dataclass(cls):
        for field in dataclasses.fields(cls):
            optional = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
            yield f"{field.name}: {field.type}{' (optional)' if optional else ''}"
    for name, member in vars(cls).items():
        # A protocol without a constructor of its own is given one by `typing`.
        if name.startswith("_") and getattr(member, "__qualname__", "") != "Component.__init__":
            continue
        if isinstance(member, property):
            returned = inspect.signature(member.fget).return_annotation if member.fget else ""
            yield f"{name} -> {returned}"
        elif inspect.isfunction(member):
            yield f"{name}{inspect.signature(member)}"
    if issubclass(cls, BaseModel):
        yield from (f"{key} = {value!r}" for key, value in sorted(cls.model_config.items()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        KEPT.write_text(described(), encoding="utf-8")
    else:
        sys.stdout.write(described())
