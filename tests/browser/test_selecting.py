"""Conditions are chips: they go together, are inverted, turned off, undone, and travel in the address."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, quote

import numpy as np
import pytest
from map_page import MapPage
from numpy.typing import NDArray
from selenium.webdriver.common.keys import Keys

LEFT = ((430.0, 60.0), (800.0, 60.0), (800.0, 740.0), (430.0, 740.0))
RIGHT = ((700.0, 60.0), (1180.0, 60.0), (1180.0, 740.0), (700.0, 740.0))
SHIFT, CTRL, ALT = 8, 2, 1


def selected(page: MapPage) -> int:
    """Return how many rows the page says are selected, once nothing is asked any more."""
    said = page.find("#selected")
    page.until(lambda: said.get_dom_attribute("aria-busy") == "false" and said.get_dom_attribute("data-count"), "busy")
    return int(said.get_dom_attribute("data-count") or -1)


def settles_at(page: MapPage, count: int) -> None:
    """Wait until so many rows are selected."""
    page.until(lambda: selected(page) == count, f"never {count}")


def containing(shown: Any, words: str) -> NDArray[np.bool_]:
    """Say, without the server, which of the rows with a place hold the words."""
    texts = shown.table["review"].to_pylist()[:-3]
    return np.array([re.search(words, text, re.IGNORECASE) is not None for text in texts])


def within(page: MapPage, shown: Any, corners: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    """Say, without the server, which points lie in an upright box of the window."""
    view, home = page.view, page.port("motion.home.scale")
    scale = home * view.zoom
    (x0, y0), (x1, y1) = corners[0], corners[2]
    x, y = shown.layout.positions[:-3].T
    across, down = (x - view.x) * scale + 640, (view.y - y) * scale + 400
    return (across >= x0) & (across <= x1) & (down >= y0) & (down <= y1)


def chips(page: MapPage) -> list[str]:
    """Return what the chips say."""
    return [chip.text for chip in page.all("#chips .chip-text")]


def test_kept_searches_narrow_and_the_words_between_them_turn(page: MapPage, shown: Any) -> None:
    tea, box = containing(shown, "tea"), containing(shown, "box")
    page.search("tea")
    page.find("#search").send_keys(Keys.ENTER)
    assert page.find("#search").get_property("value") == ""
    page.search("box")
    assert chips(page) == ["“tea”", "“box”"]
    settles_at(page, int((tea & box).sum()))
    page.find("#chips .join").click()
    settles_at(page, int((tea | box).sum()))
    page.all("#chips .cond .not")[0].click()
    settles_at(page, int((~tea | box).sum()))
    page.all("#chips .chip-text")[1].click()
    settles_at(page, int((~tea).sum()))
    assert [count.text for count in page.all("#chips .chip-count")] == [f"{(~tea).sum():,}", f"{box.sum():,}"]
    page.all("#chips .remove")[0].click()
    page.all("#chips .remove")[0].click()
    settles_at(page, len(tea))
    assert page.find("#selected").text == f"All {len(tea):,} rows"


def test_undo_and_redo_go_through_it_all(page: MapPage, shown: Any) -> None:
    whole = page.picture()["hash"]
    page.search("tea")
    page.find("#search").send_keys(Keys.ENTER)
    page.search("box")
    count = selected(page)
    page.find("#undo").click()
    settles_at(page, int(containing(shown, "tea").sum()))
    assert page.find("#search").get_property("value") == ""
    page.driver.execute_script("document.getElementById('map').focus()")
    page.chord(Keys.CONTROL, "z")
    settles_at(page, 5997)
    assert page.picture()["hash"] == whole
    for _ in range(2):
        page.find("#redo").click()
    settles_at(page, count)
    assert page.find("#redo").get_dom_attribute("disabled") is not None
    page.find("#clear-selection").click()
    settles_at(page, 5997)
    page.find("#undo").click()
    settles_at(page, count)


def test_lassos_narrow_widen_and_leave_out(page: MapPage, shown: Any) -> None:
    left, right = within(page, shown, LEFT), within(page, shown, RIGHT)
    assert 100 < (left & right).sum() < left.sum()
    page.trace(LEFT, keys=SHIFT)
    settles_at(page, int(left.sum()))
    page.trace(RIGHT, keys=SHIFT)
    settles_at(page, int((left & right).sum()))
    page.find("#undo").click()
    page.trace(RIGHT, keys=SHIFT | CTRL)
    settles_at(page, int((left | right).sum()))
    page.find("#undo").click()
    page.trace(RIGHT, keys=SHIFT | ALT)
    settles_at(page, int((left & ~right).sum()))
    assert chips(page) == ["area 1", "area 2"]


def test_the_lasso_tool_draws_without_a_key(page: MapPage, shown: Any) -> None:
    page.find("#tool-lasso").click()
    assert page.find("#tool-lasso").get_dom_attribute("aria-pressed") == "true"
    expected = int(within(page, shown, LEFT).sum())
    page.trace(LEFT)
    settles_at(page, expected)
    page.find("#tool-move").click()
    before = page.view
    page.drag((820, 400), (60, 0))
    assert page.view.x < before.x


@pytest.mark.parametrize("pasted", [False, True])
def test_a_link_brings_back_view_selection_colour_and_row(page: MapPage, shown: Any, pasted: bool) -> None:
    page.search("smells again")
    page.trace(LEFT, keys=SHIFT)
    page.all("#chips .cond .not")[1].click()
    expected = int((containing(shown, "smells again") & ~within(page, shown, LEFT)).sum())
    settles_at(page, expected)
    page.color_by("column:stars")
    page.wheel(1000, 300, -240, times=2)
    x, y = page.free_pixel(1000, 300)
    page.drag((x, y), (0, 0))
    row = page.until(lambda: parse_qs(page.driver.current_url.partition("#")[2]).get("row"), "no row")
    seen, link = page.view, page.driver.current_url
    if pasted:
        page.open()
        page.driver.execute_script("location.hash = arguments[0]", link.partition("#")[2])
    else:
        page.open("#" + link.partition("#")[2])
    settles_at(page, expected)
    page.rest()
    assert page.view == pytest.approx(seen, rel=1e-4)
    assert page.find("#color-by").get_property("value") == "column:stars"
    assert page.find("#search").get_property("value") == "smells again"
    assert page.all("#chips .cond .not")[1].get_dom_attribute("aria-pressed") == "true"
    page.until(lambda: page.all("#detail .detail-text"), "the row is not open")
    assert parse_qs(page.driver.current_url.partition("#")[2])["row"] == row


def test_what_cannot_be_answered_says_why_and_changes_nothing(page: MapPage) -> None:
    page.expected_errors = ("/api/select",)
    node = {"type": "all", "of": [{"type": "tag", "name": "no such tag"}, {"type": "ids", "ids": [0]}]}
    page.open("#select=" + json.dumps(node).replace(" ", "%20"))
    page.until(lambda: page.all("#chips .chip-trouble"), "nothing is said")
    assert "no such tag" in page.find("#chips .chip-trouble").text


def test_a_selection_too_long_for_a_link_is_said_to_be(page: MapPage) -> None:
    page.open("#select=" + quote(json.dumps({"type": "ids", "ids": [f"{number:>30}" for number in range(1_000)]})))
    page.until(lambda: page.all("#too-long"), "nothing is said")
    page.until(lambda: "select=" not in page.driver.current_url, "it stays in the address")
    page.find("#clear-selection").click()
    page.until(lambda: not page.all("#too-long"), "it is said of what is gone")
