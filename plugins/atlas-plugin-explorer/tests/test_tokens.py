from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer import tokens as module
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.guard import SECURITY_HEADERS
from atlas_plugin_explorer.tokens import Tokens
from starlette.testclient import TestClient

HOST = "http://127.0.0.1:8000"
SAME = {"Origin": HOST, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
SELECT = {"selection": {"type": "all", "of": []}}


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def guarded(shown: Any, bundle: Path, tokens: Tokens) -> Iterator[TestClient]:
    with TestClient(create_app(shown, static=bundle, tokens=tokens), base_url=HOST, follow_redirects=False) as made:
        yield made


@pytest.mark.parametrize(
    "path", ["/pages/index.json", "/static/main.css", "/api/state", "/api/rows?rows=1", "/api/nothing", "/nothing"]
)
def test_nothing_is_told_without_the_link(guarded: TestClient, path: str) -> None:
    answer = guarded.get(path)
    assert (answer.status_code, answer.json()["error"]) == (401, "no_token")
    assert guarded.post("/api/select", json=SELECT).status_code == 401


def test_the_page_says_where_the_link_is(guarded: TestClient) -> None:
    for path in ("/", "/?token=", "/?token=wrong", "/?token=%C3%A9"):
        answer = guarded.get(path)
        assert answer.status_code == 401
        assert "localatlas open" in answer.text
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers.get_list(name) == [value]


def test_the_link_lets_a_browser_in(guarded: TestClient, tokens: Tokens) -> None:
    first = guarded.get("/", params={"token": tokens.link})
    # By itself, not by a redirect: a strict cookie does not go along when another site led here.
    assert first.status_code == 200
    assert 'http-equiv="refresh" content="0;url=./"' in first.text
    cookie = first.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert tokens.link not in cookie
    assert guarded.get("/").status_code == 200
    assert guarded.get("/pages/index.json").status_code == 200
    assert guarded.post("/api/select", json=SELECT, headers=SAME).status_code == 200


def test_cookies_of_other_programs_do_not_disturb(guarded: TestClient, tokens: Tokens) -> None:
    name, value = tokens.set_cookie("").partition(";")[0].split("=")
    for others in ('odd={"a": 1, "b"}; ', "a b c; ", "=; ;; ", 'q="unfinished; '):
        answer = guarded.get("/api/state", headers={"Cookie": f"{others}{name}={value}; after=1"})
        assert answer.status_code == 200, others
    assert guarded.get("/api/state", headers={"Cookie": f"{name}={value}x"}).status_code == 401
    assert guarded.get("/api/state", headers={"Cookie": f"{name}={tokens.link}"}).status_code == 401


def test_a_browser_is_started_with_a_link_that_works_once(guarded: TestClient, tokens: Tokens) -> None:
    once = tokens.once()
    assert guarded.get("/", params={"token": once}).status_code == 200
    guarded.cookies.clear()
    assert guarded.get("/", params={"token": once}).status_code == 401


def test_and_not_for_long(guarded: TestClient, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ONCE_SECONDS", -1.0)
    assert guarded.get("/", params={"token": tokens.once()}).status_code == 401


def test_a_program_may_bring_the_token_itself(guarded: TestClient, tokens: Tokens) -> None:
    assert guarded.get("/api/state", headers={"Authorization": f"Bearer {tokens.link}"}).status_code == 200
    for wrong in ("Bearer", "Bearer x", tokens.link, f"Basic {tokens.link}"):
        assert guarded.get("/api/state", headers={"Authorization": wrong}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME, 200),
        ({"Origin": HOST}, 200),
        ({}, 200),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8000.evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9000"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
    ],
)
def test_only_the_pages_own_origin_may_post(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/api/select", json=SELECT, headers=headers).status_code == status


def test_another_port_of_this_machine_reads_nothing(client: TestClient) -> None:
    for mode in ("no-cors", "cors", "websocket"):
        answer = client.get("/api/state", headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": mode})
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    link = client.get("/", headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"})
    assert link.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_can_send_is_not_taken(client: TestClient, kind: str) -> None:
    answer = client.post(
        "/api/select", content=b'{"selection": {"type": "all", "of": []}}', headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["error"]) == (415, "wrong_media_type")


def test_a_body_beyond_all_measure_is_not_read(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from atlas_plugin_explorer import asking

    monkeypatch.setattr(asking, "MOST_BYTES", 1_000)
    answer = client.post("/api/select", content=b" " * 1_001, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_map_below_an_odd_path_keeps_its_cookie_to_itself(tokens: Tokens) -> None:
    header = tokens.set_cookie("/maps/a;b, 日本\r\nX: y")
    assert "Path=/maps/a%3Bb%2C%20%E6%97%A5%E6%9C%AC%0D%0AX%3A%20y; HttpOnly" in header


def test_servers_have_cookies_of_their_own() -> None:
    first, second = Tokens(), Tokens()
    assert first.cookie != second.cookie
    assert re.fullmatch(r"atlas-[0-9a-f]{8}", first.cookie)
    assert not second.admits(first.set_cookie("").partition(";")[0], "")
