"""What the page says while a map is built, when its build ended too soon, was updated, or its server is away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.tokens import Tokens
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.protocols import Context, Index, Layout
from map_page import MapPage
from reference import Principal
from running import Running
from selenium import webdriver

Browse = Callable[[Any], tuple[MapPage, Running]]
# The number of the preview that is shown, how many pixels have ink, and the picture itself.
PREVIEW = """
const canvas = document.querySelector('.preview:not([hidden])');
if (!canvas || !canvas.width) return [0, 0, ''];
const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
return [Number(canvas.dataset.number), data.filter((part, at) => at % 4 === 3 && part > 0).length, canvas.toDataURL()];
"""
SAID = "return document.querySelector('.notice[data-state], .banner[data-state]')?.dataset.state ?? null"
DRAWN = "return document.querySelector('#map')?.dataset.state === 'resting'"


@pytest.fixture
def browse(driver: webdriver.Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browse]:
    """Serve a map of a home, and return its page and its server."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    servers: list[Running] = []

    def start(app: Any) -> tuple[MapPage, Running]:
        servers.append(Running(app))
        return MapPage(driver, servers[-1].address), servers[-1]

    yield start
    driver.get("about:blank")
    for server in servers:
        server.stop()


def state(page: MapPage) -> str | None:
    """Return which state the page says the map is in, None for a map that is shown."""
    said: str | None = page.driver.execute_script(SAID)
    return said


def drawn(page: MapPage) -> None:
    page.until(lambda: page.driver.execute_script(DRAWN), "the map is not drawn")


def test_a_build_is_watched_and_its_map_opens_by_itself(browse: Browse, dataset: AtlasDataset) -> None:
    seen: dict[str, str] = {}
    pages: list[MapPage] = []

    def look(stage: str, fraction: float, overall: float, message: str) -> None:
        if not pages:
            (job,) = jobs.jobs(dataset._store)
            pages.append(browse(create_app(AtlasProjection(dataset, dataset._store, job.map_id)))[0])
            pages[0].load()
        if stage in {"embed", "layout"} and stage not in seen:
            pages[0].until(lambda: pages[0].all(f".stages li.now[data-stage='{stage}']"), f"{stage} is not shown")
            seen[stage] = pages[0].find(".notice").text

    dataset.create_index(indexed_field="text", progress=look)
    assert "being built" in seen["embed"]
    shares = [int(share) for share in re.findall(r"(\d+) %", seen["embed"])]
    assert len(shares) == 1
    assert seen["layout"].count("done") > seen["embed"].count("done")
    drawn(pages[0])
    assert state(pages[0]) is None
    pages[0].check_quiet()


class Moving(Principal):
    """Shows its layout, then the same with one point moved, and waits until a test has seen each."""

    look: Callable[[int], None]

    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        places = layout.positions.copy()
        for number in (1, 2):
            context.preview(places)
            Moving.look(number)
            places[0] = places[1]
        return layout


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_layout_is_drawn_while_it_is_made_and_goes_when_the_map_opens(
    browse: Browse, dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch, motion: str
) -> None:
    monkeypatch.setattr("localatlas.pipeline.previews.FIRST_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("localatlas.pipeline.previews.SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr("localatlas.pipeline.previews.SHARE_OF_TIME", float("inf"))
    pages: list[MapPage] = []
    pictures: list[str] = []

    def look(number: int) -> None:
        if not pages:
            (job,) = jobs.jobs(dataset._store)
            pages.append(browse(create_app(AtlasProjection(dataset, dataset._store, job.map_id)))[0])
            pages[0].load()
            pages[0].emulate({"prefers-color-scheme": "dark", "prefers-reduced-motion": motion})

        def changed() -> str | None:
            told, inked, picture = pages[0].driver.execute_script(PREVIEW)
            return picture if told == number and inked > 0 and picture not in pictures else None

        pictures.append(pages[0].until(changed, f"preview {number} is not drawn") or "")

    monkeypatch.setattr(Moving, "look", look, raising=False)
    dataset.create_index(indexed_field="text", projection=Moving(Moving.Options()), progress=False)
    assert len(pictures) == 2
    drawn(pages[0])
    assert not pages[0].all(".preview")
    pages[0].check_quiet()


@pytest.mark.parametrize(
    ("changes", "shown", "words"),
    [
        ({"state": "failed", "stage": "embed", "error": "no room for <b>vectors</b>"}, "failed", "no room for <b>"),
        ({"state": "cancelled", "stage": "embed"}, "cancelled", "was cancelled"),
        ({"state": "running", "stage": "layout", "fraction": 0.5, "progress": 0.7}, "stopped", "process ended"),
    ],
)
def test_a_build_that_ended_says_why_and_what_to_do_and_opens_when_it_goes_on(
    browse: Browse, dataset: AtlasDataset, changes: dict[str, object], shown: str, words: str
) -> None:
    done = dataset.create_index(indexed_field="text", progress=False)
    job = done.job
    assert job is not None
    dataset._store.remove("indices/")
    jobs.save(dataset._store, job.model_copy(update=changes))
    page, _ = browse(create_app(AtlasProjection(dataset, dataset._store, done.id)))
    page.load()
    page.until(lambda: state(page) == shown, f"nothing is said of a build that {shown}")
    assert words in page.find(".notice").text
    assert "same call again" in page.find(".notice").text
    dataset.create_index(indexed_field="text", progress=False)
    drawn(page)


def test_a_newer_version_is_offered(browse: Browse, dataset: AtlasDataset) -> None:
    page, _ = browse(create_app(dataset.create_index(indexed_field="text", progress=False)))
    page.load()
    drawn(page)
    dataset.add_data([{"id": "new", "text": "red river pie", "n": 9}])
    with pytest.warns(UserWarning, match="get new places"):
        dataset.update_indices(progress=False)
    page.until(lambda: state(page) == "updated", "the new version is not offered")
    assert page.driver.execute_script("return document.getElementById('map').dataset.points") == "6"
    page.find(".banner .plain").click()
    page.until(
        lambda: page.driver.execute_script("return document.getElementById('map')?.dataset.points") == "7",
        "the new version is not shown",
    )
    assert state(page) is None


def test_a_server_that_goes_away_is_missed_and_found_again(browse: Browse, dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    page, server = browse(create_app(made))
    page.load()
    drawn(page)
    server.stop()
    page.until(lambda: state(page) == "gone", "nobody misses the server")
    assert "localatlas open" in page.find(".banner").text
    server.start()
    page.until(lambda: state(page) is None, "the server is back, and the page does not see it")
    server.stop()
    # The same command again prints a new link: this window is a stranger then.
    server.start(create_app(made, tokens=Tokens()))
    page.until(lambda: state(page) == "refused", "nothing is said of the new link")
    assert "link" in page.find(".banner").text


def test_a_page_that_is_loaded_without_its_server_waits_for_it(browse: Browse, dataset: AtlasDataset) -> None:
    page, server = browse(create_app(dataset.create_index(indexed_field="text", progress=False)))
    # What the page is made of is there, but nothing answers any more.
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/pages/*", "*/api/*"]})
    page.load()
    page.until(lambda: state(page) == "gone", "nothing is said")
    assert "localatlas open" in page.find(".notice").text
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    drawn(page)
    assert server.port


def test_a_map_that_was_deleted_is_told_of(browse: Browse, dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    app = create_app(AtlasProjection(dataset, dataset._store, made.id))
    made.delete()
    page, _ = browse(app)
    page.load()
    page.until(lambda: state(page) == "unknown", "nothing is said")
    assert "no such map" in page.find(".notice h1").text.lower()
