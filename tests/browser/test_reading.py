"""Cards show rows, colours follow columns, legends filter; whatever the data holds, it is shown as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from map_page import MapPage
from selenium import webdriver
from selenium.webdriver.common.keys import Keys


def test_pointing_at_a_point_shows_its_row(page: MapPage, shown: Any) -> None:
    page.point_at(*page.inked_pixel())
    text = page.until(lambda: [one.text for one in page.all("#card .card-text")], "no card")[0]
    assert any(text[:40] == " ".join(row.split())[: len(text[:40])] for row in shown.table["review"].to_pylist())
    assert page.find("#card .card-topics").text.count("\u203a") == 1
    assert "stars" in page.find("#card .card-fields").text
    page.point_at(1275, 795)
    page.until(lambda: not page.all("#card"), "the card stays")


def test_a_clicked_point_opens_its_row_until_escape(page: MapPage) -> None:
    page.point_at(*page.free_pixel())
    text = page.until(lambda: [one.text for one in page.all("#card .card-text")], "no card")[0]
    x, y = page.free_pixel()
    page.drag((x, y), (0, 0))
    page.until(lambda: page.all("#detail .detail-text"), "no details")
    assert page.find("#detail .detail-text").text[:40] == text[:40]
    page.point_at(600, 795)
    assert page.all("#detail")
    page.driver.execute_script("document.getElementById('map').focus()")
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.all("#detail"), "the details stay")


def test_a_category_colours_the_points_and_its_legend_counts(page: MapPage, shown: Any) -> None:
    before = page.picture()["hash"]
    page.color_by("column:country")
    page.until(lambda: "日本" in page.find("#legend").text, "no legend")
    assert page.picture()["hash"] != before
    counts = Counter(shown.table["country"].to_pylist()[:-3])
    listed = {
        entry.find_element("css selector", ".entry-label").text: entry.find_element("css selector", ".entry-count").text
        for entry in page.all("#legend .entry")
    }
    assert listed == {("no value" if name is None else name): f"{count:,}" for name, count in counts.items()}


@pytest.mark.parametrize(("column", "tick"), [("price", "20"), ("month", "2019"), ("written", "2021")])
def test_numbers_and_dates_have_a_scale(page: MapPage, column: str, tick: str) -> None:
    before = page.picture()["hash"]
    page.color_by(f"column:{column}")
    page.until(lambda: page.all("#legend[data-kind='scale'] .tick"), "no scale")
    assert tick in " ".join(one.text for one in page.all("#legend .tick"))
    assert page.picture()["hash"] != before


def test_the_legend_repeats_no_topics_that_are_listed_beside_it(page: MapPage) -> None:
    assert not page.all("#legend")
    page.find("#legend-fold").click()
    assert page.find("#legend .entry").is_displayed()
    page.driver.execute_async_script("setTimeout(arguments[0], 400)")
    page.driver.refresh()
    page.rest()
    assert page.find("#legend .entry").is_displayed()
    page.find("#legend-fold").click()
    page.color_by("column:country")
    assert not page.all("#legend")


def test_the_legend_opens_by_itself_where_it_is_needed(page: MapPage) -> None:
    page.color_by("column:country")
    page.until(lambda: page.all("#legend .entry"), "a category has no legend")
    page.color_by("topics:1")
    page.until(lambda: not page.all("#legend"), "the topics are there twice")
    page.find(".fold").click()
    page.until(lambda: page.all("#legend .entry"), "nothing says what the colours are")


def test_legend_entries_single_points_out(page: MapPage) -> None:
    page.find("#legend-fold").click()
    whole = page.picture()
    page.all("#legend .entry")[0].click()
    one = page.picture()
    assert page.all("#legend .entry")[0].get_dom_attribute("aria-pressed") == "true"
    assert one["colors"] < whole["colors"]
    page.find("#legend-all").click()
    assert page.picture()["hash"] == whole["hash"]


def test_finer_topics_have_their_own_colours(page: MapPage) -> None:
    before = page.picture()["colors"]
    page.color_by("topics:2")
    page.find("#legend-fold").click()
    page.until(lambda: len(page.all("#legend .entry")) == 30, "no legend of 30")
    assert page.picture()["colors"] > before


def test_dark_and_light(page: MapPage) -> None:
    assert min(page.picture()["paper"]) > 240
    page.find("#theme").click()
    assert max(page.picture()["paper"]) < 40
    page.driver.refresh()
    assert max(page.picture()["paper"]) < 40
    page.find("#theme").click()
    assert min(page.picture()["paper"]) > 240


def test_the_system_decides_at_first(page: MapPage) -> None:
    page.emulate({"prefers-color-scheme": "dark"})
    page.until(lambda: page.driver.execute_script("return document.documentElement.dataset.theme") == "dark", "light")
    assert max(page.picture()["paper"]) < 40


@pytest.mark.parametrize("typed", ["<script>alert", "javascript:alert", "مرحبا", "🍵", "北京"])
def test_whatever_the_data_holds_is_shown_as_data(page: MapPage, typed: str) -> None:
    # ChromeDriver cannot type what lies outside the first plane of Unicode, so the field is filled as a paste would.
    page.driver.execute_script(
        "const f = document.getElementById('search'); f.value = arguments[0]; f.dispatchEvent(new Event('input'))",
        typed,
    )
    page.until(lambda: page.all("#hits .hit"), "no match")
    assert typed in page.find("#hits .hit").text
    page.find("#hits .hit").click()
    page.until(lambda: page.all("#detail .detail-text"), "no details")
    assert typed in page.find("#detail .detail-text").text
    links = "return [...document.querySelectorAll('#detail a')].map(a => a.href)"
    assert all(link.startswith("http://example.invalid/") for link in page.driver.execute_script(links))
    assert page.driver.execute_script("return document.querySelectorAll('#hits script, #detail script').length") == 0


def test_the_policy_forbids_inline_code(page: MapPage) -> None:
    page.expected_errors = ("Content Security Policy",)
    ran = page.driver.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s);"
        "return window.ran === true"
    )
    assert not ran


def test_a_phone_has_the_map_first(page: MapPage) -> None:
    page.open(width=390, height=844, ratio=2, touch=True)
    assert not page.all("#legend")
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= 390
    assert len(page.labels) >= 5
    picture = page.picture()
    assert (picture["width"], picture["height"]) == (780, 1688)
    page.tap(*page.free_pixel(200, 480))
    page.until(lambda: page.all("#detail .detail-text"), "no details")
    page.find("#detail-close").click()
    page.find("#legend-fold").click()
    assert page.find("#legend .entry").is_displayed()


@pytest.mark.parametrize(("rows", "unplaced"), [(1, 0), (2, 0), (40, 0)])
def test_small_maps_are_drawn(
    driver: webdriver.Chrome, serve: Callable[[Any], str], synthetic_map: Callable[..., Any], rows: int, unplaced: int
) -> None:
    page = MapPage(driver, serve(synthetic_map(rows, unplaced=unplaced)))
    page.open()
    assert page.picture()["inked"] > 0
    page.wheel(820, 400, -240, times=2)
    page.check_quiet()


def test_a_map_without_points_says_so(
    driver: webdriver.Chrome, serve: Callable[[Any], str], synthetic_map: Callable[..., Any]
) -> None:
    page = MapPage(driver, serve(synthetic_map(5, unplaced=5)))
    page.load()
    page.until(lambda: page.all(".notice h1"), "nothing is said")
    assert "indexed_field" in page.find(".notice").text
    page.check_quiet()
