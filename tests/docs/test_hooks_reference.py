"""Every hook is documented, with its arguments."""

from __future__ import annotations

import inspect
import re

import pytest
from fences import ROOT, headings, section
from localatlas import hookspecs
from signatures import shown

PAGE = ROOT / "docs" / "reference" / "hooks.md"
HOOKS = sorted(name for name in hookspecs.__all__ if name.startswith("localatlas_"))


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hook_is_documented_with_its_arguments(hook: str) -> None:
    signature = shown(hook, getattr(hookspecs, hook))
    assert signature in section(PAGE, f"`{hook}`"), f"under the heading `{hook}` there must be:\n{signature}"


def undocumented(section_text: str, around: str, arguments: list[str]) -> list[str]:
    """Return the arguments that neither a hook's section nor what stands above it explains, signatures apart."""
    prose = re.sub(r"^```.*?^```$", "", f"{around}\n{section_text}", flags=re.MULTILINE | re.DOTALL)
    return [name for name in arguments if f"`{name}`" not in prose]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_argument_of_the_hook_is_explained(hook: str) -> None:
    before = PAGE.read_text(encoding="utf-8").partition(f"### `{hook}`")[0]
    around = before.rpartition("\n## ")[2].partition("\n### ")[0]
    arguments = list(inspect.signature(getattr(hookspecs, hook)).parameters)
    assert undocumented(section(PAGE, f"`{hook}`"), around, arguments) == []


def test_an_argument_that_is_only_in_the_signature_is_found() -> None:
    text = "```text\nlocalatlas_x(map, port)\n```\n\nShow `map`.\n"
    assert undocumented(text, "", ["map", "port"]) == ["port"]
    assert undocumented(text, "`port` is a number.", ["map", "port"]) == []


def test_no_other_hook_is_documented() -> None:
    documented = [heading for heading in headings(PAGE) if heading.startswith("localatlas_")]
    assert sorted(documented) == HOOKS
