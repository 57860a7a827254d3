"""Every hook is documented, with its arguments."""

from __future__ import annotations

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


def test_no_other_hook_is_documented() -> None:
    documented = [heading for heading in headings(PAGE) if heading.startswith("localatlas_")]
    assert sorted(documented) == HOOKS
