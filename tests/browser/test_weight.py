"""How much the page weighs; benchmarks/explorer.py measures the rest."""

from __future__ import annotations

import gzip
import re

import pytest
from atlas_plugin_explorer.app import STATIC
from map_page import MapPage

FIRST_PAINT_BYTES = 400_000
# Issue 5: before the first picture. What draws it, by a GPU or not, is fetched apart and is 6 to 12 kB more.
FIRST_SCRIPT_BYTES = 150_000
# All that the page can do, as copies carry it in one file. It must not grow unnoticed.
SCRIPT_BYTES = 245_000
PACKED_BYTES = 90_000
RECEIVED = """
const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
return [all.reduce((sum, one) => sum + one.transferSize, 0), all.map((one) => new URL(one.name).pathname)];
"""


@pytest.fixture
def unseen(page: MapPage) -> MapPage:
    """The page in a browser that has kept nothing of it."""
    page.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    page.open()
    return page


def test_the_first_screen_weighs_little_and_holds_no_text(unseen: MapPage) -> None:
    received, paths = unseen.driver.execute_script(RECEIVED)
    assert 50_000 < received < FIRST_PAINT_BYTES
    assert not [path for path in paths if "/api/rows" in path or "/columns/" in path]


def test_the_script_until_the_first_picture_is_small(unseen: MapPage) -> None:
    named = re.findall(r'(?:modulepreload" href|script type="module" src)="static/([\w.-]+\.js)"', page_of("index"))
    scripts = {name: (STATIC / name).read_text("utf-8") for name in named}
    at_once = {name for text in scripts.values() for name in re.findall(r'(?:from|import)"\./([\w.-]+\.js)"', text)}
    # The rest of the graph is in the page too, so that no file is waited for to learn of the next.
    assert at_once
    assert at_once <= set(scripts)
    assert 100_000 < sum(len(text.encode()) for text in scripts.values()) < FIRST_SCRIPT_BYTES
    _, paths = unseen.driver.execute_script(RECEIVED)
    late = next(place for place, path in enumerate(paths) if "/static/parts-" in path)
    assert any("/pages/geometry" in path for path in paths[:late]), paths


def test_the_bundle_does_not_grow_unnoticed() -> None:
    (name,) = re.findall(r"static/(whole-[\w.-]+\.js)", page_of("copy"))
    script = (STATIC / name).read_bytes()
    assert len(script) < SCRIPT_BYTES
    assert len(gzip.compress(script)) < PACKED_BYTES


def page_of(name: str) -> str:
    return (STATIC / f"{name}.html").read_text("utf-8")
