"""What a page costs in a real Chromium without a GPU: time and bytes until the first points, frames while it moves."""

from __future__ import annotations

import contextlib
import io
import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1280,800")
PATIENCE = 120.0
LEAST_INK, STRONG = 0.002, 60
# Every picture that reaches the map's canvas is one call of these; what is painted before has no points.
WATCH = """
window.painted = []; window.firstPaint = null;
for (const [kind, name] of [[CanvasRenderingContext2D, 'putImageData'], [CanvasRenderingContext2D, 'drawImage']]) {
  const before = kind.prototype[name];
  kind.prototype[name] = function (...given) {
    const map = document.getElementById('map');
    if (map !== null && this.canvas === map.querySelector('canvas')) {
      window.painted.push(performance.now());
      if (window.firstPaint === null && Number(map.dataset.points) > 0) window.firstPaint = performance.now();
    }
    return before.apply(this, given);
  };
}
const look = () => {
  const map = document.getElementById('map');
  if (map !== null && Number(map.dataset.points) > 0) window.firstPaint ??= performance.now();
  if (window.firstPaint === null) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
BYTES = """
const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
return all.filter((one) => one.responseEnd <= arguments[0]).reduce((sum, one) => sum + one.transferSize, 0);
"""
# The place of the largest canvas in the window: what another program draws its points on.
CANVAS = """
const area = (one) => one.clientWidth * one.clientHeight;
const largest = [...document.querySelectorAll('canvas')].sort((a, b) => area(b) - area(a))[0];
if (!largest || area(largest) < 40000) return null;
const {left, top, right, bottom} = largest.getBoundingClientRect();
return [Math.max(left, 0), Math.max(top, 0), Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
"""
# What embedding-atlas says once it has its data, where it cannot draw.
GIVES_UP = "return /WebGPU is unavailable/.test(document.body?.innerText ?? '')"
# One picture of a GPU's canvas is all that is drawn between two frames.
WATCH_GPU = """
window.painted = []; let fresh = true;
const tick = () => { fresh = true; requestAnimationFrame(tick); }; requestAnimationFrame(tick);
for (const name of ['drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced']) {
  const before = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...given) {
    if (fresh) window.painted.push(performance.now());
    fresh = false;
    return before.apply(this, given);
  };
}
"""


@dataclass(frozen=True)
class Opening:
    """One opening of a page.

    Attributes:
        seconds: from navigation to the first points; None if there were none.
        bytes: received by then, as they travelled.
        all_bytes: received when the page had come to rest.
    """

    seconds: float | None
    bytes: int
    all_bytes: int


@contextlib.contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """Start a Chromium of its own, without a GPU."""
    program, controller = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not controller:
        raise SystemExit("this needs `chromium` and `chromedriver`; on Debian: apt-get install chromium-driver")
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = program
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(controller))
        try:
            yield driver
        finally:
            driver.quit()


def open_map(driver: webdriver.Chrome, address: str) -> Opening:
    """Open our page, with an empty cache, and wait until all is drawn; bytes of a file on disk are not counted."""
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    watching = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    driver.get(address)
    until(driver, "return window.firstPaint")
    first = driver.execute_script("return window.firstPaint")
    at_first = driver.execute_script(BYTES, first)
    until(
        driver,
        "return document.getElementById('map').dataset.state === 'resting' && !document.querySelector('.progress')",
    )
    total = driver.execute_script(BYTES, 1e12)
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": watching["identifier"]})
    return Opening(first / 1_000, int(at_first), int(total))


def open_other(driver: webdriver.Chrome, address: str, sent: Callable[[], int], patience: float) -> Opening:
    """Open another program's page; points are there when the largest canvas has colours.

    Args:
        driver: the browser.
        address: of the page.
        sent: says how many bytes its server has sent, workers included.
        patience: how long to wait for points, in seconds; shorter where the page says that it cannot draw.
    """
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    watching = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH_GPU})
    start, before = time.monotonic(), sent()
    driver.get(address)
    seconds = None
    while seconds is None and time.monotonic() - start < patience and not driver.execute_script(GIVES_UP):
        if ink(driver) > LEAST_INK:
            seconds = time.monotonic() - start
        time.sleep(0.1)
    at_first = sent() - before
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": watching["identifier"]})
    return Opening(seconds, at_first, at_first)


def ink(driver: webdriver.Chrome) -> float:
    """Return how much of the largest canvas has a strong colour, as a person sees it."""
    corners = driver.execute_script(CANVAS)
    if corners is None:
        return 0.0
    with Image.open(io.BytesIO(driver.get_screenshot_as_png())) as picture:
        pixels = np.asarray(picture.convert("RGB").crop(tuple(int(corner) for corner in corners)), np.int16)
    return float(np.mean(np.ptp(pixels, axis=2) > STRONG)) if pixels.size else 0.0


def panning(driver: webdriver.Chrome, seconds: float = 4.0) -> float:
    """Drag the map to and fro, and return the pictures a second, by the median time between two."""
    mouse("mousePressed", driver, 800, 400)
    driver.execute_script("window.painted.length = 0")
    end, step = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        step += 1
        mouse("mouseMoved", driver, 800 + 3 * (step % 80), 400 + (step % 40))
    painted: list[float] = driver.execute_script("return window.painted")
    mouse("mouseReleased", driver, 800, 400)
    gaps = [after - before for before, after in itertools.pairwise(painted) if after > before]
    return 1_000 / statistics.median(gaps) if gaps else 0.0


def mouse(kind: str, driver: webdriver.Chrome, x: float, y: float) -> None:
    """Send one event of the mouse, its button held."""
    event: dict[str, Any] = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def until(driver: webdriver.Chrome, script: str) -> None:
    """Wait until a script returns something true."""
    end = time.monotonic() + PATIENCE
    while not driver.execute_script(script):
        if time.monotonic() > end:
            raise SystemExit(f"the page did not come so far in {PATIENCE:.0f} s: {script}")
        time.sleep(0.02)
