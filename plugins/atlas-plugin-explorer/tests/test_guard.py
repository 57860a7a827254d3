from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.guard import SECURITY_HEADERS, accepted_hosts, host_name
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    "path",
    [
        "/pages/%2e%2e/%2e%2e/etc/passwd",
        "/pages/..%2findex.json",
        "/pages//etc/passwd",
        "/pages/index.json%00.bin",
        "/pages/rows/00.bin",
        "/pages/rows/1.bin",
        "/pages/rows",
        "/pages/",
        "/static/%2e%2e%2fapp.py",
        "/static/%2e%2e",
        "/static/.hidden",
        "/static/index.html%00",
        "/static/a/b",
        "/nothing",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("./%\\\x00aindex.jsonrows0"), max_size=20))
def test_no_path_leads_out_of_the_pages(client: TestClient, shown: Any, name: str) -> None:
    answer = client.get(f"http://127.0.0.1/pages/{name.replace('%', '%25').replace(chr(0), '%00')}")
    if answer.status_code == 200 and answer.headers["content-type"] == "application/octet-stream":
        assert answer.content == shown.page(f"explorer/{name}").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/main.css",
        "/pages/index.json",
        "/pages/none",
        "/api/rows?rows=1",
        "/api/rows?rows=x",
        "/api/search?q=tea",
        "/api/x",
    ],
)
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get_list(name) == [value]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/api/rows?rows=1", "/pages/index.json"])
def test_nothing_can_be_changed(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.json()["error"] == "method_not_allowed"


def test_head_is_get_without_a_body(client: TestClient) -> None:
    answer = client.head("/pages/index.json")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("127.0.0.1", 200),
        ("localhost:1", 200),
        ("LOCALHOST", 200),
        ("[::1]:8000", 200),
        ("127.1.2.3", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:8000", 421),
        ("192.168.0.1", 421),
        ("", 421),
        ("localhost:8000:8000", 421),
    ],
)
def test_only_the_loopback_is_a_host(client: TestClient, host: str, status: int) -> None:
    answer = client.get("/pages/index.json", headers={"Host": host})
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["error"] == "wrong_host"
        assert answer.headers["x-content-type-options"] == "nosniff"


ANY = "0.0.0.0"  # noqa: S104  nothing is bound here


@pytest.mark.parametrize(
    ("bound", "host", "accepted"),
    [
        (ANY, "192.168.0.7", True),
        (ANY, "localhost", True),
        (ANY, "evil.example", False),
        ("::", "[fe80::1]", True),
        ("map.example", "map.example", True),
        ("map.example", "other.example", False),
        ("127.0.0.1", "192.168.0.7", False),
    ],
)
def test_hosts_of_a_server_that_is_open_to_the_network(bound: str, host: str, accepted: bool) -> None:
    assert accepted_hosts(bound)(host_name(host)) is accepted


def test_other_sites_may_link_but_not_read(client: TestClient) -> None:
    read = client.get("/api/rows?rows=1", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    assert (read.status_code, read.json()["error"]) == (403, "forbidden")
    link = client.get("/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert link.status_code == 200


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("maps.example", "https://maps.example", 200),
        ("127.0.0.1:8000", "https://maps.example", 200),
        ("127.0.0.1:8000", "https://maps.example:8443", 200),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", 200),
        ("127.0.0.1:8000", "https://evil.example", 403),
        ("127.0.0.1:8000", "https://maps.example.evil.example", 403),
        ("127.0.0.1:8000", "null", 403),
        ("evil.example", "https://maps.example", 421),
    ],
)
def test_a_proxy_may_go_by_a_name_that_is_allowed(
    shown: Any, bundle: Path, host: str, origin: str, status: int
) -> None:
    allowed = frozenset({"maps.example"})
    app = create_app(shown, static=bundle, accept=accepted_hosts("127.0.0.1", allowed), allowed=allowed)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        asked = {"selection": {"type": "text", "query": "tea"}}
        answer = client.post("/api/select", json=asked, headers={"Host": host, "Origin": origin})
        assert answer.status_code == status
