"""Every route of the explorer's server, whatever it is called: who may ask it, and what it makes of nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.guard import SECURITY_HEADERS
from atlas_plugin_explorer.tokens import Tokens
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from page_client import TestClient
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

pytestmark = pytest.mark.plugins
HOST = "http://127.0.0.1:8000"
ELSEWHERE = "http://127.0.0.1:9000"
WRITING = {"POST", "PATCH", "DELETE", "PUT"}
PARTS = {"{file}": "main.js", "{file:path}": "index.json", "{tag}": "none", "{key}": "none", "{name}": "x.csv"}
DEEP = 60_000
BODIES: list[Any] = [
    b"",
    b"nothing",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b'{"selection": 5}',
    b"[" * DEEP + b"]" * DEEP,
    b'{"selection": ' + b'{"type": "not", "of": ' * DEEP + b"1" + b"}" * DEEP + b"}",
    b'{"selection": ' + b'{"type": "not", "of": ' * 300 + b'{"type": "all", "of": []}' + b"}" * 300 + b"}",
    b'{"vector": [NaN, 1e999, -1]}',
    b'{"row": 170141183460469231731687303715884105728}',
    b'{"row": 9223372036854775807}',
    b'{"id": 170141183460469231731687303715884105728}',
    b'{"column": 99999999999999999999}',
    b'{"query": "\\ud83d"}',
    b'{"name": "\\ud83d", "selection": {"type": "all", "of": []}}',
    b'{"selection": {"type": "text", "query": "(((((", "regex": true}}',
    b'{"selection": {"type": "text", "query": "x", "fields": ["\\u0000"]}}',
    b'{"selection": {"type": "ids", "ids": [1e300, true, null, {}]}}',
    b'{"selection": {"type": "range", "field": "n", "low": "<script>", "high": 1e999}}',
    b'{"selection": {"type": "tag", "name": "../../x"}}',
    b'{"selection": null, "format": "../x"}',
    b'{"selection": null, "columns": ["../../x"]}',
    b'{"__proto__": {"a": 1}, "constructor": 1}',
]
QUERIES = [
    *("", "rows=1e9", "row=99999999999", "rows=1,,", "positions=-1", "k=0&row=0", "q=%00&regex=1", "q=%ED%A0%BD"),
    *("after=%F0%9F", "side=1&row=0", "row=0&k=1000", "q=(((&regex=1", "rows=0&columns=99", "&&&===", "rows=0&full=2"),
    "rows=" + "0," * 300,
]


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def made(dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtlasProjection:
    """The map of the sample rows."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return dataset.create_index(indexed_field="text", progress=False)


@pytest.fixture
def app(made: AtlasProjection, tokens: Tokens) -> Starlette:
    return create_app(made, tokens=tokens)


@pytest.fixture
def client(app: Starlette, tokens: Tokens) -> Iterator[TestClient]:
    known = {"Authorization": f"Bearer {tokens.link}"}
    with TestClient(app, base_url=HOST, headers=known, raise_server_exceptions=False) as started:
        yield started


def asked(app: Starlette) -> list[tuple[str, str]]:
    """Return method and path of all that can be asked; a new route is in it by itself."""
    found = [(method, filled(route)) for route in app.routes for method in methods(route)]
    assert {"/", "/pages/index.json", "/api/select", "/api/tags/none", "/plugins/none"} <= {path for _, path in found}
    return found


def methods(route: BaseRoute) -> set[str]:
    return {"GET", "POST"} if isinstance(route, Mount) else set(getattr(route, "methods", None) or ())


def filled(route: BaseRoute) -> str:
    if isinstance(route, Mount):
        return f"{route.path}/none"
    assert isinstance(route, Route)
    path = route.path
    for part, value in PARTS.items():
        path = path.replace(part, value)
    assert "{" not in path, f"say in PARTS what to ask {route.path} for"
    return path


def test_nobody_without_the_link_gets_anything(app: Starlette) -> None:
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as stranger:
        for method, path in asked(app):
            answer = stranger.request(method, path, json={} if method in WRITING else None)
            assert answer.status_code == 401, (method, path)


def test_no_other_origin_gets_or_changes_anything_though_it_is_known(app: Starlette, client: TestClient) -> None:
    for method, path in asked(app):
        sent: dict[str, Any] = {"json": {}} if method in WRITING else {}
        attacks = [{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"} for site in ("cross-site", "same-site")]
        if method in WRITING:
            attacks += [{"Origin": ELSEWHERE}, {"Origin": "null"}]
            attacks += [{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}]
        for attack in attacks:
            assert client.request(method, path, headers=attack, **sent).status_code == 403, (method, path, attack)
        rebound = client.request(method, path, headers={"Host": "rebound.example:8000"}, **sent)
        assert rebound.status_code == 421, (method, path)


def test_what_changes_or_costs_is_sent_as_no_form_can_send_it(app: Starlette, client: TestClient) -> None:
    for method, path in asked(app):
        if method in WRITING and not path.startswith("/plugins/"):
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                answer = client.request(method, path, content=b"{}", headers={"Content-Type": kind})
                assert answer.status_code == 415, (method, path, kind)


def test_nonsense_is_refused_in_words(app: Starlette, client: TestClient, made: AtlasProjection) -> None:
    json_ = {"Content-Type": "application/json"}
    for method, path in asked(app):
        for body in BODIES if method in WRITING else []:
            checked(client.request(method, path, content=body, headers=json_), (method, path, body[:60]))
    assert len(made.tags.get_tags()) == 0


def test_queries_of_nonsense_are_refused_in_words(app: Starlette, client: TestClient) -> None:
    for method, path in asked(app):
        for query in QUERIES if method == "GET" else []:
            checked(client.get(f"{path}?{query}"), (path, query))


def checked(answer: Any, what: object) -> None:
    """Check what every answer must be."""
    assert answer.status_code < 500, (what, answer.text)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get_list(name) == [value], what
    if answer.status_code >= 400:
        said = json.loads(answer.content)
        assert set(said) == {"error", "message"}, what
        assert len(said["message"]) < 3_000, what
