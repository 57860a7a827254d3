"""From JSON, or what JSON becomes, to a selection; with errors that a person can act on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from localatlas.errors import AtlasTypeError, AtlasValueError, suggestion
from localatlas.selections import limits
from localatlas.selections.base import Node
from localatlas.selections.tree import KINDS, Selection, adapter, check_limits

__all__ = ["build", "json_schema", "parse"]

N = TypeVar("N", bound=Node)

BY_TYPE = {str(kind.model_fields["type"].default): kind for kind in KINDS}
# How pydantic names the members of a union in the place of an error, and what a person calls them.
MEMBERS = {
    "str": "a text",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "constrained-float": "a number",
}
LIMITS = {
    "ge": "be at least",
    "le": "be at most",
    "min_length": "have a length of at least",
    "max_length": "have a length of at most",
}
SHOWN = 80


def parse(selection: Any) -> Selection:
    """Return a selection from itself, from a dict or from JSON text.

    Raises:
        AtlasTypeError: it is none of these.
        AtlasValueError: it is not a selection, or too large; the message names the place, what is accepted, and the
            nearest known name.
    """
    if isinstance(selection, Node):
        check_limits(selection)
        return selection  # type: ignore[return-value]  # every Node but the base is a member of the union
    if isinstance(selection, str | bytes):
        selection = _read(selection)
    if not isinstance(selection, Mapping):
        raise AtlasTypeError(
            f"a selection is a node of localatlas.selections, a dict or JSON text, got {type(selection).__qualname__}"
        )
    _check_raw(selection)
    try:
        made = adapter.validate_python(selection)
    except ValidationError as error:
        raise AtlasValueError(f"selection: {_faults(error)}") from error
    check_limits(made)
    return made


def build(kind: type[N], **fields: Any) -> N:
    """Return a node of a kind. Raises AtlasValueError as `parse` does."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise AtlasValueError(f"{kind.model_fields['type'].default}: {_faults(error, kind)}") from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the language."""
    return adapter.json_schema()


def _read(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AtlasValueError(f"selection: it is no JSON: {error}") from error


def _check_raw(selection: Mapping[str, Any]) -> None:
    """Check depth and number of nodes before anything recurses into them."""
    ahead: list[tuple[Any, int]] = [(selection, 1)]
    count = 0
    while ahead:
        part, depth = ahead.pop()
        if isinstance(part, Mapping):
            count += 1
            limits.check_size(depth, count)
            below = part.get("of")
            ahead += [(each, depth + 1) for each in (below if isinstance(below, list | tuple) else [below])]


def _faults(error: ValidationError, kind: type[Node] | None = None) -> str:
    """Return one sentence per place of an error."""
    places: dict[str, list[str]] = {}
    members: dict[str, list[str]] = {}
    inputs: dict[str, object] = {}
    for problem in error.errors():
        place, node, member = _place(problem["loc"], kind)
        inputs.setdefault(place, problem["input"])
        if member in MEMBERS and problem["type"].endswith("_type"):
            members.setdefault(place, []).append(MEMBERS[member])
        elif problem["type"] != "too_short" or not any(known.startswith(f"{place}[") for known in inputs):
            # A list that lost its wrong parts is not too short as well.
            places.setdefault(place, []).append(_fault(problem, node))
    for place, names in members.items():
        if place not in places:
            places[place] = [f"it must be {' or '.join(dict.fromkeys(names))}, got {_short(inputs[place])}"]
    return "; ".join(f"{place}: {texts[0]}" if place else texts[0] for place, texts in places.items())


def _place(location: tuple[int | str, ...], kind: type[Node] | None) -> tuple[str, type[Node] | None, str]:
    """Return a place as `of[0].query`, the node it lies in, and the member of a union that the error is about."""
    path, node, member, named = "", kind, "", kind is None
    for step in location:
        if named and step in BY_TYPE:
            node, named = BY_TYPE[str(step)], False
        elif isinstance(step, int):
            path += f"[{step}]"
            # The members of a list of nodes open with their type.
            named = path.rpartition(".")[2].startswith("of[") or path.startswith("of[")
        elif node is not None and step not in node.model_fields and (step in MEMBERS or "[" in step or "(" in step):
            member = step
        else:
            path += f".{step}" if path else str(step)
            named = step == "of"
    return path, node, member


def _fault(problem: Any, node: type[Node] | None) -> str:
    known = [] if node is None else [name for name in node.model_fields if name != "type"]
    takes = "" if node is None else f"{node.model_fields['type'].default} takes {', '.join(known)}"
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown field{suggestion(str(problem['loc'][-1]), known)}; {takes}"
    if kind == "missing":
        return f"it is missing; {takes}"
    if kind == "union_tag_invalid":
        return (
            f"there is no type {context['tag']!r}{suggestion(context['tag'], BY_TYPE)}; types are {', '.join(BY_TYPE)}"
        )
    if kind == "union_tag_not_found":
        return f"a node needs a type: {', '.join(BY_TYPE)}"
    if kind == "value_error":
        return str(context["error"])
    limit = next((f"{words} {context[key]:,}" for key, words in LIMITS.items() if key in context), None)
    message = f"it must {limit}" if limit else f"{problem['msg'][:1].lower()}{problem['msg'][1:]}"
    return f"{message}, got {_short(problem['input'])}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
