"""Search marks what matches, lists it, and flies there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from map_page import MapPage
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


def matches(shown: Any, pattern: str, flags: int = re.IGNORECASE) -> int:
    """Count, without the server, the rows with a place whose text matches."""
    placed = shown.table["review"].to_pylist()[:-3]
    return sum(re.search(pattern, text, flags) is not None for text in placed)


def test_the_count_is_right_and_the_others_are_dimmed(page: MapPage, shown: Any) -> None:
    before = page.picture()
    assert page.search("smells again") == matches(shown, "smells again") > 0
    after = page.picture()
    assert after["hash"] != before["hash"]
    assert after["colors"] >= 4
    assert len(page.all("#hits mark")) == 40
    assert {mark.text for mark in page.all("#hits mark")} == {"smells again"}


@pytest.mark.parametrize(
    ("switch", "typed", "pattern", "flags"),
    [
        ("matchCase", "Coffee", "Coffee", 0),
        ("wholeWord", "light", r"\blight\b", re.IGNORECASE),
        ("regex", "^(Coffee|Poetry): good", "^(Coffee|Poetry): good", re.IGNORECASE),
    ],
)
def test_the_switches_change_what_matches(
    page: MapPage, shown: Any, switch: str, typed: str, pattern: str, flags: int
) -> None:
    page.find(f".switch.{switch}").click()
    assert page.find(f".switch.{switch}").get_dom_attribute("aria-pressed") == "true"
    assert page.search(typed) == matches(shown, pattern, flags) > 0


def test_another_column_can_be_searched(page: MapPage, shown: Any) -> None:
    page.search("DE")
    Select(page.find("#search-in")).select_by_visible_text("country")
    assert page.found() == sum(value == "DE" for value in shown.table["country"].to_pylist()[:-3])


def test_a_bad_expression_is_said_calmly(page: MapPage) -> None:
    page.expected_errors = ("/api/select",)
    page.find(".switch.regex").click()
    page.find("#search").send_keys("(unfinished")
    page.until(lambda: page.find("#search-status").get_dom_attribute("data-kind") == "failed", "no word of the mistake")
    assert len(page.find("#search-status").text) > 10
    page.find("#search").send_keys(")")
    page.until(lambda: page.find("#search-status").get_dom_attribute("data-kind") == "found", "no recovery")
    assert page.picture()["inked"] > 0.03


def test_nothing_found_says_what_to_do(page: MapPage) -> None:
    assert page.search("qqqqzzzz") == 0
    assert "No match" in page.find("#search-status").text


def test_escape_clears_the_search(page: MapPage) -> None:
    before = page.picture()["hash"]
    page.search("smells")
    page.find("#search").send_keys(Keys.ESCAPE)
    page.until(lambda: page.find("#search-status").get_dom_attribute("data-kind") == "none", "not cleared")
    assert page.find("#search").get_property("value") == ""
    assert page.picture()["hash"] == before


def test_slash_goes_to_the_search(page: MapPage) -> None:
    page.press("/")
    assert page.driver.switch_to.active_element.get_dom_attribute("id") == "search"
    assert page.find("#search").get_property("value") == ""


def test_a_match_is_flown_to_and_shown(page: MapPage, shown: Any) -> None:
    page.search("Mountain huts:")
    hit = page.find("#hits .hit")
    row = int(hit.get_dom_attribute("data-row") or -1)
    hit.click()
    page.until(lambda: page.all("#detail .detail-text"), "no details")
    page.rest()
    assert page.view.zoom >= 5
    text = shown.table["review"][row].as_py()
    assert page.find("#detail .detail-text").text[:60] == text[:60]
    place = shown.layout.positions[row]
    # The point is in the middle of what the panel leaves free.
    assert abs(page.view.x - place[0]) < 1
    assert page.view.y == pytest.approx(place[1], abs=0.2)


def test_the_address_brings_back_the_search(page: MapPage, shown: Any) -> None:
    count = page.search("smells again")
    page.driver.refresh()
    page.until(lambda: page.all("#search-status[data-kind='found']"), "the search is gone")
    assert page.find("#search").get_property("value") == "smells again"
    assert int(page.find("#search-status").get_dom_attribute("data-count") or 0) == count


def test_a_server_that_has_gone_is_said(page: MapPage) -> None:
    page.expected_errors = ("/api/",)
    page.driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    try:
        page.find("#search").send_keys("tea")
        page.until(lambda: "localatlas open" in page.find("#search-status").text, "nothing is said")
    finally:
        online = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", online)
