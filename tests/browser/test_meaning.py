"""On real builds: rows are found by what they mean, by an image, and by the row they are near to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from localatlas import selections as s
from localatlas.indices import AtlasProjection
from map_page import MapPage
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from sklearn.datasets import load_digits
from test_selecting import chips, selected

Serve = Callable[[AtlasProjection], str]


@pytest.fixture
def page(driver: webdriver.Chrome, serve_built: Serve, reviews: AtlasProjection) -> Iterator[MapPage]:
    """The map of real reviews."""
    opened = MapPage(driver, serve_built(reviews))
    opened.open()
    opened.until(lambda: opened.all("[data-mode=meaning]"), "no search by meaning")
    yield opened
    opened.check_quiet()


def hits(page: MapPage) -> list[int]:
    """Return the rows that are listed."""
    # In one go, for the list may be drawn anew meanwhile.
    script = "return [...document.querySelectorAll('#hits .hit')].map((hit) => Number(hit.dataset.row ?? -1))"
    found: list[int] = page.driver.execute_script(script)
    return found


def slide(page: MapPage, *keys: str) -> None:
    """Press keys on the slider of likeness."""
    page.find("#likeness").send_keys(*keys)


def test_rows_are_found_by_meaning_and_the_slider_decides_how_many(page: MapPage, reviews: AtlasProjection) -> None:
    page.find("[data-mode=meaning]").click()
    first = page.search("treats for my dog")
    assert 5 <= first <= 30
    assert (
        hits(page)[0] == reviews.embeddings.search("treats for my dog", k=1)[0][0] or "dog" in page.find("#hits").text
    )
    scores = [float(score.text) for score in page.all("#hits .score")]
    assert scores == sorted(scores, reverse=True)
    slide(page, *[Keys.ARROW_LEFT] * 40)
    page.until(lambda: selected(page) > first, "the slider does nothing")
    least = float(page.find("#likeness").get_property("value"))
    node = s.like("treats for my dog", similarity=float(f"{least:.4g}"))
    page.until(lambda: selected(page) == len(reviews.select(node)), "another count than the library's")
    page.find("#undo").click()
    page.until(lambda: selected(page) == first, "the slide is not one step")


def test_rows_near_a_row_are_found_from_the_list(page: MapPage, reviews: AtlasProjection) -> None:
    page.search("coffee")
    row = hits(page)[0]
    page.driver.execute_script("document.querySelector('.hit-near').focus()")
    page.find(".hit-near").send_keys(Keys.ENTER)
    page.until(lambda: chips(page) == [f"50 nearest to r{row}"], "no chip")
    page.until(lambda: selected(page) == 50, "not 50")
    page.until(lambda: hits(page)[:1] == [row], "the row itself is the nearest")
    slide(page, Keys.HOME)
    page.until(lambda: selected(page) == 1, "not one")
    assert len(reviews.select(s.near(f"r{row}", 50))) == 50


def test_a_picture_finds_pictures_by_choice_and_by_drop(
    driver: webdriver.Chrome, serve_built: Serve, digits: AtlasProjection, tmp_path: Path
) -> None:
    page = MapPage(driver, serve_built(digits))
    page.open()
    page.until(lambda: page.all("[data-mode=image]"), "no search by image")
    pixels = (255 - load_digits().images[7] * 255 / 16).astype(np.uint8)
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "PNG")
    (tmp_path / "seven.png").write_bytes(stored.getvalue())
    page.find("#image-file").send_keys(str(tmp_path / "seven.png"))
    page.until(lambda: hits(page)[:1] == [7], "not found")
    assert page.find("#search").get_property("value") == "seven.png"
    page.driver.refresh()
    page.until(lambda: hits(page)[:1] == [7], "the address does not keep it")
    page.find(".search-field .bare").click()
    page.until(lambda: not page.all("#chips .cond"), "not cleared")
    page.driver.execute_script(
        "const data = new DataTransfer();"
        "data.items.add(new File([Uint8Array.from(arguments[0])], 'dropped.png', {type: 'image/png'}));"
        "const at = document.getElementById('map');"
        "at.dispatchEvent(new DragEvent('dragover', {dataTransfer: data, bubbles: true, cancelable: true}));"
        "at.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));",
        list(stored.getvalue()),
    )
    page.until(lambda: hits(page)[:1] == [7], "the drop is not taken")
    page.check_quiet()
