"""What a page costs in a real Chromium without a GPU: time and bytes until the first points, frames while it moves."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1280,800")
PATIENCE = 120.0
LEAST_INK = 0.002
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
# How much of the largest canvas is not its paper; a canvas of another kind is asked for its picture.
INK = """
const canvases = [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height);
if (canvases.length === 0) return 0;
const copy = document.createElement('canvas'); [copy.width, copy.height] = [256, 160];
const pen = copy.getContext('2d'); for (const one of canvases) pen.drawImage(one, 0, 0, 256, 160);
const {data} = pen.getImageData(0, 0, 256, 160); let inked = 0;
for (let i = 0; i < data.length; i += 4)
  if (Math.abs(data[i] - data[0]) + Math.abs(data[i + 1] - data[1]) + Math.abs(data[i + 2] - data[2]) > 30) inked++;
return inked / (256 * 160);
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
    """Open our page, with an empty cache, and wait until all is drawn."""
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


def open_other(driver: webdriver.Chrome, address: str, patience: float) -> Opening:
    """Open another program's page; points are there when a canvas is no longer of one colour."""
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    start = time.monotonic()
    driver.get(address)
    seconds = None
    while seconds is None and time.monotonic() - start < patience:
        if driver.execute_script(INK) > LEAST_INK:
            seconds = time.monotonic() - start
        time.sleep(0.02)
    total = int(driver.execute_script(BYTES, 1e12))
    return Opening(seconds, total, total)


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
