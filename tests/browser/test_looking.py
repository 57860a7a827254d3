"""The map is drawn, moves and zooms, and its labels follow."""

from __future__ import annotations

import pytest
from map_page import MapPage
from selenium.webdriver.common.keys import Keys

MIDDLE = (820.0, 400.0)


def test_the_map_is_drawn_with_many_colours(page: MapPage) -> None:
    picture = page.picture()
    assert (picture["width"], picture["height"]) == (1280, 800)
    assert 0.03 < picture["inked"] < 0.6
    assert picture["colors"] >= 6


def test_the_first_view_is_home_and_fills_the_window(page: MapPage) -> None:
    assert page.view.zoom == 1
    left, right = page.inked_pixel(380, 400), page.inked_pixel(1270, 400)
    assert right[0] - left[0] > 500


def test_dragging_pans_as_far_as_the_mouse_goes(page: MapPage) -> None:
    before, drawn = page.view, page.picture()["hash"]
    page.drag(MIDDLE, (160, 0))
    moved = page.view
    page.drag(MIDDLE, (0, 160))
    again = page.view
    assert moved.zoom == before.zoom
    assert moved.x < before.x
    assert moved.y == pytest.approx(before.y, abs=1e-9)
    assert again.y - moved.y == pytest.approx(before.x - moved.x, rel=1e-6)
    assert page.picture()["hash"] != drawn


def test_the_wheel_zooms_around_the_pointer(page: MapPage) -> None:
    before = page.view
    page.wheel(*MIDDLE, -200, times=2)
    zoomed = page.view
    assert zoomed.zoom > 1.5
    page.wheel(*MIDDLE, 200, times=2)
    back = page.view
    assert back.zoom == pytest.approx(before.zoom, rel=0.01)
    assert (back.x, back.y) == pytest.approx((before.x, before.y), abs=0.02)


def test_zoom_has_bounds(page: MapPage) -> None:
    page.wheel(*MIDDLE, 240, times=40)
    out = page.view.zoom
    page.wheel(*MIDDLE, 240, times=5)
    assert page.view.zoom == pytest.approx(out)
    assert out > 0.01


def test_a_double_click_zooms_in(page: MapPage) -> None:
    page.driver.execute_cdp_cmd(
        "Input.dispatchMouseEvent",
        {"type": "mousePressed", "x": 820, "y": 60, "button": "left", "buttons": 1, "clickCount": 2},
    )
    page.driver.execute_cdp_cmd(
        "Input.dispatchMouseEvent",
        {"type": "mouseReleased", "x": 820, "y": 60, "button": "left", "buttons": 0, "clickCount": 2},
    )
    page.rest()
    assert page.view.zoom > 2


def test_home_returns(page: MapPage) -> None:
    home = page.view
    page.wheel(600, 300, -240, times=3)
    page.drag(MIDDLE, (200, -90))
    assert page.view.zoom > 2
    page.find("#home").click()
    page.rest()
    assert page.view == pytest.approx(home, abs=1e-6)


def test_the_buttons_zoom(page: MapPage) -> None:
    page.find("#zoom-in").click()
    page.rest()
    assert page.view.zoom == pytest.approx(1.8)
    page.find("#zoom-out").click()
    page.rest()
    assert page.view.zoom == pytest.approx(1)


def test_the_keyboard_moves_and_zooms(page: MapPage) -> None:
    home = page.view
    page.driver.execute_script("document.getElementById('map').focus()")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_UP)
    page.rest()
    assert page.view.x > home.x
    assert page.view.y > home.y
    page.press("+", "+")
    page.rest()
    assert page.view.zoom == pytest.approx(1.6**2)
    page.press("-")
    page.rest()
    assert page.view.zoom == pytest.approx(1.6)
    page.press("0")
    page.rest()
    assert page.view == pytest.approx(home, abs=1e-6)


def test_two_fingers_zoom_around_what_lies_between_them(page: MapPage) -> None:
    before = page.view
    page.pinch(MIDDLE, 60, 180)
    assert page.view.zoom == pytest.approx(3, rel=0.02)
    # The place between the fingers stays there.
    scale = page.port("view()")["scale"]
    left = MIDDLE[0] - 640
    assert page.view.x + left / scale == pytest.approx(before.x + left / (scale / page.view.zoom), abs=0.05)
    assert page.driver.execute_script("return visualViewport.scale") == 1


def test_broad_topics_are_named_at_first_view(page: MapPage) -> None:
    assert {label.text for label in page.labels} >= {
        "Food & drink",
        "Pets",
        "Home",
        "Travel",
        "Books",
        "Music",
        "Health",
    }
    assert {label.depth for label in page.labels} == {1}


def test_finer_topics_are_named_as_one_zooms_in(page: MapPage) -> None:
    label = next(one for one in page.labels if one.text == "Pets")
    page.wheel(label.x, label.y, -240, times=4)
    near = page.labels
    assert 2 in {one.depth for one in near}
    assert {one.text for one in near} & {"Dog treats", "Cat food", "Aquarium", "Bird seed"}
    page.find("#home").click()
    page.rest()
    assert {one.depth for one in page.labels} == {1}


def test_the_address_brings_back_the_view(page: MapPage) -> None:
    page.wheel(600, 300, -240, times=3)
    seen, drawn = page.view, page.picture()["hash"]
    page.driver.refresh()
    page.rest()
    assert page.view == pytest.approx(seen, rel=1e-4)
    assert page.view.zoom > 2
    assert page.picture()["inked"] > 0
    assert drawn


def test_an_address_that_is_pasted_is_followed(page: MapPage) -> None:
    home = page.view
    page.wheel(600, 300, -240, times=3)
    seen = page.view
    address = page.driver.current_url
    page.find("#home").click()
    page.rest()
    assert page.view == pytest.approx(home, abs=1e-6)
    page.driver.execute_script("location.hash = arguments[0]", address.partition("#")[2])
    page.until(lambda: page.view.zoom > 2, "the address is not followed")
    assert page.view == pytest.approx(seen, rel=1e-4)


def test_reduced_motion_goes_there_at_once(page: MapPage) -> None:
    page.emulate({"prefers-reduced-motion": "reduce"})
    page.driver.execute_script(
        "const map = document.getElementById('map'); window.zooms = new Set();"
        "new MutationObserver(() => window.zooms.add(map.dataset.zoom)).observe(map, {attributes: true});"
        "document.getElementById('zoom-in').click();"
    )
    page.until(lambda: page.view.zoom == pytest.approx(1.8), "no zoom")
    page.rest()
    zooms = {round(float(zoom), 6) for zoom in page.driver.execute_script("return [...window.zooms]")}
    assert zooms <= {1.0, 1.8}


def test_a_smaller_window_keeps_the_map_in_view(page: MapPage) -> None:
    metrics = {"width": 900, "height": 600, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.until(
        lambda: page.driver.execute_script("return document.getElementById('map').clientWidth") == 900, "no resize"
    )
    page.rest()
    picture = page.picture()
    assert (picture["width"], picture["height"]) == (900, 600)
    assert page.view.zoom == pytest.approx(1)
    assert picture["inked"] > 0.03


def test_on_a_phone_few_tools_lie_on_the_map_until_more_are_wanted(page: MapPage) -> None:
    page.open(width=360, height=740, touch=True)
    covered = page.find(".controls").rect["height"]
    assert covered < 740 / 8
    page.wheel(180, 400, -240, times=2)
    page.find("#home").click()
    page.rest()
    assert page.view.zoom == pytest.approx(1)
    assert not page.all("#tool-lasso")
    page.find("#more-tools").click()
    page.find("#zoom-in").click()
    page.rest()
    assert page.view.zoom > 1
    page.find("#more-tools").click()
    page.until(lambda: not page.all("#zoom-in"), "the tools stay")
