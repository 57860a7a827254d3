"""How a function is written in the reference: names and defaults, without types."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["shown"]

WIDTH = 96
MARKS: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def shown(name: str, function: Callable[..., Any]) -> str:
    """Return `name(a, b=None, *, c=True)`, wrapped; `self` is left out."""
    parts: list[str] = []
    star = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not star:
            parts.append("*")
        star = star or parameter.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_POSITIONAL)
        mark = MARKS.get(parameter.kind, "")
        default = "" if parameter.default is inspect.Parameter.empty else f"={_default(parameter.default)}"
        parts.append(f"{mark}{parameter.name}{default}")
    return "\n".join(textwrap.wrap(f"{name}({', '.join(parts)})", WIDTH, subsequent_indent=" " * 4))


def _default(value: object) -> str:
    # A mapping proxy is best shown as what it stands for.
    return "{}" if isinstance(value, Mapping) and not value else repr(value)
