"""The tree of topics is folded, searched, framed and selected, by mouse and by keys."""

from __future__ import annotations

from typing import Any

import pytest
from map_page import MapPage
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from test_colors import selected


def rows(page: MapPage) -> list[str]:
    """Return the labels of the tree as they are listed."""
    return [one.text for one in page.all(".topic-tree .topic-label")]


def row(page: MapPage, label: str) -> WebElement:
    """Return the line of a topic."""
    return next(
        one for one in page.all(".topic-row") if one.find_element(By.CSS_SELECTOR, ".topic-label").text == label
    )


def size(shown: Any, label: str) -> int:
    """Return how many placed rows a topic has."""
    topics = shown.topic_model
    wanted = next(topic for topic, named in topics.labels.items() if named.label == label)
    return int((topics.assignment == wanted).any(axis=1).sum())


@pytest.fixture
def tree(page: MapPage) -> MapPage:
    page.find("#tab-topics").click()
    page.until(lambda: page.all(".topic-row"), "no tree")
    return page


def test_the_tree_unfolds_with_counts(tree: MapPage, shown: Any) -> None:
    assert len(rows(tree)) == 7
    row(tree, "Pets").find_element(By.CSS_SELECTOR, ".twist").click()
    tree.until(lambda: "Aquarium" in rows(tree), "the children are not there")
    assert row(tree, "Aquarium").find_element(By.CSS_SELECTOR, ".topic-count").text == f"{size(shown, 'Aquarium'):,}"
    assert row(tree, "Aquarium").get_dom_attribute("aria-level") == "2"


def test_a_search_shows_what_matches_and_what_it_lies_under(tree: MapPage) -> None:
    tree.find("#topic-search").send_keys("cat fo")
    tree.until(lambda: rows(tree) == ["Pets", "Cat food"], "not the match")
    tree.find("#topic-search").send_keys("zzz")
    tree.until(lambda: "No topic" in tree.find(".topic-tree").text, "nothing is said")


def test_a_click_frames_a_topic_and_pointing_outlines_it(tree: MapPage, shown: Any) -> None:
    before = tree.screen()
    ActionChains(tree.driver).move_to_element(row(tree, "Music")).perform()
    tree.rest()
    assert (tree.screen()[:, 400:] != before[:, 400:]).any(axis=2).sum() > 200
    row(tree, "Music").click()
    tree.until(lambda: tree.view.zoom > 1.3, "the topic is not framed")
    tree.rest()
    names = {topic.label: key for key, topic in shown.topic_model.labels.items()}
    x, y = shown.topic_model.position[names["Music"]]
    assert abs(tree.view.x - x) < 4
    assert abs(tree.view.y - y) < 4


def test_a_button_selects_a_topic_and_shift_another(tree: MapPage, shown: Any) -> None:
    row(tree, "Pets").find_element(By.CSS_SELECTOR, ".topic-select").click()
    tree.until(lambda: selected(tree) == size(shown, "Pets"), "not the topic's rows")
    assert row(tree, "Pets").get_dom_attribute("aria-selected") == "true"
    button = row(tree, "Music").find_element(By.CSS_SELECTOR, ".topic-select")
    ActionChains(tree.driver).key_down(Keys.SHIFT).click(button).key_up(Keys.SHIFT).perform()
    tree.until(lambda: selected(tree) == size(shown, "Pets") + size(shown, "Music"), "not both topics")
    tree.until(
        lambda: row(tree, "Home").find_element(By.CSS_SELECTOR, ".topic-count").text.startswith("0 / "), "no counts"
    )


def test_keys_walk_the_tree(tree: MapPage, shown: Any) -> None:
    tree.driver.execute_script("document.querySelector('.topic-row').focus()")
    first = rows(tree)[0]
    tree.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    tree.until(lambda: len(rows(tree)) > 7, "not unfolded")
    tree.press(" ")
    child = rows(tree)[1]
    tree.until(lambda: selected(tree) == size(shown, child), "space does not select")
    tree.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    tree.until(lambda: len(rows(tree)) == 7, "not folded")
    focused = tree.driver.execute_script("return document.activeElement.querySelector('.topic-label').textContent")
    assert focused == first
    tree.press(Keys.ENTER)
    tree.until(lambda: tree.view.zoom > 1.3, "Enter does not frame")
    tree.rest()
