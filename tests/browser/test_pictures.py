"""On a map of images, pictures take the place of points where there is room for them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from map_page import MapPage
from PIL import Image
from selenium import webdriver

MAGENTA = (255, 0, 255)
ROWS = 400


@pytest.fixture(scope="module")
def pictured(serve: Callable[[Any], str], synthetic_map: Callable[..., Any]) -> str:
    """Where a map is served of whose pictures each is 40 x 56 pixels of magenta; one row has none."""
    shown = synthetic_map(ROWS)
    file = io.BytesIO()
    Image.new("RGB", (40, 56), MAGENTA).save(file, "PNG")
    shown.pictures = [file.getvalue()] * (ROWS - 1) + [None]
    return serve(shown)


@pytest.fixture
def images(driver: webdriver.Chrome, pictured: str) -> Iterator[MapPage]:
    """The page of that map, open and at rest."""
    page = MapPage(driver, pictured)
    page.open()
    yield page
    page.check_quiet()


def magenta(page: MapPage) -> int:
    """Return how many pixels are in the pictures' colour, which JPEG keeps nearly."""
    return int((np.abs(page.screen().astype(int) - MAGENTA).max(axis=2) < 30).sum())


def count(page: MapPage) -> int:
    """Return how many pictures the page says it shows."""
    return int(page.find("#map").get_dom_attribute("data-pictures") or 0)


def near(page: MapPage) -> None:
    """Go where pictures have room, and wait for them."""
    page.port("visit(0, 12)")
    page.until(lambda: count(page) > 0, "no pictures")
    page.rest()


def test_pictures_appear_as_one_comes_nearer_and_do_not_overlap(images: MapPage) -> None:
    near(images)
    shown = count(images)
    # At most 64 pixels high with their border.
    covered = images.until(lambda: magenta(images), "nothing is drawn")
    assert covered <= shown * 60 * 44
    images.port("goHome()")
    images.until(lambda: images.port("atHome()"), "not home")
    images.rest()
    assert count(images) < ROWS / 4


def test_a_click_on_a_picture_opens_its_row(images: MapPage) -> None:
    near(images)
    place = images.port("locate(0)")
    # Away from the point itself, but on its picture.
    images.trace([(place["x"] + 14, place["y"] + 20)])
    images.until(lambda: images.all("#detail"), "no row is opened")


def test_what_is_filtered_out_shows_no_picture(images: MapPage) -> None:
    near(images)
    images.port(f"setMask({{shown: new Uint8Array({ROWS}), count: 0}})")
    images.rest()
    assert count(images) == 0
