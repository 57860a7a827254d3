"""Colours follow columns on several scales; the legend selects; points are as large and as solid as one likes."""

from __future__ import annotations

from typing import Any

import numpy as np
from map_page import MapPage
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def selected(page: MapPage) -> int:
    """Return how many rows the page says are selected."""
    return int(page.find("#selected").get_dom_attribute("data-count") or -1)


def entry(page: MapPage, label: str) -> Any:
    """Return the legend's entry of that name."""
    return next(
        one for one in page.all("#legend .entry") if one.find_element(By.CSS_SELECTOR, ".entry-label").text == label
    )


def counted(page: MapPage, label: str) -> int:
    """Return the count that a legend's entry shows."""
    return int(entry(page, label).find_element(By.CSS_SELECTOR, ".entry-count").text.replace(",", ""))


def values(shown: Any, name: str) -> list[Any]:
    """The values of the rows that have a place."""
    placed: list[Any] = shown.table[name].to_pylist()[:-3]
    return placed


def test_a_legend_entry_selects_and_shift_adds_others(page: MapPage, shown: Any) -> None:
    page.color_by("column:country")
    countries = values(shown, "country")
    page.until(lambda: page.all("#legend .entry"), "no legend")
    entry(page, "FR").click()
    page.until(lambda: selected(page) == countries.count("FR"), "not France alone")
    ActionChains(page.driver).key_down(Keys.SHIFT).click(entry(page, "US")).key_up(Keys.SHIFT).perform()
    page.until(lambda: selected(page) == countries.count("FR") + countries.count("US"), "not both")
    assert [one.get_dom_attribute("aria-pressed") for one in (entry(page, "FR"), entry(page, "DE"))] == [
        "true",
        "false",
    ]
    entry(page, "no value").click()
    page.until(lambda: selected(page) == countries.count(None), "not those without a value")
    page.find("#undo").click()
    page.until(lambda: selected(page) == countries.count("FR") + countries.count("US"), "undone to something else")
    page.find("#legend-all").click()
    page.until(lambda: selected(page) == len(countries), "not all again")


def test_legend_counts_follow_the_selection(page: MapPage, shown: Any) -> None:
    page.color_by("column:country")
    found = page.search("lovely")
    rows = [
        country
        for country, text in zip(values(shown, "country"), values(shown, "review"), strict=True)
        if "lovely" in text.lower()
    ]
    assert found == len(rows)
    page.until(lambda: counted(page, "DE") == rows.count("DE"), "the legend counts other rows")


def test_grades_are_named_one_by_one(page: MapPage, shown: Any) -> None:
    page.color_by("column:stars")
    stars = values(shown, "stars")
    page.until(lambda: len(page.all("#legend .entry")) == 5, "not five grades")
    assert [counted(page, str(grade)) for grade in range(1, 6)] == [stars.count(grade) for grade in range(1, 6)]
    entry(page, "4").click()
    ActionChains(page.driver).key_down(Keys.SHIFT).click(entry(page, "5")).key_up(Keys.SHIFT).perform()
    page.until(lambda: selected(page) == sum(one >= 4 for one in stars), "not the best")


def test_other_values_are_those_that_are_not_listed(page: MapPage, shown: Any) -> None:
    page.color_by("column:brand")
    page.until(lambda: len(page.all("#legend .entry")) == 65, "not 64 brands and the others")
    listed = {one.text for one in page.all("#legend .entry-label")}
    page.all("#legend .entry")[-1].click()
    page.until(lambda: selected(page) == sum(one not in listed for one in values(shown, "brand")), "not the others")


def test_a_scale_is_chosen_and_kept_in_the_address(page: MapPage) -> None:
    page.color_by("column:price")
    page.until(lambda: page.all("#scale-log"), "no choice of scales")
    seen = {page.picture()["hash"]}
    for scale in ("log", "quantile"):
        page.find(f"#scale-{scale}").click()
        page.until(lambda: page.all(f"#scale-{scale}[aria-pressed=true]"), "not chosen")  # noqa: B023
        seen.add(page.picture()["hash"])
    assert len(seen) == 3
    page.until(lambda: "scale=quantile" in page.driver.current_url, "not in the address")
    page.driver.refresh()
    page.rest()
    page.until(lambda: page.find("#scale-quantile").get_dom_attribute("aria-pressed") == "true", "forgotten")


def test_a_brush_on_the_scale_selects_a_range(page: MapPage, shown: Any) -> None:
    page.color_by("column:price")
    page.until(lambda: page.all("#scale-log"), "no scale")
    page.find("#scale-log").click()
    brush = page.find("#scale-brush").rect
    y = brush["y"] + 12
    page.drag((brush["x"] + brush["width"] * 0.5, y), (brush["width"] * 0.25, 0))
    low, high = (float(one) for one in page.chip_bounds("price"))
    prices = np.array([np.nan if price is None else price for price in values(shown, "price")], np.float64)
    page.until(lambda: selected(page) == int(((prices >= low) & (prices <= high)).sum()), "another range is selected")
    page.drag((brush["x"] + 4, y), (0, 0))
    page.until(lambda: selected(page) == len(prices), "a click beside the window does not take it away")
    handle = page.find("#scale-brush .handle[data-side='from']")
    handle.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    page.until(lambda: selected(page) < len(prices), "keys do not narrow the range")


def test_duplicates_have_colours(page: MapPage, shown: Any) -> None:
    page.color_by("duplicates")
    verdicts = shown.duplicate_groups.verdict[:-3]
    page.until(lambda: len(page.all("#legend .entry")) == 3, "no legend")
    assert counted(page, "duplicate of another") == int((verdicts == 2).sum())
    entry(page, "duplicate of another").click()
    page.until(lambda: selected(page) == int((verdicts == 2).sum()), "not the duplicates")


def test_points_grow_and_fade(page: MapPage) -> None:
    before = page.picture()
    page.find("#look").click()
    page.find("#point-size").send_keys(Keys.END)
    page.until(lambda: page.picture()["inked"] > before["inked"] * 1.5, "the points do not grow")
    page.find("#opacity").send_keys(Keys.HOME)
    page.until(lambda: page.picture()["colors"] < before["colors"], "the points do not fade")
    page.find("#usual-look").click()
    page.until(lambda: page.picture()["hash"] == before["hash"], "not as it was")
