"""Another plugin adds a panel and a route to the page: it reads and sets the selection, and asks its own route."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from localatlas import AtlasDataset, hooks
from localatlas.hookspecs import Panel, hookimpl
from map_page import MapPage
from running import Running
from selenium import webdriver
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

SCRIPT = """
export default async function (element, api) {
  const answer = await api.request("counts/text", {method: "POST", body: JSON.stringify({deep: true})});
  const {rows} = JSON.parse(new TextDecoder().decode(answer.body));
  const [facts, list, pies] = ["p", "ol", "button"].map((tag) => document.createElement(tag));
  facts.id = "facts"; list.id = "list"; pies.id = "pies";
  facts.textContent = `${api.map.dataset}: ${rows} of ${api.map.rows}, ${api.map.columns.map(c => c.name)}`;
  pies.textContent = "Only pies";
  pies.onclick = () => api.select({type: "text", query: "pie"});
  element.append(facts, pies, list);
  api.on("selection", async ({count}) => {
    if (count === null) return;
    const numbers = await api.selectedRows(5);
    const found = numbers.length ? (await api.rows(numbers)).rows : [];
    list.replaceChildren(...found.sort((a, b) => a.row - b.row).map((row) => {
      const item = document.createElement("li"), open = document.createElement("button");
      open.textContent = row.values[1]; open.onclick = () => api.open(row.row);
      item.append(open); return item;
    }));
    list.dataset.count = count;
  });
  api.on("row", ({row}) => { list.dataset.row = String(row); });
}
"""


PORTABLE = Panel(
    "counted",
    "Counted",
    """export default (element, api) => {
      api.on("selection", ({count}) => { element.textContent = `${count} of ${api.map.points}`; });
    }""",
    offline=True,
)


@pytest.fixture
def plugin() -> Iterator[None]:
    """As a third party would write it."""

    def count(request: Request) -> JSONResponse:
        return JSONResponse({"rows": 7, "column": request.path_params["column"]})

    @hookimpl
    def localatlas_panels(map: Any) -> list[Panel]:  # noqa: A002  the hook's name for it
        return [Panel("words", "Words", SCRIPT), Panel("broken", "Broken", "export default 5"), PORTABLE]

    @hookimpl
    def localatlas_routes(map: Any) -> list[Route]:  # noqa: A002
        return [Route("/counts/{column}", count, methods=["POST"])]

    module = SimpleNamespace(localatlas_panels=localatlas_panels, localatlas_routes=localatlas_routes)
    hooks.register(module)
    yield
    hooks.unregister(module)


@pytest.fixture
def page(
    plugin: None, driver: webdriver.Chrome, dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MapPage]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server = Running(create_app(dataset.create_index(indexed_field="text", progress=False)))
    opened = MapPage(driver, server.address)
    opened.load()
    opened.until(lambda: opened.all("#tab-plugin-words"), "there is no tab of the plugin")
    yield opened
    opened.check_quiet()
    driver.get("about:blank")
    server.stop()


@pytest.mark.parametrize("single", [True, False])
def test_a_panel_that_needs_no_server_is_in_copies(
    plugin: None, driver: webdriver.Chrome, dataset: AtlasDataset, tmp_path: Path, single: bool
) -> None:
    built = dataset.create_index(indexed_field="text", progress=False)
    if single:
        page = MapPage(driver, built.to_html(tmp_path / "map.html").as_uri())
        host = None
    else:
        host = Running(StaticFiles(directory=built.to_folder(tmp_path / "map"), html=True))
        page = MapPage(driver, host.address)
    page.load()
    page.until(lambda: page.all("#tab-plugin-counted"), "there is no tab of the plugin")
    assert page.all("#tab-plugin-words") == []
    page.find("#tab-plugin-counted").click()
    page.until(lambda: page.find(".plugin-panel").text == "6 of 6", "the panel does not know the selection")
    page.check_quiet()
    if host is not None:
        driver.get("about:blank")
        host.stop()


def data(page: MapPage, name: str) -> Any:
    return page.driver.execute_script(f"return document.getElementById('list')?.dataset.{name}")


def test_a_panel_reads_and_sets_the_selection_and_asks_its_own_route(page: MapPage) -> None:
    page.find("#tab-plugin-words").click()
    page.until(lambda: data(page, "count") == "6", "the panel does not know the selection")
    assert page.find("#facts").text == "local/sample: 7 of 7, id,text,n"
    page.find("#pies").click()
    page.until(lambda: data(page, "count") == "3", "the panel's selection is not taken")
    pies = ["red apple pie", "green apple pie", "red apple pie"]
    page.until(lambda: [item.text for item in page.all("#list li")] == pies, "the rows are not those of the selection")
    page.all("#list button")[1].click()
    page.until(lambda: data(page, "row") == "1", "the row was not opened")
    # Another tab and back: the panel is as it was.
    page.find("#tab-filters").click()
    assert not page.all("#list")
    page.find("#tab-plugin-words").click()
    page.until(lambda: [item.text for item in page.all("#list li")] == pies, "the panel was emptied")


def test_a_panel_that_fails_says_so_in_its_own_place(page: MapPage) -> None:
    page.find("#tab-plugin-broken").click()
    said = page.until(lambda: page.find("#tab-content").text, "nothing is said")
    assert "“Broken” failed: its script has no default export" in said
    assert page.all("#map")
