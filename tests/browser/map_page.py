"""What a person does with the page, and what they see, for tests."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Seen = TypeVar("Seen")

RESTING = """
const map = document.getElementById('map');
return map !== null && map.dataset.state === 'resting' && !document.querySelector('.progress')
  && Number(map.dataset.points) > 0 && document.getElementById('color-by') !== null;
"""
# Tests must not see the end of one motion and the start of the next as rest: two frames decide.
TWO_FRAMES = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));"
# Whatever drew the picture, it is copied, and read from the copy.
COPY = """
const canvas = document.querySelector('#map canvas'), copy = new OffscreenCanvas(canvas.width, canvas.height);
const pen = copy.getContext('2d');
pen.drawImage(canvas, 0, 0);
const {data, width, height} = pen.getImageData(0, 0, canvas.width, canvas.height);
"""
PICTURE = """
const paper = [data[0], data[1], data[2]];
let inked = 0, hash = 0; const colors = new Set();
for (let i = 0; i < data.length; i += 4) {
  hash = (Math.imul(hash, 31) + data[i] + (data[i + 1] << 8) + (data[i + 2] << 16)) | 0;
  const strong = Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60;
  if (Math.abs(data[i] - paper[0]) + Math.abs(data[i + 1] - paper[1]) + Math.abs(data[i + 2] - paper[2]) > 30) inked++;
  const bin = (part) => Math.round(data[i + part] / 48);
  if (strong) colors.add(bin(0) * 64 + bin(1) * 8 + bin(2));
}
return {inked: inked / (width * height), colors: colors.size, paper, hash, width, height};
"""
# A pixel full of ink, as near as possible to the middle of the free window.
INKED_PIXEL = """
const ratio = canvas.width / canvas.clientWidth;
const [fromX, fromY] = [arguments[0] * ratio, arguments[1] * ratio];
let best = null, least = Infinity;
for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
  const i = 4 * (y * width + x);
  if (Math.max(data[i], data[i+1], data[i+2]) - Math.min(data[i], data[i+1], data[i+2]) < 60) continue;
  const far = (x - fromX) ** 2 + (y - fromY) ** 2;
  if (far < least) { least = far; best = [x / ratio, y / ratio]; }
}
return best;
"""

# Where the point nearest to a place lies that is full of ink, and not under a label, nor under a panel.
FREE_PIXEL = """
const ratio = canvas.width / canvas.clientWidth;
const {map} = document.getElementById('map');
const labels = [...document.querySelectorAll('#labels li')].map(e => [+e.dataset.x, +e.dataset.y]);
let best = null, least = Infinity;
for (let position = 0; position < Number(document.getElementById('map').dataset.points); position++) {
  const at = map.locate(position);
  const far = (at.x - arguments[0]) ** 2 + (at.y - arguments[1]) ** 2;
  if (far > least || labels.some(([x, y]) => Math.abs(x - at.x) < 110 && Math.abs(y - at.y) < 26)) continue;
  const i = 4 * (Math.round(at.y * ratio) * width + Math.round(at.x * ratio));
  if (!(Math.max(data[i], data[i+1], data[i+2]) - Math.min(data[i], data[i+1], data[i+2]) >= 60)) continue;
  if (document.elementFromPoint(at.x, at.y)?.closest('#map') == null) continue;
  least = far; best = [at.x, at.y];
}
return best;
"""


class View(NamedTuple):
    """Where the window looks: the plane's point in its middle, and times the first view's scale."""

    x: float
    y: float
    zoom: float


class Label(NamedTuple):
    """A topic label that can be read on the map."""

    text: str
    depth: int
    x: int
    y: int


class MapPage:
    """The page of a map in a browser."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address
        self.expected_errors: tuple[str, ...] = ()

    def open(
        self,
        place: str = "",
        *,
        width: int = 1280,
        height: int = 800,
        ratio: float = 1,
        touch: bool = False,
    ) -> None:
        """Open the page as for the first time, and wait until the map is drawn."""
        self.load(place, width=width, height=height, ratio=ratio, touch=touch)
        self.rest()

    def load(
        self,
        place: str = "",
        *,
        width: int = 1280,
        height: int = 800,
        ratio: float = 1,
        touch: bool = False,
    ) -> None:
        """Open the page as for the first time."""
        command = self.driver.execute_cdp_cmd
        self.driver.get("about:blank")
        command("Storage.clearDataForOrigin", {"origin": self.address.rstrip("/"), "storageTypes": "all"})
        self.emulate({"prefers-color-scheme": "light", "prefers-reduced-motion": "no-preference"})
        metrics = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": touch}
        command("Emulation.setDeviceMetricsOverride", metrics)
        command("Emulation.setTouchEmulationEnabled", {"enabled": touch})
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(self.address + place)

    def emulate(self, features: dict[str, str]) -> None:
        """Set media features, such as the system's preference for dark colours."""
        listed = [{"name": name, "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def until(self, seen: Callable[[], Seen], what: str) -> Seen:
        """Wait until `seen()` is true, and return it; what is drawn anew while it looks is looked at again."""
        wait = WebDriverWait(self.driver, 20, poll_frequency=0.03, ignored_exceptions=[StaleElementReferenceException])
        return wait.until(lambda _: seen(), what)

    def rest(self) -> None:
        """Wait until the map is drawn in full and nothing moves."""
        self.driver.execute_async_script(TWO_FRAMES)
        self.until(lambda: self.driver.execute_script(RESTING), "the map never came to rest")

    def find(self, selector: str) -> WebElement:
        """Return the first element that the selector names."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Return the elements that the selector names."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    @property
    def view(self) -> View:
        """Where the window looks now."""
        data = self.driver.execute_script("return {...document.getElementById('map').dataset}")
        return View(float(data["x"]), float(data["y"]), float(data["zoom"]))

    @property
    def labels(self) -> list[Label]:
        """The labels that can be read on the map."""
        listed: list[list[Any]] = self.driver.execute_script(
            "return [...document.querySelectorAll('#labels li')]"
            ".map(e => [e.textContent, e.dataset.depth, e.dataset.x, e.dataset.y])"
        )
        return [Label(text, int(depth), int(x), int(y)) for text, depth, x, y in listed]

    def picture(self) -> dict[str, Any]:
        """Describe what is drawn: how much of it is ink, how many strong colours, the paper, a checksum."""
        self.rest()
        described: dict[str, Any] = self.driver.execute_script(COPY + PICTURE)
        return described

    def inked_pixel(self, x: float = 800, y: float = 400) -> tuple[int, int]:
        """Return a pixel near (x, y) where a point is drawn."""
        self.rest()
        found = self.driver.execute_script(COPY + INKED_PIXEL, x, y)
        return round(found[0]), round(found[1])

    def free_pixel(self, x: float = 800, y: float = 400) -> tuple[float, float]:
        """Return where a point is drawn near (x, y), where no label takes the click."""
        self.rest()
        found: list[float] = self.driver.execute_script(COPY + FREE_PIXEL, x, y)
        return found[0], found[1]

    def chip_bounds(self, column: str) -> tuple[str, str]:
        """Return the bounds of the range of a column, as the address has it."""

        def bounds() -> tuple[str, str] | None:
            """Find them, once the address has them."""
            parts = parse_qs(self.driver.current_url.partition("#")[2])
            node = json.loads(parts.get("select", ["{}"])[0])
            found = [one for one in (node, *node.get("of", [])) if one.get("field") == column]
            return (str(found[0]["low"]), str(found[0]["high"])) if found else None

        # The address is written a moment later.
        self.driver.execute_async_script("setTimeout(arguments[0], 400)")
        return self.until(bounds, f"no range of {column}") or ("", "")

    def point_at(self, x: float, y: float) -> None:
        """Move the mouse there."""
        self._mouse("mouseMoved", x, y)

    def drag(self, start: tuple[float, float], by: tuple[float, float]) -> None:
        """Press, move in steps, let go."""
        self.trace([(start[0] + by[0] * step / 5, start[1] + by[1] * step / 5) for step in range(6)])
        self.rest()

    def trace(self, way: Sequence[tuple[float, float]], *, keys: int = 0, lift: bool = True) -> None:
        """Press at the first place, move along the way, let go at the last; `keys`: 1 alt, 2 ctrl, 8 shift."""
        self._mouse("mouseMoved", *way[0], keys)
        self._mouse("mousePressed", *way[0], keys)
        for place in way[1:]:
            self._mouse("mouseMoved", *place, keys, held=True)
        if lift:
            self._mouse("mouseReleased", *way[-1], keys)

    def port(self, call: str, *arguments: Any) -> Any:
        """Call the map as the page's parts do (web/src/state/map_port.ts); `call` is a method with its arguments."""
        body = f"const map = document.getElementById('map').map; return map.{call};"
        return self.driver.execute_script(body, *arguments)

    def screen(self) -> NDArray[np.uint8]:
        """Return what can be seen of the window, uint8 [height, width, 3]."""
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB"))

    def wheel(self, x: float, y: float, delta: float, times: int = 1) -> None:
        """Turn the wheel; negative is away, which zooms in."""
        for _ in range(times):
            event = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": delta}
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        self.rest()

    def tap(self, x: float, y: float) -> None:
        """Touch a place with a finger."""
        touch = self.driver.execute_cdp_cmd
        touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def pinch(self, middle: tuple[float, float], start: float, end: float) -> None:
        """Put two fingers on the map, `start` pixels apart, and move them until they are `end` apart."""
        touch = self.driver.execute_cdp_cmd

        def fingers(apart: float) -> dict[str, Any]:
            """Return where the two are."""
            x, y = middle
            return {"touchPoints": [{"x": x - apart / 2, "y": y, "id": 0}, {"x": x + apart / 2, "y": y, "id": 1}]}

        touch("Input.dispatchTouchEvent", {"type": "touchStart", **fingers(start)})
        for step in range(1, 9):
            touch("Input.dispatchTouchEvent", {"type": "touchMove", **fingers(start + (end - start) * step / 8)})
        touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self.rest()

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, held: str, key: str) -> None:
        """Press a key while another is held down."""
        ActionChains(self.driver).key_down(held).send_keys(key).key_up(held).perform()

    def color_by(self, value: str) -> None:
        """Choose what colours the points, as in `column:stars` or `topics:2`."""
        self.find(f"#color-by option[value='{value}']").click()
        self.until(lambda: self.find("#color-by").get_property("value") == value, f"{value} was not chosen")

    def search(self, text: str) -> int:
        """Type into the search, and return how many matches the page says there are."""
        field = self.find("#search")
        field.clear()
        field.send_keys(text)
        return self.found()

    def found(self) -> int:
        """Wait for the answer to what is in the search field now, and its list, and return the count."""

        def settled() -> bool:
            """Say whether what is shown belongs to what the field says."""
            asked = self.find("#search").get_property("value")
            status = self.find("#search-status")
            answered = (
                status.get_dom_attribute("data-kind") == "found" and status.get_dom_attribute("data-query") == asked
            )
            none = status.get_dom_attribute("data-count") == "0"
            listed = none or any(one.get_dom_attribute("data-query") == asked for one in self.all("#hits"))
            return answered and listed and self.find("#selected").get_dom_attribute("aria-busy") == "false"

        self.until(settled, "the search has no answer")
        self.rest()
        return int(self.find("#search-status").get_dom_attribute("data-count") or -1)

    def check_quiet(self) -> None:
        """Fail if the console has an error, or if anything was asked of another origin."""
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        unexpected = [line for line in errors if not any(known in line for known in self.expected_errors)]
        assert unexpected == []
        assert self.strangers() == []

    def strangers(self) -> list[str]:
        """Return the addresses of other origins that the page asked."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        asked = [
            event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"
        ]
        assert any(url.startswith(self.address) for url in asked)
        return [url for url in asked if not url.startswith((self.address, "data:", "blob:", "about:"))]

    def _mouse(self, kind: str, x: float, y: float, keys: int = 0, *, held: bool = False) -> None:
        # A move that names no button would end the capture of the pointer.
        button = "none" if kind == "mouseMoved" and not held else "left"
        down = int(held or kind == "mousePressed")
        event = {"type": kind, "x": x, "y": y, "button": button, "buttons": down, "modifiers": keys}
        event["clickCount"] = int(kind != "mouseMoved")
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
