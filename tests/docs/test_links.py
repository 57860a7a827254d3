"""Every link inside the repository leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fences import ROOT, headings, named, pages, prose

LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")


def links(page: Path) -> list[str]:
    """Return the targets of the links outside code that have no scheme."""
    return [target for target in LINK.findall(prose(page)) if not urlsplit(target).scheme]


def anchor(heading: str) -> str:
    """Return what a heading is called in an address, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def fault(page: Path, target: str) -> str:
    """Return what is wrong with a link, or nothing."""
    path, _, fragment = unquote(target).partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return f"{target}: there is no such file"
    if fragment and fragment not in map(anchor, headings(file)):
        return f"{target}: {named(file)} has no such heading"
    return ""


@pytest.mark.parametrize("page", pages(), ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    faults = [wrong for target in links(page) if (wrong := fault(page, target))]
    assert not faults


@pytest.mark.parametrize("page", [page for page in pages() if named(page).startswith("docs/")], ids=named)
def test_every_page_can_be_reached_from_the_index(page: Path) -> None:
    reached, ahead = set(), [ROOT / "docs" / "index.md"]
    while ahead:
        at = ahead.pop()
        if at in reached or at.suffix != ".md" or not at.is_file():
            continue
        reached.add(at)
        ahead += [(at.parent / unquote(target).partition("#")[0]).resolve() for target in links(at)]
    assert page in reached, f"no page of docs/ links to {named(page)}"


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `thing`\n\n[here](#one-thing) [there](#two) [file](none.md)\n\n```text\n[x](y.md)\n```\n",
        encoding="utf-8",
    )
    assert links(page) == ["#one-thing", "#two", "none.md"]
    assert not fault(page, "#one-thing")
    assert "no such heading" in fault(page, "#two")
    assert "no such file" in fault(page, "none.md")
