from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.guard import SECURITY_HEADERS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient


def test_the_page(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-encoding"] == "gzip"


def test_only_names_with_a_hash_are_cached_for_good(client: TestClient) -> None:
    hashed, plain = client.get("/static/main-0123456789ab.js"), client.get("/static/main.css")
    assert "immutable" in hashed.headers["cache-control"]
    assert "immutable" in client.get("/static/parts-ABCD2345.js").headers["cache-control"]
    assert hashed.headers["content-type"].startswith("text/javascript")
    assert plain.headers["cache-control"] == "no-cache"


def test_every_page_file_is_served_as_it_is(client: TestClient, shown: Any) -> None:
    folder = shown.pages / "explorer"
    files = [file for file in folder.rglob("*") if file.is_file()]
    for file in files:
        answer = client.get(f"/pages/{file.relative_to(folder).as_posix()}")
        assert answer.status_code == 200
        assert answer.content == file.read_bytes()
    assert len(files) > 10


def test_a_page_that_is_known_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/pages/rows/0.bin")
    again = client.get("/pages/rows/0.bin", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_are_compressed_for_who_wants_it(client: TestClient, shown: Any) -> None:
    with client.stream("GET", "/pages/index.json", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == shown.page("explorer/index.json").read_bytes()
    assert "content-encoding" not in client.get("/pages/index.json", headers={"Accept-Encoding": "identity"}).headers


def test_rows(client: TestClient) -> None:
    found = client.get("/api/rows?rows=3,1").json()
    assert [row["row"] for row in found["rows"]] == [3, 1]
    point = client.get("/api/rows?positions=8").json()["rows"][0]
    assert point["position"] == 8
    assert client.get(f"/api/rows?rows={point['row']}").json()["rows"] == [point]
    assert client.get("/api/rows?rows=5&full=1").json()["rows"][0]["cut"] == {}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("rows=", 400),
        ("rows=x", 400),
        ("rows=1,,2", 400),
        ("rows=-1", 400),
        ("rows=٣", 400),
        ("rows=99999", 404),
        ("rows=1&full=yes", 400),
        ("rows=1&positions=1", 400),
        ("positions=x", 400),
        ("positions=1980", 404),
    ],
)
def test_rows_that_cannot_be_meant(client: TestClient, query: str, status: int) -> None:
    answer = client.get(f"/api/rows?{query}")
    assert answer.status_code == status
    assert answer.json()["message"]


def masked(client: TestClient, shown: Any, **params: str) -> tuple[np.ndarray, Any]:
    """Search; return the rows whose bits are set, sorted."""
    answer = client.get("/api/search", params=params)
    assert answer.status_code == 200, answer.text
    rows = np.frombuffer(shown.page("explorer/rows/0.bin").read_bytes(), "<u4")
    assert len(answer.content) == -(-len(rows) // 8)
    bits = np.unpackbits(np.frombuffer(answer.content, np.uint8), bitorder="little")
    assert not bits[len(rows) :].any()
    return np.sort(rows[bits[: len(rows)].astype(bool)]), answer


def test_search_marks_points_in_page_order(client: TestClient, shown: Any) -> None:
    texts = shown.table["review"].to_pylist()
    placed = np.isfinite(shown.layout.positions[:, 0])
    expected = [k for k, text in enumerate(texts) if "coffee" in text.lower() and placed[k]]
    found, answer = masked(client, shown, q="coffee")
    assert found.tolist() == expected
    assert answer.headers["atlas-count"] == str(len(expected))
    assert answer.headers["atlas-rows"] == ",".join(map(str, expected[:100]))
    assert answer.headers["content-type"] == "application/octet-stream"


def test_search_in_another_column(client: TestClient, shown: Any) -> None:
    found, _ = masked(client, shown, q="日本", field="country", case="1")
    assert set(shown.table["country"].take(found).to_pylist()) == {"日本"}


def test_search_without_a_match(client: TestClient, shown: Any) -> None:
    found, answer = masked(client, shown, q="no such words")
    assert (len(found), answer.headers["atlas-count"], answer.headers["atlas-rows"]) == (0, "0", "")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "query: it must have a length of at least 1"),
        ({"q": "x" * 1_001}, "query: it must have a length of at most 1,000"),
        ({"q": "(", "regex": "1"}, "is not a regular expression"),
        ({"q": "x", "field": "reviw"}, "did you mean 'review'"),
        ({"q": "x", "field": "stars"}, "searchable are 'id', 'review'"),
        ({"q": "x", "word": "true"}, "0 or 1 is taken"),
    ],
)
def test_search_that_cannot_be_meant(client: TestClient, params: dict[str, str], message: str) -> None:
    answer = client.get("/api/search", params=params)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert message in answer.json()["message"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "q": st.text(max_size=40),
            "field": st.sampled_from(["review", "country", "stars", "", "id"]) | st.text(max_size=10),
            **dict.fromkeys(("case", "word", "regex"), st.sampled_from(["0", "1"]) | st.text(max_size=3)),
        },
    )
)
def test_any_search_is_answered_or_refused(client: TestClient, params: dict[str, str]) -> None:
    answer = client.get("/api/search", params=params)
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        bits = np.unpackbits(np.frombuffer(answer.content, np.uint8))
        assert bits.sum() == int(answer.headers["atlas-count"])
    else:
        assert answer.json()["message"]


def test_our_own_faults_are_json_too(shown: Any, bundle: Path) -> None:
    app = create_app(shown, static=bundle)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        shown_columns, shown.columns = shown.columns, None
        try:
            answer = client.get("/api/rows?rows=1")
        finally:
            shown.columns = shown_columns
    assert (answer.status_code, answer.json()["error"]) == (500, "internal")
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]


def test_without_a_bundle_the_page_says_what_to_do(shown: Any, tmp_path: Path) -> None:
    with TestClient(create_app(shown, static=tmp_path), base_url="http://localhost") as client:
        answer = client.get("/")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert "install atlas-plugin-explorer" in answer.json()["message"]


def test_it_can_be_mounted_anywhere(shown: Any, bundle: Path) -> None:
    outer = Starlette(routes=[Mount("/maps/7", create_app(shown, static=bundle, accept=None))])
    with TestClient(outer, base_url="http://team.example") as client:
        assert client.get("/maps/7", follow_redirects=True).status_code == 200
        assert client.get("/maps/7/pages/index.json").json()["map"]["name"] == shown.name
        assert client.get("/maps/7/api/rows?rows=x").json()["error"] == "bad_request"


def test_a_map_without_text_cannot_be_searched(
    synthetic_map: Callable[..., Any], tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    numbers = synthetic_map(10)
    numbers.table, numbers.text_field = numbers.table.select(["stars"]), None
    with TestClient(create_app(numbers, static=bundle), base_url="http://localhost") as client:
        answer = client.get("/api/search?q=x")
        assert json.loads(client.get("/pages/columns.json").content)["columns"][0]["name"] == "stars"
    assert "no column of text" in answer.json()["message"]
