"""On a real build: selections are kept as tags, which are conditions, are changed, and are there for Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from localatlas.indices import AtlasProjection
from map_page import MapPage
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from test_selecting import chips, selected, settles_at


@pytest.fixture
def page(
    driver: webdriver.Chrome, serve_built: Callable[[AtlasProjection], str], reviews: AtlasProjection
) -> Iterator[MapPage]:
    """The map of real reviews, with the tab of tags, and no tag afterwards."""
    opened = MapPage(driver, serve_built(reviews))
    opened.open()
    opened.find("#tab-tags").click()
    opened.until(lambda: opened.all("#tag-name"), "no tab of tags")
    yield opened
    for kept in reviews.tags.get_tags():
        reviews.tags.remove(kept["tag_name"])
    opened.check_quiet()


def save(page: MapPage, name: str, words: str, kept: str = "as a rule") -> int:
    """Search for words, keep what is found as a tag, and return how many rows that was."""
    count = page.search(words)
    page.find("#search").send_keys(Keys.ENTER)
    page.find("#tab-tags").click()
    next(one for one in page.all(".save-tag .segment") if one.text == kept).click()
    page.find("#tag-name").send_keys(name)
    page.find("#tag-save").click()
    page.until(lambda: page.all(f".tag[data-name='{name}']"), "no tag")
    page.find("#clear-selection").click()
    return count


def act(page: MapPage, name: str, what: str) -> None:
    """Choose something to do with a tag."""
    row = tag(page, name)
    if not row.find_elements("css selector", ".tag-actions"):
        row.find_element("css selector", ".bare").click()
    next(one for one in row.find_elements("css selector", ".tag-actions .plain") if one.text == what).click()


def tag(page: MapPage, name: str) -> WebElement:
    """Return the line of a tag."""
    return page.find(f".tag[data-name='{name}']")


def test_a_selection_is_kept_and_is_a_condition_of_others(page: MapPage, reviews: AtlasProjection) -> None:
    coffee = save(page, "hot drinks", "coffee")
    assert coffee == len(reviews.tags.get_datums_in_tag("hot drinks")) > 5
    settles_at(page, 300)
    tag(page, "hot drinks").find_element("css selector", ".value").click()
    settles_at(page, coffee)
    assert chips(page) == ["hot drinks"]
    both = page.search("love")
    page.until(lambda: 0 < selected(page) < min(both, coffee), "the tag is no condition")


def test_a_tag_is_added_to_renamed_and_deleted(page: MapPage, reviews: AtlasProjection) -> None:
    coffee = save(page, "mine", "coffee", "these rows")
    page.search("tea")
    page.find("#search").send_keys(Keys.ENTER)
    page.find("#tab-tags").click()
    act(page, "mine", "Add selection")
    page.until(lambda: int(tag(page, "mine").find_element("css selector", ".value-count").text) > coffee, "not added")
    page.find("#clear-selection").click()
    tag(page, "mine").find_element("css selector", ".value").click()
    page.until(lambda: selected(page) > coffee, "the condition is the old one")
    act(page, "mine", "Rename")
    field = page.find(".tag-form input")
    field.clear()
    field.send_keys("drinks", Keys.ENTER)
    page.until(lambda: page.all(".tag[data-name='drinks']"), "not renamed")
    page.until(lambda: chips(page) == ["drinks"], "the condition lost its tag")
    assert len(reviews.tags.get_datums_in_tag("drinks")) == selected(page)
    act(page, "drinks", "Delete")
    act(page, "drinks", "Delete")
    page.until(lambda: not page.all(".tag"), "not deleted")
    settles_at(page, 300)


def test_a_name_that_is_taken_is_refused_in_words(page: MapPage) -> None:
    page.expected_errors = ("/api/tags",)
    save(page, "twice", "coffee")
    page.search("tea")
    page.find("#search").send_keys(Keys.ENTER)
    page.find("#tab-tags").click()
    page.find("#tag-name").send_keys("twice")
    page.find("#tag-save").click()
    page.until(lambda: "twice" in "".join(one.text for one in page.all("#tag-trouble")), "nothing is said")
