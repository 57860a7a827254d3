"""What the page looks like, compared with pictures that are kept in `references/`."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from map_page import MapPage
from references import FOLDER, MOST, apart, compare, kept
from selenium.webdriver.common.keys import Keys


def dark(page: MapPage) -> None:
    """Turn to dark colours."""
    page.find("#theme").click()


def country(page: MapPage) -> None:
    """Colour by a category."""
    page.color_by("column:country")
    page.until(lambda: page.all("#legend[data-kind=entries]"), "no legend")


def price(page: MapPage) -> None:
    """Colour by numbers."""
    page.color_by("column:price")
    page.until(lambda: page.all("#legend[data-kind=scale]"), "no scale")


def search(page: MapPage) -> None:
    """Search, which dims all other points."""
    page.search("coffee")


def lasso(page: MapPage) -> None:
    """Draw a lasso."""
    page.trace(((500, 150), (900, 150), (900, 550), (500, 550), (500, 150)), keys=8)
    page.until(lambda: page.find("#selected").get_dom_attribute("aria-busy") == "false", "no answer")


def near(page: MapPage) -> None:
    """Look from near by, where finer topics are named."""
    label = next(one for one in page.labels if one.text == "Pets")
    page.wheel(label.x, label.y, -240, times=4)


def filters(page: MapPage) -> None:
    """Open the histogram of a column, and the values of another."""
    page.find("#tab-filters").click()
    page.until(lambda: page.all(".filter-name"), "no filters")
    for name in page.all(".filter-name"):
        if name.text in {"stars", "country"}:
            name.click()
    page.until(lambda: page.all(".histogram svg") and page.all(".filter-body .value"), "the filters stay empty")


def time(page: MapPage) -> None:
    """Open the time slider."""
    page.find("#time-open").click()
    page.until(lambda: page.all("#time .bars"), "no time slider")


def row(page: MapPage) -> None:
    """Open a row, with its marks on the map."""
    page.driver.execute_script("location.hash = '#row=7'")
    page.until(lambda: page.all("#detail[aria-busy=false]"), "no details")


def table(page: MapPage) -> None:
    """Open the rows as a table."""
    page.find("#rows").click()
    page.until(lambda: page.all("#table .line[data-row]"), "no rows")


def look(page: MapPage) -> None:
    """Draw larger points."""
    page.find("#look").click()
    page.until(lambda: page.all(".popover-card input[type=range]"), "no sliders")
    page.find(".popover-card input[type=range]").send_keys(*[Keys.ARROW_RIGHT] * 8)


STATES: dict[str, Callable[[MapPage], None]] = {
    "first": lambda _: None,
    **{act.__name__: act for act in (dark, country, price, search, lasso, near, filters, time, row, table, look)},
}


@pytest.mark.parametrize("name", STATES)
def test_the_page_looks_as_it_did(page: MapPage, name: str) -> None:
    STATES[name](page)
    compare(page, name)


def test_a_phone_looks_as_it_did(page: MapPage) -> None:
    page.open(width=360, height=740)
    compare(page, "phone")


def test_the_pictures_that_are_kept_tell_the_states_apart() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.png"))
    assert names == sorted([*STATES, "phone"])
    pairs = itertools.combinations(names, 2)
    assert [(one, other) for one, other in pairs if apart(kept(one), kept(other)) < 1.5 * MOST] == []
