"""A page whose requests are refused, as when it is being left, asks with pauses and stays usable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from map_page import MapPage

# A browser refuses what a page asks for that is being left before anything is sent. It is refused here for longer.
REFUSE = """
window.refused = [];
window.refusing = true;
const ask = window.fetch;
window.fetch = (path, ...more) => {
  if (!window.refusing || !String(path).includes('/topics/')) return ask(path, ...more);
  window.refused.push(path);
  // A page that asks for ever without a pause would never answer a test.
  if (window.refused.length > 1000) throw new Error('endless');
  return Promise.reject(new TypeError('Failed to fetch'));
};
"""


# Browsers end the requests of a page that is left, after it was told. The page is told here, and stays.
LEAVE = """
const ask = window.fetch;
window.fetch = (path, ...more) => {
  if (!String(path).includes('/geometry/')) return ask(path, ...more);
  if (window.told) window.dispatchEvent(new Event('beforeunload'));
  return Promise.reject(new TypeError('Failed to fetch'));
};
"""
LATER = "setTimeout(arguments[0], 500)"


@pytest.mark.parametrize("told", [True, False])
def test_a_page_that_is_left_does_not_say_that_it_failed(page: MapPage, *, told: bool) -> None:
    script = {"source": f"window.told = {str(told).lower()};" + LEAVE}
    added = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    try:
        page.load()
        page.until(lambda: page.all("#map, .notice h1"), "there is no page")
        page.driver.execute_async_script(LATER)
        assert bool(page.all(".notice h1")) is not told
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.fixture
def refusing(page: MapPage) -> Iterator[MapPage]:
    """The usual page, whose colours are refused."""
    added = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": REFUSE})
    yield page
    page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_colours_that_are_refused_are_not_asked_for_without_pause(refusing: MapPage) -> None:
    refusing.load()
    refusing.until(lambda: refusing.all(".legend-card .trouble"), "nothing is said of the colours")
    assert 0 < refusing.driver.execute_script("return window.refused.length") < 20
    assert refusing.picture()["inked"] > 0.03
    assert refusing.picture()["colors"] == 0


def test_colours_come_when_the_server_is_back(refusing: MapPage) -> None:
    refusing.load("#legend=open")
    refusing.until(lambda: refusing.all(".legend-card .trouble"), "nothing is said of the colours")
    refusing.driver.execute_script("window.refusing = false")
    refusing.until(lambda: refusing.all("#legend .entry"), "the colours do not come")
    assert refusing.all(".legend-card .trouble") == []
    assert refusing.picture()["colors"] >= 6
