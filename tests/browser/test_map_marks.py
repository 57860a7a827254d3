"""What the map draws for the rest of the page: hidden points, rings, outlines, lassos, look, and itself as a file."""

from __future__ import annotations

import base64
import io
import math
import xml.etree.ElementTree as ET

import numpy as np
from map_page import MapPage
from PIL import Image
from selenium.webdriver.common.keys import Keys

CIRCLE = [(800 + 120 * math.cos(k / 5), 400 + 120 * math.sin(k / 5)) for k in range(32)]
SHIFT = 8
AS_BASE64 = """
const [call, done] = [arguments[0], arguments[1]];
document.getElementById('map').map.png(call).then((blob) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(',')[1]);
  reader.readAsDataURL(blob);
});
"""


def test_hidden_points_are_neither_drawn_nor_found(page: MapPage) -> None:
    whole = page.picture()
    x, y = page.inked_pixel()
    page.port("setHidden(new Uint8Array(Number(arguments[0])).fill(1))", 10_000)
    assert page.picture()["inked"] == 0
    page.point_at(x, y)
    page.point_at(x + 1, y)
    assert page.all("#card") == []
    page.port("setHidden(null)")
    assert page.picture()["hash"] == whole["hash"]


def test_points_are_as_large_and_as_solid_as_asked(page: MapPage) -> None:
    whole = page.picture()
    page.port("setLook({size: 2.5, opacity: 1})")
    assert page.picture()["inked"] > whole["inked"] * 1.5
    page.port("setLook({size: 1, opacity: 0.2})")
    assert page.picture()["colors"] < whole["colors"]
    page.port("setLook({size: 1, opacity: 1})")
    assert page.picture()["hash"] == whole["hash"]


def test_rings_and_outlines_lie_over_the_points(page: MapPage) -> None:
    before = page.screen()
    page.port("setRings([0, 1, 2])")
    page.rest()
    ringed = page.screen()
    box = "{x: -1, y: -1}, {x: 1, y: -1}, {x: 1, y: 1}, {x: -1, y: 1}"
    page.port(f"setOutlines([[{box}]])")
    page.rest()
    outlined = page.screen()
    assert (ringed != before).any(axis=2).sum() > 100
    assert (outlined != ringed).any(axis=2).sum() > 1_000
    page.port("setRings([])")
    page.port("setOutlines([])")
    page.rest()
    np.testing.assert_array_equal(page.screen(), before)


def test_a_drag_with_shift_draws_a_lasso_and_does_not_move_the_map(page: MapPage) -> None:
    view, before = page.view, page.screen()
    page.trace(CIRCLE, keys=SHIFT, lift=False)
    page.until(lambda: page.all("#map.lassoing"), "no lasso")
    assert (page.screen() != before).any(axis=2).sum() > 2_000
    page.driver.execute_script("document.getElementById('map').focus()")
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.all("#map.lassoing"), "the lasso stays")
    page.point_at(10, 10)
    page.rest()
    assert page.view == view


def test_with_the_lasso_tool_a_drag_draws_and_without_it_moves(page: MapPage) -> None:
    view = page.view
    page.port("setTool('lasso')")
    page.trace(CIRCLE)
    page.rest()
    assert page.view == view
    page.port("setTool('move')")
    page.trace(CIRCLE[:9])
    page.rest()
    assert page.view != view


def test_a_click_on_a_label_frames_its_topic(page: MapPage) -> None:
    label = next(one for one in page.labels if one.text == "Pets")
    page.trace([(label.x, label.y)])
    page.until(lambda: page.view.zoom > 1.5, "nothing is framed")
    page.rest()
    assert "Pets" in {one.text for one in page.labels} or {one.depth for one in page.labels} >= {2}
    assert page.all("#card") == []


def test_the_picture_as_png_is_what_the_window_shows(page: MapPage) -> None:
    encoded = page.driver.execute_async_script(AS_BASE64, 1)
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")).astype(int)
    shown = page.screen().astype(int)
    assert picture.shape == (800, 1280, 3)
    # What no panel covers.
    part = (slice(100, 500), slice(420, 1180))
    assert np.abs(picture[part] - shown[part]).max() <= 2
    double = base64.b64decode(page.driver.execute_async_script(AS_BASE64, 2))
    assert Image.open(io.BytesIO(double)).size == (2560, 1600)


def test_the_picture_as_svg_keeps_its_labels_as_text(page: MapPage) -> None:
    script = "const done = arguments[0]; document.getElementById('map').map.svg(2).then(done)"
    svg = ET.fromstring(page.driver.execute_async_script(script))  # noqa: S314  made by the page
    texts = {" ".join(part.text or "" for part in text) for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert texts == {label.text for label in page.labels}
    image = next(svg.iter("{http://www.w3.org/2000/svg}image")).get("href") or ""
    assert Image.open(io.BytesIO(base64.b64decode(image.partition(",")[2]))).size == (2560, 1600)
