"""The time slider: its window is a condition of the selection; it is drawn, moved, played."""

from __future__ import annotations

from typing import Any

import pytest
from map_page import MapPage
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from test_colors import selected, values


@pytest.fixture
def slider(page: MapPage) -> MapPage:
    page.find("#time-open").click()
    page.until(lambda: page.all("#time .bars"), "no time slider")
    return page


def said(page: MapPage) -> str:
    """Return the window as the slider writes it."""
    return page.find("#time .time-window").text.replace("\u2013", "-")


def drag(page: MapPage, start: float, end: float) -> None:
    """Drag over the slider, in parts of its width."""
    brush = page.find("#time-brush").rect
    y = brush["y"] + 14
    page.drag((brush["x"] + brush["width"] * start, y), (brush["width"] * (end - start), 0))


def test_a_window_selects_the_rows_of_its_time(slider: MapPage, shown: Any) -> None:
    assert said(slider) == "Jan 2018 - Dec 2021"
    drag(slider, 0.26, 0.49)
    slider.until(lambda: said(slider) == "Jan 2019 - Dec 2019", "another window")
    months = values(shown, "month")
    slider.until(lambda: selected(slider) == sum(month.startswith("2019") for month in months), "other rows")
    drag(slider, 0.375, 0.625)
    slider.until(lambda: said(slider) == "Jan 2020 - Dec 2020", "the window is not moved")
    slider.find("#undo").click()
    slider.until(lambda: said(slider) == "Jan 2019 - Dec 2019", "a drag is not one step")
    drag(slider, 0.9, 0.9)
    slider.until(lambda: selected(slider) == len(months), "a click beside does not take the window away")


def test_the_window_is_in_the_address(slider: MapPage) -> None:
    drag(slider, 0.26, 0.49)
    slider.until(lambda: selected(slider) < 5_000, "nothing is selected")
    count = selected(slider)
    slider.until(lambda: "2019-0" in slider.driver.current_url, "not in the address")
    slider.driver.refresh()
    slider.rest()
    slider.until(lambda: selected(slider) == count, "the window is lost")
    slider.find("#time-open").click()
    slider.until(lambda: said(slider) == "Jan 2019 - Dec 2019", "the slider does not know its window")


def test_play_moves_the_window_and_pause_stops_it(slider: MapPage) -> None:
    slider.find("#time-play").click()
    slider.until(lambda: selected(slider) < 5_000, "no window")
    first = said(slider)
    slider.until(lambda: said(slider) != first, "it does not move")
    slider.find("#time-play").click()
    slider.rest()
    stopped, count = said(slider), selected(slider)
    slider.rest()
    assert (said(slider), selected(slider)) == (stopped, count)
    slider.find("#undo").click()
    slider.until(lambda: said(slider) == "Jan 2018 - Dec 2021", "play is not one step")


def test_play_keeps_still_where_motion_is_unwanted(slider: MapPage) -> None:
    slider.emulate({"prefers-reduced-motion": "reduce"})
    slider.find("#time-speed option[value='4']").click()
    slider.find("#time-play").click()
    slider.until(lambda: said(slider).startswith("Jan 2018 - Jun"), "no window")
    # In steps as wide as the window: nothing slides.
    slider.until(lambda: said(slider).startswith(("Jun 2018", "Jul 2018")), "it does not step")
    slider.find("#time-play").click()


def test_keys_move_the_ends_and_other_columns_are_played(slider: MapPage) -> None:
    slider.find("#time-brush .handle[data-side='from']").send_keys(*[Keys.ARROW_RIGHT] * 12)
    slider.until(lambda: said(slider) == "Jan 2019 - Dec 2021", "keys do not move the end")
    Select(slider.find("#time-column")).select_by_visible_text("written")
    slider.until(lambda: said(slider).startswith("Jan 1, 2020"), "not the other column")
    slider.find("#time-close").click()
    slider.until(lambda: not slider.all("#time"), "not closed")
    assert slider.chip_bounds("month")
