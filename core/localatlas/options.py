"""Validation of options with errors that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from localatlas.errors import InvalidOptionError, suggestion

__all__ = ["validated"]

M = TypeVar("M", bound=BaseModel)

_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def validated(model: type[M], options: Mapping[str, Any], who: str) -> M:
    """Return `model(**options)`.

    Raises:
        InvalidOptionError: names `who`, every option at fault, its value, what is accepted, and the nearest
            known option for an unknown one.
    """
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        known = list(model.model_fields)
        faults = "; ".join(_fault(problem, known) for problem in error.errors())
        raise InvalidOptionError(f"{who}: {faults} (it takes: {', '.join(known) or 'no options'})") from error


def _fault(problem: Any, known: list[str]) -> str:
    name = ".".join(str(part) for part in problem["loc"]) or "options"
    if problem["type"] == "extra_forbidden":
        return f"unknown option {name!r}{suggestion(name, known)}"
    if problem["type"] in _LIMITS:
        key, words = _LIMITS[problem["type"]]
        return f"{name}={problem['input']!r} is out of range, it must be {words} {problem['ctx'][key]}"
    message = str(problem["msg"])
    return f"{name}={problem['input']!r}: {message[:1].lower()}{message[1:]}"
