"""The site of the documentation is made of every page, its options are those of the code, and it fetches nothing."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest
from fences import ROOT, pages

pytestmark = pytest.mark.plugins


@pytest.fixture
def website(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "website"))
    sys.modules.pop("reference", None)
    return importlib.import_module("reference")


def test_the_options_of_every_plugin_are_on_one_page(website: ModuleType) -> None:
    assert "| `n_neighbors` | `int` | `15` | 2 to 1,000 |" in website.options_page()


@pytest.mark.parametrize("name", ["atlas-plugin-umap", "atlas-plugin-lance"])
def test_the_options_of_a_plugin_are_on_its_page_once(name: str, website: ModuleType) -> None:
    (plugin,) = [plugin for plugin in website.plugins() if plugin.name == name]
    assert website.plugin_page(plugin).count("\n| option |") >= 1
    assert ("\n| option |" in (plugin / "README.md").read_text(encoding="utf-8")) != (
        "## The " in website.plugin_page(plugin)
    )


def test_links_of_a_plugin_lead_into_the_site(website: ModuleType) -> None:
    for plugin in website.plugins():
        page = website.plugin_page(plugin)
        assert "](../../" not in page
        assert "README.md" not in page


def test_the_protocols_are_shown_with_their_arguments(website: ModuleType) -> None:
    page = website.protocols_page()
    assert "## `Projector`" in page
    assert "project(index: Index, context: Context) -> Layout" in page
    assert "- `seed`: " in page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a href="https://example.org/x">x</a><script src="assets/x.js"></script>', []),
        ('<script src="https://example.org/x.js"></script>', ["https://example.org/x.js"]),
        ('<link rel="stylesheet" href="//example.org/x.css">', ["//example.org/x.css"]),
        ("<style>@import 'https://example.org/x.css'</style>", ["https://example.org/x.css"]),
        ('<p style="background: url(https://example.org/x.png)">', ["https://example.org/x.png"]),
    ],
)
def test_what_a_page_would_fetch_is_found(
    text: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "website"))
    page = tmp_path / "page.html"
    page.write_text(text, encoding="utf-8")
    assert importlib.import_module("fetches").fetched(page) == found


def test_every_page_is_in_a_table_of_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    below = [page.relative_to(ROOT / "docs").as_posix() for page in pages() if page.parent.parent == ROOT / "docs"]
    assert below
    assert [page for page in below if f"]({page}) |" not in index] == []
