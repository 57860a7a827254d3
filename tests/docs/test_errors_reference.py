"""The page of errors holds the tree that errors.py draws, and the tree is what the classes are."""

from __future__ import annotations

import inspect
import re

import pytest
from fences import ROOT, fences, section
from localatlas import errors

PAGE = ROOT / "docs" / "reference" / "errors.md"
CLASSES = [each for name in errors.__all__ if inspect.isclass(each := getattr(errors, name))]
LINE = re.compile(r"^([│├└─ ]*)(\w+)")


def drawn() -> str:
    """Return the tree of the module's docstring."""
    lines = [line[4:] for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    return "\n".join(lines)


def parents(tree: str) -> dict[str, str]:
    """Return what each name in a tree hangs from; its root hangs from Exception."""
    above = ["Exception"]
    found: dict[str, str] = {}
    for line in tree.splitlines():
        if match := LINE.match(line):
            depth = len(match[1]) // 4
            found[match[2]] = above[depth]
            above[depth + 1 :] = [match[2]]
    return found


def test_the_page_shows_the_tree() -> None:
    assert drawn() in [fence.text for fence in fences(PAGE)], f"the page must hold, in a block:\n{drawn()}"


def test_the_tree_is_what_the_classes_are() -> None:
    assert parents(drawn()) == {each.__name__: each.__bases__[0].__name__ for each in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_explained(error: type[Exception]) -> None:
    row = re.search(rf"^\| `{error.__name__}` \| (.+) \|$", section(PAGE, "What each one means"), re.MULTILINE)
    assert row, f"the table lacks a row for {error.__name__}"
