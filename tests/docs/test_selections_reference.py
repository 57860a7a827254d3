"""The page of selections holds every node with its fields, every function with its arguments, and every limit."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from fences import ROOT, Fence, fences, headings, section
from localatlas import selections
from localatlas.selections import limits
from localatlas.selections.tree import KINDS
from pydantic_core import PydanticUndefined
from signatures import shown

PAGE = ROOT / "docs" / "reference" / "selections.md"
TYPES = {str(kind.model_fields["type"].default): kind for kind in KINDS}
FUNCTIONS = [name for name in selections.__all__ if inspect.isfunction(getattr(selections, name))]
CLASSES = [name for name in selections.__all__ if name not in FUNCTIONS]
ROW = re.compile(r"^\| `(\w+)` \| (?:`(\w+)`)? ?\| .+ \|$", re.MULTILINE)


def blocks(name: str) -> list[Fence]:
    """Return the blocks under a heading, in order."""
    text = section(PAGE, f"`{name}`")
    return [fence for fence in fences(PAGE) if f"```{fence.info}\n{fence.text}\n```" in text]


def stated(value: Any) -> str:
    """Return how a default is written in a table; nothing for a field that must be given."""
    return "" if value is PydanticUndefined else json.dumps(value)


@pytest.mark.parametrize("name", TYPES)
def test_the_fields_of_a_node_are_on_the_page(name: str) -> None:
    documented = dict(ROW.findall(section(PAGE, f"`{name}`")))
    fields = {field: stated(info.default) for field, info in TYPES[name].model_fields.items() if field != "type"}
    assert documented == fields


@pytest.mark.parametrize("name", TYPES)
def test_the_example_in_python_is_the_example_in_json(name: str) -> None:
    python, text = blocks(name)[:2]
    assert (python.info, text.info) == ("python", "json")
    node = eval(python.text, {"s": selections})  # noqa: S307  the documentation's own line
    assert type(node) is TYPES[name]
    assert selections.parse(text.text) == node


def test_no_other_node_is_documented() -> None:
    known = [heading for heading in headings(PAGE) if heading.islower() and " " not in heading]
    assert known == list(TYPES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_on_the_page_with_its_arguments(name: str) -> None:
    text = "\n".join(fence.text for fence in fences(PAGE) if fence.info == "text")
    signature = shown(name, getattr(selections, name))
    assert signature in text.splitlines(), f"the page must hold the line:\n{signature}"


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


def test_the_limits_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| .+ \| ([\d,]+) \|$", section(PAGE, "Limits"), re.MULTILINE)
    wanted = [value for name, value in vars(limits).items() if name.startswith("MAX_")]
    assert sorted(int(row.replace(",", "")) for row in rows) == sorted(wanted)
