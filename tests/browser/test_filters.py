"""Filters of columns: histograms that are brushed, values that are chosen, and what is left is counted everywhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from map_page import MapPage
from numpy.typing import NDArray
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from test_selecting import chips, settles_at


def section(page: MapPage, name: str) -> WebElement:
    """Return the section of a column, open."""
    if page.find("#tab-filters").get_dom_attribute("aria-selected") == "false":
        page.find("#tab-filters").click()
    found = page.find(f".filter[data-name='{name}']")
    button = found.find_element("css selector", ".filter-name")
    if button.get_dom_attribute("aria-expanded") == "false":
        button.click()
    page.until(lambda: found.find_elements("css selector", ".value, .bound, .find-value"), f"{name} is empty")
    page.driver.execute_script("arguments[0].scrollIntoView()", found)
    return found


def column(shown: Any, name: str) -> NDArray[Any]:
    """Return the values of the rows with a place."""
    return np.array(shown.table[name].to_pylist()[:-3], object)


def brush(page: MapPage, part: WebElement, start: float, end: float) -> None:
    """Drag over a histogram, from and to these parts of its width."""
    box = part.find_element("css selector", ".histogram").rect
    middle = box["y"] + box["height"] / 2
    page.trace([(box["x"] + box["width"] * (start + (end - start) * step / 4), middle) for step in range(5)])


def test_a_brush_over_a_histogram_selects_a_range(page: MapPage, shown: Any) -> None:
    stars = column(shown, "stars")
    part = section(page, "stars")
    brush(page, part, 0.25, 0.75)
    settles_at(page, int(((stars >= 2) & (stars <= 4)).sum()))
    assert chips(page) == ["stars 2 \u2013 4"]
    brush(page, part, 0.41, 0.44)
    settles_at(page, int((stars == 3).sum()))
    page.find("#undo").click()
    settles_at(page, int(((stars >= 2) & (stars <= 4)).sum()))
    part.find_element("css selector", ".filter-clear").click()
    settles_at(page, len(stars))


def test_handles_move_by_keys_and_bounds_are_typed(page: MapPage, shown: Any) -> None:
    stars = column(shown, "stars")
    part = section(page, "stars")
    low, high = part.find_elements("css selector", ".handle")
    low.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    settles_at(page, int((stars >= 3).sum()))
    assert low.get_dom_attribute("aria-valuetext") == "3"
    high.send_keys(Keys.ARROW_LEFT)
    settles_at(page, int(((stars >= 3) & (stars <= 4)).sum()))
    low.send_keys(Keys.HOME)
    settles_at(page, int((stars <= 4).sum()))
    most = part.find_elements("css selector", ".bound")[1]
    most.clear()
    most.send_keys("1", Keys.TAB)
    settles_at(page, int((stars <= 1).sum()))


def test_scales_change_the_bins_and_not_the_range(page: MapPage, shown: Any) -> None:
    price = np.array([np.nan if one is None else float(one) for one in column(shown, "price")])
    part = section(page, "price")
    least = part.find_elements("css selector", ".bound")[0]
    least.send_keys("20", Keys.TAB)
    wanted = int((price.astype(np.float32) >= 20).sum())
    settles_at(page, wanted)
    linear = part.find_element("css selector", ".bars").get_dom_attribute("d")
    veil = part.find_element("css selector", ".veil").rect["width"]
    for name in ("log", "quantile"):
        next(one for one in part.find_elements("css selector", ".segment") if one.text == name).click()
        page.until(lambda: part.find_element("css selector", ".bars").get_dom_attribute("d") != linear, "the same bins")
        assert part.find_element("css selector", ".veil").rect["width"] > veil
        settles_at(page, wanted)
    none = next(one for one in part.find_elements("css selector", ".value") if "no value" in one.text)
    none.click()
    settles_at(page, int(np.isnan(price).sum()))


def test_values_are_chosen_and_others_are_counted_anew(page: MapPage, shown: Any) -> None:
    country, stars = column(shown, "country"), column(shown, "stars")
    part = section(page, "country")
    values = {one.text.split("\n")[0]: one for one in part.find_elements("css selector", ".value")}
    values["DE"].click()
    settles_at(page, int((country == "DE").sum()))
    values["no value"].click()
    settles_at(page, int(((country == "DE") | (country == None)).sum()))  # noqa: E711  elementwise
    values["no value"].click()
    brush(page, section(page, "stars"), 0.81, 0.99)
    settles_at(page, int(((country == "DE") & (stars == 5)).sum()))
    wanted = f"{((country == 'FR') & (stars == 5)).sum():,} / {(country == 'FR').sum():,}"
    page.until(lambda: wanted in values["FR"].text, "the values are not counted anew")


def test_dates_and_duplicates_are_filters_too(page: MapPage, shown: Any) -> None:
    written = column(shown, "written")
    part = section(page, "written")
    least = part.find_elements("css selector", ".bound")[0]
    page.driver.execute_script(
        "arguments[0].value = '2020-01-01'; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", least
    )
    since = np.array([one is not None and one.date() >= dt.date(2020, 1, 1) for one in written])
    settles_at(page, int(since.sum()))
    assert chips(page) == ["written ≥ 2020-01-01"]
    copies = section(page, "Duplicates").find_elements("css selector", ".value")[2]
    copies.click()
    verdicts = np.array(shown.duplicate_groups.verdict)[:-3]
    page.until(lambda: len(chips(page)) == 2, "no second chip")
    settles_at(page, int((since & (verdicts == 2)).sum()))
