"""Copies of the page: one HTML file and a folder, which answer without the map's server what it would answer."""

from __future__ import annotations

import base64
import functools
import http.server
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.copies import write_folder, write_html
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.shown import Shown
from localatlas import selections as s
from localatlas.protocols import Context
from map_page import MapPage
from selenium import webdriver

with warnings.catch_warnings():
    # Newer Starlettes would rather have httpx2, and say so on import; both work.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
    from starlette.testclient import TestClient

ASK = """
const [path, body, done] = arguments;
const ask = body === null ? {} : {method: 'POST', body, type: 'application/json'};
globalThis.atlasTransport.request(path, ask).then((answer) => done({
  status: answer.status, count: answer.header('Atlas-Count'), rows: answer.header('Atlas-Rows'),
  body: btoa(String.fromCharCode(...new Uint8Array(answer.body))),
}), (error) => done({status: 0, body: btoa(String(error))}));
"""
TRIANGLE = [[-20.0, -20.0], [20.0, -20.0], [0.0, 3.0]]
NODES = [
    s.contains("coffee"),
    s.contains("COFFEE", ignore_case=False),
    s.contains("tea", whole_word=True),
    s.contains("naïve café", whole_word=True),
    s.matches("^(good|strong) .*[0-9]?$"),
    s.contains("(", fields=["review"]),
    s.between("stars", 2, 4),
    s.between("price", 10.0, None),
    s.between("written", "2019-01-01", "2020-06-30"),
    s.between("month", None, "2018-06-30"),
    s.is_in("country", ["DE", None]),
    s.topic(1),
    s.duplicates("retention candidate", "deletion candidate"),
    s.within(TRIANGLE),
    ~s.contains("coffee") & (s.between("stars", 5, 5) | s.within(TRIANGLE)),
]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files as `python -m http.server` does, and prints nothing."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def mapped(synthetic_map: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A map of several blocks of rows, some of them without a place."""
    made = synthetic_map(2_500, unplaced=3)
    made.pages = tmp_path_factory.mktemp("pages")
    localatlas_pages(made, made.pages, Context())
    return made


@pytest.fixture(scope="module")
def server(mapped: Any) -> Iterator[TestClient]:
    with TestClient(create_app(mapped), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def file_address(mapped: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("copy") / "map.html"
    write_html(Shown(mapped), path, 64_000_000, overwrite=False)
    return path.as_uri()


@pytest.fixture(scope="module")
def folder_address(mapped: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("host")
    write_folder(Shown(mapped), folder / "map", 64_000_000, overwrite=False)
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
        thread = threading.Thread(target=host.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{host.server_port}/map/"
        host.shutdown()
        thread.join(10)


@pytest.fixture(params=["file", "folder"])
def copy(
    request: pytest.FixtureRequest, driver: webdriver.Chrome, file_address: str, folder_address: str
) -> Iterator[MapPage]:
    """The copy, open and at rest; afterwards: no error was logged and no request left it."""
    page = MapPage(driver, file_address if request.param == "file" else folder_address)
    page.open()
    yield page
    page.check_quiet()


def ask(page: MapPage, path: str, body: object = None) -> tuple[dict[str, Any], bytes]:
    """Ask the copy as the page does."""
    text = None if body is None else json.dumps(body)
    found: dict[str, Any] = page.driver.execute_async_script(ASK, path, text)
    return found, base64.b64decode(found["body"])


def test_a_copy_answers_selections_as_the_server_does(copy: MapPage, server: TestClient) -> None:
    for node in NODES:
        body = {"selection": node.to_dict()}
        wanted = server.post("/api/select", json=body)
        assert wanted.status_code == 200, wanted.text
        found, mask = ask(copy, "api/select", body)
        assert found["status"] == 200, (node, mask)
        assert 0 < int(found["count"]) < 2_497 or not int(wanted.headers["atlas-count"]), node
        assert (mask, found["count"]) == (wanted.content, wanted.headers["atlas-count"]), node
        assert found["rows"] == wanted.headers["atlas-rows"], node


def test_a_copy_answers_about_rows_as_the_server_does(copy: MapPage, server: TestClient, mapped: Any) -> None:
    copied = int(np.flatnonzero(mapped.duplicate_groups.verdict)[0])
    for path in ("api/rows?rows=17,2400,0", "api/rows?positions=0,2496", "api/rows?rows=3&columns=0,2",
                 f"api/row?row={copied}", "api/hidden", "api/search?q=coffee&word=1", "api/panels"):  # fmt: skip
        wanted = server.get(f"/{path}")
        found, body = ask(copy, path)
        assert (found["status"], wanted.status_code) == (200, 200)
        is_json = wanted.headers["content-type"] == "application/json"
        assert (json.loads(body) if is_json else body) == (wanted.json() if is_json else wanted.content), path


def test_a_copy_counts_columns_as_the_server_does(copy: MapPage, server: TestClient) -> None:
    columns = server.get("/pages/columns.json").json()["columns"]
    counted = [
        (place, scale)
        for place, column in enumerate(columns)
        if "files" in column and not column.get("other", {}).get("values")
        for scale in ("linear", "log", "quantile")
    ]
    assert len(counted) >= 12
    for place, scale in counted:
        body = {"column": place, "bins": 12, "scale": scale, "selection": s.contains("coffee").to_dict()}
        wanted = server.post("/api/stats", json=body).json()
        found = json.loads(ask(copy, "api/stats", body)[1])
        for key, value in wanted.items():
            expected = pytest.approx(value, rel=1e-9) if key == "edges" else value
            assert found[key] == expected, (columns[place]["name"], scale, key)


def test_a_copy_sorts_texts_as_the_server_does(copy: MapPage, server: TestClient) -> None:
    columns = server.get("/pages/columns.json").json()["columns"]
    places = [place for place, column in enumerate(columns) if column["kind"] in {"text", "id"}]
    assert len(places) >= 2
    for place in places:
        wanted = server.post("/api/order", json={"column": place}).content
        assert ask(copy, "api/order", {"column": place})[1] == wanted, columns[place]["name"]


def test_what_needs_a_server_is_off_and_says_so(copy: MapPage) -> None:
    state = json.loads(ask(copy, "api/state")[1])
    assert not state["can"]["meaning"]
    assert "Search by meaning" in state["note"]
    for path, body in [
        ("api/select", {"selection": {"type": "meaning", "query": "tea", "k": 5}}),
        ("api/similarity", {"query": "tea"}),
        ("api/export", {"selection": None, "format": "csv"}),
    ]:
        found, answer = ask(copy, path, body)
        assert (found["status"], json.loads(answer)["error"]) == (409, "not_ready")
        assert "localatlas open" in json.loads(answer)["message"]
    found, answer = ask(copy, "api/search?q=(&regex=1")
    assert (found["status"], json.loads(answer)["error"]) == (400, "bad_request")


def test_a_copy_is_searched_and_pointed_at(copy: MapPage, mapped: Any) -> None:
    copy.point_at(*copy.inked_pixel())
    text = copy.until(lambda: [one.text for one in copy.all("#card .card-text")], "no card")[0]
    assert any(text[:40] == " ".join(row.split())[: len(text[:40])] for row in mapped.table["review"].to_pylist())
    copy.find(".note summary").click()
    assert "Search by meaning" in copy.find(".note").text


def test_a_folder_that_is_opened_as_a_file_says_what_to_do(
    driver: webdriver.Chrome, mapped: Any, tmp_path: Path
) -> None:
    write_folder(Shown(mapped), tmp_path / "map", 0, overwrite=False)
    page = MapPage(driver, (tmp_path / "map" / "index.html").as_uri())
    page.load()
    assert "http.server" in page.until(lambda: page.find("#app").text, "nothing is said")
    driver.get("about:blank")
    driver.get_log("browser")
