"""What draws the points: chosen by what the browser has, forced by the address, and always the same picture."""

from __future__ import annotations

import numpy as np
import pytest
from map_page import MapPage
from numpy.typing import NDArray

# What no panel covers.
FREE = (slice(100, 500), slice(420, 1180))
LOOKS = {
    "plain": "setMask(null)",
    "dimmed": "setMask({shown: Uint8Array.from({length: 5997}, (_, i) => i % 5 === 0 ? 1 : 0), count: 1200})",
    "hidden": "setHidden(Uint8Array.from({length: 5997}, (_, i) => i % 2))",
    "large": "setLook({size: 2.5, opacity: 0.6})",
}


def seen(page: MapPage, back_end: str, look: str, view: str = "") -> NDArray[np.float64]:
    """Open the page on one back end, and return what is seen of the points."""
    page.open(f"?renderer={back_end}{view}")
    page.port(LOOKS[look])
    page.rest()
    assert page.find("#map").get_dom_attribute("data-renderer") == back_end
    return page.screen()[FREE].astype(float)


def test_without_a_gpu_a_worker_draws(page: MapPage) -> None:
    assert page.find("#map").get_dom_attribute("data-renderer") == "cpu"
    assert page.find("#map").get_dom_attribute("data-place") == "worker"


def test_without_workers_the_page_draws_the_same(page: MapPage) -> None:
    drawn = page.picture()
    script = "delete window.Worker"
    added = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        page.open()
        assert page.find("#map").get_dom_attribute("data-place") == "page"
        assert page.picture()["hash"] == drawn["hash"]
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.mark.parametrize("look", LOOKS)
def test_webgl2_shows_what_the_cpu_shows(page: MapPage, look: str) -> None:
    cpu, gpu = seen(page, "cpu", look), seen(page, "webgl2", look)
    off = np.abs(cpu - gpu).max(axis=2)
    # The CPU puts discs on quarters of a pixel: rims differ a little, and nothing else does.
    assert off.mean() < 2
    assert (off > 60).mean() < 0.005
    assert np.abs(cpu.mean(axis=(0, 1)) - gpu.mean(axis=(0, 1))).max() < 1


def test_webgl2_is_as_exact_when_zoomed_in_far(page: MapPage) -> None:
    page.port("visit(5, 900)")
    page.rest()
    view = "#" + page.driver.current_url.partition("#")[2]
    cpu, gpu = seen(page, "cpu", "plain", view), seen(page, "webgl2", "plain", view)
    assert (cpu < 200).any()
    assert (np.abs(cpu - gpu).max(axis=2) > 60).sum() < 12


LOSE = """
const gl = document.querySelector('#map canvas').getContext('webgl2');
window.context = gl.getExtension('WEBGL_lose_context');
window.context.loseContext();
"""


def test_a_context_that_is_lost_for_good_leaves_the_map_to_the_cpu(page: MapPage) -> None:
    page.open("?renderer=webgl2")
    before = page.screen()[FREE].astype(float)
    page.driver.execute_script(LOSE)
    page.until(
        lambda: page.find("#map").get_dom_attribute("data-renderer") == "cpu", "nothing draws once the context is lost"
    )
    page.rest()
    assert np.abs(page.screen()[FREE].astype(float) - before).mean() < 2
    page.drag((820, 400), (160, 0))
    assert np.abs(page.screen()[FREE].astype(float) - before).mean() > 2
    assert page.picture()["inked"] > 0.03


def test_a_context_that_is_given_back_draws_on(page: MapPage) -> None:
    page.open("?renderer=webgl2")
    before = page.screen()[FREE].astype(float)
    page.driver.execute_script(LOSE + "setTimeout(() => window.context.restoreContext(), 100)")
    page.driver.execute_async_script("setTimeout(arguments[0], 2000)")
    page.rest()
    assert page.find("#map").get_dom_attribute("data-renderer") == "webgl2"
    assert np.abs(page.screen()[FREE].astype(float) - before).mean() < 1
    page.drag((820, 400), (160, 0))
    assert np.abs(page.screen()[FREE].astype(float) - before).mean() > 2
