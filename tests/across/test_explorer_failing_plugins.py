"""Plugins of the explorer that fail, or give what is of no use: they are named, and the map and the others stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from localatlas import AtlasDataset, hooks
from localatlas.errors import AtlasValueError, PluginFailedError
from localatlas.hookspecs import Panel, hookimpl
from localatlas.indices import AtlasProjection
from page_client import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

pytestmark = pytest.mark.plugins


@pytest.fixture
def made(dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtlasProjection:
    """The map of the sample rows."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return dataset.create_index(indexed_field="text", progress=False)


@pytest.fixture
def client(made: AtlasProjection) -> Iterator[TestClient]:
    with TestClient(create_app(made), base_url="http://127.0.0.1") as started:
        yield started


@pytest.fixture
def add() -> Iterator[Any]:
    """Return what registers implementations of hooks under the name of a plugin."""
    registered: list[Any] = []

    def register(name: str, **implementations: Any) -> None:
        marked = {hook: hookimpl(tryfirst=True)(function) for hook, function in implementations.items()}
        registered.append(hooks.register(SimpleNamespace(**marked), name=name))

    yield register
    for module in registered:
        hooks.unregister(module)


def good_panels(map: Any) -> list[Panel]:  # noqa: A002  the hook's name for it
    return [Panel("words", "Words", "export default () => {}")]


def good_routes(map: Any) -> list[Route]:  # noqa: A002
    return [Route("/words", lambda request: PlainTextResponse("good"))]


def failing(error: Exception) -> Any:
    def hook(map: Any) -> Any:  # noqa: A002
        raise error

    return hook


@pytest.mark.parametrize(
    "given",
    [
        lambda map: ["words"],  # noqa: A006
        lambda map: 5,  # noqa: A006
        lambda map: [Panel("p", "Half \ud83d", "")],  # noqa: A006
        lambda map: [Panel("p", "P", b"export default 1")],  # type: ignore[arg-type]  # noqa: A006
        lambda map: [Panel(5, "P", "")],  # type: ignore[arg-type]  # noqa: A006
        failing(OSError("no licence")),
        failing(AtlasValueError("no licence")),
    ],
)
def test_panels_of_no_use_are_left_out_by_name(client: TestClient, add: Any, given: Any) -> None:
    add("house", localatlas_panels=given)
    add("neighbour", localatlas_panels=good_panels)
    with pytest.warns(RuntimeWarning, match="house"):
        (panel,) = client.get("/api/panels").json()["panels"]
    assert panel["name"] == "words"
    state = client.get("/api/state")
    assert (state.status_code, state.json()["state"], state.json()["panels"]) == (200, "ready", 1)


@pytest.mark.parametrize("given", [lambda map: ["/x"], lambda map: object(), failing(KeyError("x"))])  # noqa: A006
def test_routes_of_no_use_are_left_out_by_name(client: TestClient, add: Any, given: Any) -> None:
    add("house", localatlas_routes=given)
    add("neighbour", localatlas_routes=good_routes)
    with pytest.warns(RuntimeWarning, match="house"):
        assert client.get("/plugins/words").text == "good"
    assert client.get("/plugins/none").status_code == 404


def broken(request: Request) -> PlainTextResponse:
    raise ZeroDivisionError("nothing to share")


def refusing(request: Request) -> PlainTextResponse:
    raise AtlasValueError("n is a number")


def test_a_route_that_fails_names_its_plugin_and_the_rest_answers(
    client: TestClient, add: Any, caplog: pytest.LogCaptureFixture
) -> None:
    add("house", localatlas_routes=lambda map: [Route("/broken", broken), Mount("/deep", routes=[Route("/x", broken)])])  # noqa: A006
    add("neighbour", localatlas_routes=good_routes, localatlas_panels=good_panels)
    for path in ("/plugins/broken", "/plugins/deep/x"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
        assert answer.json()["message"] == f"house failed to answer {path}: ZeroDivisionError: nothing to share"
        assert answer.headers["content-security-policy"]
    assert "ZeroDivisionError" in caplog.text
    assert client.post("/plugins/broken").status_code == 405
    assert client.get("/plugins/words").text == "good"
    assert client.get("/api/state").json()["state"] == "ready"


def test_a_route_may_refuse_in_words(client: TestClient, add: Any) -> None:
    add("house", localatlas_routes=lambda map: [Route("/n", refusing)])  # noqa: A006
    answer = client.get("/plugins/n")
    assert (answer.status_code, answer.json()["message"]) == (400, "n is a number")


def test_no_websocket_gets_past_the_guard(client: TestClient, add: Any) -> None:
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("secret")

    add("house", localatlas_routes=lambda map: [WebSocketRoute("/talk", talk)])  # noqa: A006
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/plugins/talk"):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("way", ["to_html", "to_folder", "widget", "open"])
def test_a_way_to_look_that_fails_names_its_plugin(made: AtlasProjection, add: Any, tmp_path: Path, way: str) -> None:
    def fail(projection: AtlasProjection) -> Any:
        raise RuntimeError("out of ink")

    hook = {"widget": "localatlas_widget", "open": "localatlas_open"}.get(way, "localatlas_save")
    add("house", **{hook: fail})
    given = [tmp_path / "map.html"] if hook == "localatlas_save" else []
    with pytest.raises(PluginFailedError, match=f"house failed in {hook}: RuntimeError: out of ink"):
        getattr(made, way)(*given)
    assert not (tmp_path / "map.html").exists()
    assert made.status == "done"
