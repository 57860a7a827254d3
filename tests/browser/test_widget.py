"""The map in a notebook: the real widget, its real messages, and the real page in a frame.

There is no notebook here. A page of the test's own stands for it: it runs the widget's script as a notebook does, and
carries the messages of the Jupyter widget protocol between that and the widget's comm.
"""

from __future__ import annotations

import base64
import html
import json
import queue
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import comm
import pytest
from localatlas import AtlasDataset, hooks
from localatlas import selections as s
from localatlas.hookspecs import Panel, hookimpl
from map_page import MapPage
from running import Running
from selenium import webdriver
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

NOTEBOOK = """<!doctype html><title>notebook</title><body><div id="out"></div><script type="module">
import widget from "./widget.js";
const state = await (await fetch("state")).json(), listeners = {}, changed = {};
const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes.buffer ?? bytes)));
const decode = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const post = (data, buffers = []) => fetch("message", {method: "POST",
  body: JSON.stringify({data, buffers: buffers.map(encode)})});
const model = {
  get: (name) => state[name],
  set: (name, value) => {
    if (JSON.stringify(state[name]) !== JSON.stringify(value)) changed[name] = state[name] = value; },
  save_changes: () => { const state = {...changed}; for (const name in changed) delete changed[name];
    if (Object.keys(state).length) post({method: "update", state}); },
  send: (content, _, buffers) => post({method: "custom", content}, buffers),
  on: (event, listener) => (listeners[event] ??= []).push(listener), off: () => {},
};
widget.render({model, el: document.getElementById("out")});
for (;;) {
  for (const {data, buffers} of await (await fetch("poll")).json()) {
    if (data.method === "custom") listeners["msg:custom"].forEach((tell) => tell(data.content, buffers.map(decode)));
    if (data.method === "update") for (const [name, value] of Object.entries(data.state)) {
      state[name] = value; (listeners["change:" + name] ?? []).forEach((tell) => tell()); }
  }
}
</script>"""


HOSTILE = "</title></script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


class Channel(comm.base_comm.BaseComm):
    """A comm whose messages are fetched, instead of going to a kernel's front end."""

    said: queue.Queue[tuple[dict[str, Any], list[bytes]]] = queue.Queue()

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        """Keep what a kernel would send."""
        self.said.put((data or {}, [bytes(part) for part in buffers or []]))


def notebook(widget: Any, channel: Channel) -> Starlette:
    """Return what stands for the notebook's server and its kernel."""

    def state(request: Request) -> Response:
        return JSONResponse(widget.get_state())

    def script(request: Request) -> Response:
        return Response(widget._esm, media_type="text/javascript")

    async def message(request: Request) -> Response:
        body = await request.json()
        buffers = [base64.b64decode(part) for part in body["buffers"]]
        channel.handle_msg({"content": {"data": body["data"]}, "buffers": buffers})
        return JSONResponse({})

    def poll(request: Request) -> Response:
        found = []
        try:
            found.append(channel.said.get(timeout=0.2))
            while True:
                found.append(channel.said.get_nowait())
        except queue.Empty:
            pass
        listed = [
            {"data": data, "buffers": [base64.b64encode(part).decode() for part in parts]} for data, parts in found
        ]
        return JSONResponse(listed)

    routes = [
        Route("/", lambda request: HTMLResponse(NOTEBOOK)),
        Route("/favicon.ico", lambda request: Response(status_code=204)),
        Route("/state", state),
        Route("/widget.js", script),
        Route("/message", message, methods=["POST"]),
        Route("/poll", poll),
    ]
    return Starlette(routes=routes)


@pytest.fixture
def widget(dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Channel]]:
    """The widget of a map, and its channel."""
    channels: list[Channel] = []

    def create(*arguments: Any, **keys: Any) -> Channel:
        channels.append(Channel(*arguments, **keys))
        return channels[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    made = dataset.create_index(name=HOSTILE, indexed_field="text", progress=False).widget(height=500)
    yield made, channels[-1]
    made.close()


@pytest.fixture
def page(widget: tuple[Any, Channel], driver: webdriver.Chrome) -> Iterator[MapPage]:
    """The notebook, with the page in its frame drawn."""
    server = Running(notebook(*widget))
    opened = MapPage(driver, server.address)
    opened.load()
    opened.until(lambda: opened.all("iframe"), "no frame")
    driver.switch_to.frame(0)
    drawn = "return document.querySelector('#map')?.dataset.state === 'resting'"
    opened.until(lambda: driver.execute_script(drawn), "the map is not drawn")
    yield opened
    driver.switch_to.default_content()
    opened.check_quiet()
    driver.get("about:blank")
    server.stop()


def test_the_selection_is_set_from_python_and_read_there(page: MapPage, widget: tuple[Any, Channel]) -> None:
    shown, _ = widget
    page.until(lambda: shown.count == 6, "Python does not know the count")
    assert shown.ids == [f"r{row}" for row in range(7)]
    shown.selection = s.contains("boat")
    page.until(lambda: shown.count == 3, "the page does not follow")
    assert shown.ids == ["r3", "r4", "r5"]
    shown.ids = ["r0", "r4"]
    page.until(lambda: shown.count == 2, "the page does not follow ids")
    shown.selection = None
    page.until(lambda: shown.count == 6, "the page does not select everything")


def test_what_is_searched_in_the_page_is_known_in_python(page: MapPage, widget: tuple[Any, Channel]) -> None:
    shown, _ = widget
    page.until(lambda: shown.count == 6, "the page did not begin")
    page.find("#search").send_keys("river")
    page.until(lambda: "river" in json.dumps(shown.selection), "Python does not know the search")
    page.until(lambda: shown.count == 3, "Python does not know what it found")
    assert shown.ids == ["r3", "r4", "r5"]


@pytest.fixture
def plugin() -> Iterator[None]:
    """A panel of another plugin, which the page of a notebook gets from Python."""

    @hookimpl
    def localatlas_panels(map: Any) -> list[Panel]:  # noqa: A002  the hook's name for it
        return [Panel("words", "Words", "export default (element, api) => { element.textContent = api.map.rows; }")]

    module = SimpleNamespace(localatlas_panels=localatlas_panels)
    hooks.register(module)
    yield
    hooks.unregister(module)


def test_panels_of_plugins_are_in_a_notebook(plugin: None, page: MapPage) -> None:
    page.until(lambda: page.all("#tab-plugin-words"), "there is no tab of the plugin")
    page.find("#tab-plugin-words").click()
    page.until(lambda: page.find(".plugin-panel").text == "7", "the panel is not drawn")


def test_the_page_reaches_nothing_of_the_notebook(page: MapPage, widget: tuple[Any, Channel]) -> None:
    reach = "try { return parent.document.title; } catch (error) { return error.name; }"
    assert page.driver.execute_script(reach) == "SecurityError"
    assert f"<title>{html.escape(HOSTILE)} · localatlas</title>" in widget[0].get_state()["_page"]
    assert page.driver.execute_script("return window.hacked ?? null") is None


def test_a_selection_that_is_none_is_refused(widget: tuple[Any, Channel]) -> None:
    shown, _ = widget
    with pytest.raises(Exception, match="txt"):
        shown.selection = {"type": "txt", "query": "boat"}
    with pytest.raises(TypeError, match="a node of localatlas.selections"):
        shown.selection = 5
    assert shown.selection is None


def test_a_height_that_is_none_is_refused(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    with pytest.raises(ValueError, match="height=10: a number of pixels from 200 to 4,000"):
        made.widget(height=10)
