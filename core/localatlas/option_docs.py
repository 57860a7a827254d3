"""What a plugin's options are: for `localatlas plugins show`."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["OptionDoc", "documented"]


@dataclass(frozen=True)
class OptionDoc:
    """One option.

    Attributes:
        name: what to write.
        type: as Python writes it.
        default: as Python writes it; "" for an option that must be given.
        range: the values that are taken, in words; "" where the type says it all.
        doc: what it does.
    """

    name: str
    type: str
    default: str
    range: str
    doc: str


def documented(options: type[BaseModel]) -> list[OptionDoc]:
    """Return the options of a model, in the order of their declaration."""
    docs: dict[str, str] = {}
    for part in reversed(options.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            docs |= _attribute_docs(part)
    return [_option(name, field, docs.get(name, "")) for name, field in options.model_fields.items()]


def _option(name: str, field: FieldInfo, doc: str) -> OptionDoc:
    default = "" if field.is_required() else repr(field.get_default(call_default_factory=True, validated_data={}))
    return OptionDoc(name, _type_name(field.annotation), default, _range(field.metadata), field.description or doc)


def _type_name(annotation: Any) -> str:
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return text.replace("typing.", "").replace("pathlib.", "").replace("NoneType", "None")


def _range(metadata: Iterable[Any]) -> str:
    """Return the limits that `Field` was given: "2 to 200", "above 0", "at most 5 long"."""
    limits = {name: getattr(part, name) for part in metadata for name in _LIMITS if hasattr(part, name)}
    both = {"ge", "le"} <= limits.keys()
    words = [f"{_number(limits.pop('ge'))} to {_number(limits.pop('le'))}"] if both else []
    return ", ".join([*words, *(_LIMITS[name].format(_number(value)) for name, value in limits.items())])


def _number(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


_LIMITS = {
    "gt": "above {}",
    "ge": "from {}",
    "lt": "below {}",
    "le": "up to {}",
    "multiple_of": "a multiple of {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "pattern": "of the form {}",
}


def _attribute_docs(model: type[BaseModel]) -> dict[str, str]:
    """Return the texts below the fields of a class, which Python itself forgets; none for a class without source."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    except (OSError, TypeError, SyntaxError):
        return {}
    found: dict[str, str] = {}
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in itertools.pairwise(statements):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            found[field.target.id] = inspect.cleandoc(text.value.value)
    return found
