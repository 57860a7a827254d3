"""Data that wants to be more than data, and other sites that want to be this one: nothing runs, nothing leaves."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.copies import write_folder, write_html
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.shown import Shown
from atlas_plugin_explorer.tokens import Tokens
from localatlas import AtlasDataset
from localatlas.protocols import Context
from map_page import MapPage
from running import Running
from selenium import webdriver
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ROWS = 120
SCRIPT = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
CELLS = [
    SCRIPT,
    "javascript:window.hacked=1 https://other.invalid/?q=1",
    '"><svg onload=window.hacked=1><a href="javascript:window.hacked=1">x</a>',
    "\u202eevil\u202c שלום مرحبا\u200f",
    "🗺️👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 \u0000 \ufffd \u2028",
    "x" * 100_000,
    "</script></style></textarea></title><!--",
    None,
    "",
]
NAMES = [
    "__proto__",
    "constructor",
    "",
    " ",
    SCRIPT,
    "javascript:alert(1)",
    "\u202eغ",
    "🗺️",
    "{page}",
    "../../x",
    "a,b",
    "%00",
]
COLUMNS = 1_000
HACKED = """
const bad = 'a[href^="javascript" i], #app script, #app iframe, #app img[src="x"], svg[onload]';
return [window.hacked ?? null, document.querySelectorAll(bad).length];
"""


@pytest.fixture(scope="module")
def hostile(synthetic_map: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A map of 1,000 columns with names and cells that no page wants."""
    made = synthetic_map(ROWS, unplaced=1)
    cells = [CELLS[row % len(CELLS)] for row in range(ROWS)]
    columns: dict[str, pa.Array] = {
        "id": made.table["id"].combine_chunks(),
        "review": pa.array(cells),
        **{name: pa.array(cells[k:] + cells[:k]) for k, name in enumerate(NAMES)},
        "short": pa.array([(cell or "")[:60] for cell in cells]),
    }
    columns |= {f"column {k}": pa.array([row * k for row in range(ROWS)]) for k in range(COLUMNS - len(columns))}
    labels = {key: dataclasses.replace(label, label=SCRIPT) for key, label in made.topic_model.labels.items()}
    made = dataclasses.replace(
        made,
        table=pa.table(list(columns.values()), names=list(columns)),
        topic_model=dataclasses.replace(made.topic_model, labels=labels),
        name=SCRIPT,
        dataset_identifier=f"local/{SCRIPT}",
    )
    made.pages = tmp_path_factory.mktemp("pages")
    localatlas_pages(made, made.pages, Context())
    return made


@pytest.fixture(scope="module")
def served(hostile: Any) -> Iterator[str]:
    server = Running(create_app(hostile))
    yield server.address
    server.stop()


@pytest.fixture
def page(driver: webdriver.Chrome, served: str) -> Iterator[MapPage]:
    opened = MapPage(driver, served)
    yield opened
    assert driver.execute_script(HACKED) == [None, 0]
    opened.check_quiet()


def test_rows_are_shown_as_data(page: MapPage) -> None:
    page.open("#row=0")
    for row, cell in enumerate(CELLS):
        page.driver.execute_script(f"location.hash = 'row={row}'")
        page.until(lambda row=row: page.all(f"#detail[data-row='{row}'][aria-busy='false']"), f"no details of {row}")
        shown = page.driver.execute_script("return document.querySelector('#detail').textContent")
        assert "column 7" in shown
        assert (cell or "")[:20].replace("\u0000", "") in shown.replace("\u0000", "")


def test_tables_legends_and_filters_show_it_as_data(page: MapPage) -> None:
    page.open()
    page.driver.execute_script("document.querySelector('#tab-filters').click()")
    page.until(lambda: page.find("#tab-content").text, "no filters")
    page.color_by("column:short")
    page.until(lambda: "window.hacked" in page.find("#legend").text, "no legend")
    page.find("#rows").click()
    page.until(lambda: page.all("#drawer [role=row]"), "no table")
    page.find("#as-cards").click()
    page.until(lambda: page.all("#cards .grid-card:not(.waits)"), "no cards")
    assert "window.hacked" in page.find("#drawer").text


@pytest.fixture(params=["file", "folder"])
def copied(request: pytest.FixtureRequest, hostile: Any, tmp_path: Path) -> Iterator[str]:
    """Where a copy of the map is: a file, or a folder on a plain web host."""
    if request.param == "file":
        write_html(Shown(hostile), tmp_path / "map.html", 64_000_000, overwrite=False)
        yield (tmp_path / "map.html").as_uri()
        return
    write_folder(Shown(hostile), tmp_path / "map", 64_000_000, overwrite=False)
    server = Running(Starlette(routes=[Mount("/", StaticFiles(directory=tmp_path / "map", html=True))]))
    yield server.address
    server.stop()


def test_a_saved_copy_shows_it_as_data(copied: str, driver: webdriver.Chrome) -> None:
    page = MapPage(driver, copied)
    page.open("#row=2")
    page.until(lambda: "svg onload" in page.find("#detail").text, "no details")
    assert SCRIPT in driver.title
    assert driver.execute_script(HACKED) == [None, 0]
    page.check_quiet()
    driver.get("about:blank")


ATTACK = """<!doctype html><title>another site</title><body><script>
const at = %s, tried = {};
const attempt = (name, options) => fetch(at + (options.path ?? "api/state"), {credentials: "include", ...options})
  .then((r) => r.type === "opaque" ? "opaque" : r.text(), () => "refused").then((seen) => tried[name] = seen);
const image = new Image(); image.onload = () => tried.image = "read"; image.onerror = () => tried.image = "refused";
image.src = at + "api/image?row=0";
const form = document.createElement("form"), frame = document.createElement("iframe");
Object.assign(form, {target: frame.name = "frame", action: at + "api/tags", method: "post", enctype: "text/plain"});
const field = form.appendChild(document.createElement("input"));
[field.name, field.value] = ['{"name": "stolen", "selection": {"type": "all", "of": []}, "as": "rows", "x": "', '"}'];
document.body.append(frame, form); form.submit();
const body = JSON.stringify({name: "stolen", selection: {type: "all", of: []}, as: "rows"});
Promise.all([
  attempt("read", {}), attempt("blind", {mode: "no-cors"}), attempt("pages", {path: "pages/index.json"}),
  attempt("post", {path: "api/tags", method: "POST", body, headers: {"Content-Type": "application/json"}}),
  attempt("simple", {path: "api/tags", method: "POST", body, mode: "no-cors"}),
  new Promise((done) => setTimeout(done, 400)),
]).then(() => { window.tried = tried; });
</script>"""


def test_another_port_of_this_machine_neither_reads_nor_changes_the_map(
    driver: webdriver.Chrome, dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = dataset.create_index(indexed_field="text", progress=False)
    tokens = Tokens()
    server = Running(create_app(made, tokens=tokens))
    page = MapPage(driver, server.address)
    # The browser has the cookie, as that of a user who looks at the map has.
    page.load(f"?token={tokens.link}")
    page.until(lambda: driver.execute_script("return document.querySelector('#map')?.dataset.state"), "no map")

    def attack(request: Request) -> Response:
        return HTMLResponse(ATTACK % json.dumps(server.address))

    other = Running(Starlette(routes=[Route("/", attack)]))
    driver.get(other.address)
    page.until(lambda: driver.execute_script("return window.tried ?? null"), "the attack did not end")
    tried = driver.execute_script("return window.tried")
    assert tried["read"] == tried["pages"] == tried["post"] == tried["image"] == "refused"
    assert len(made.tags.get_tags()) == 0
    driver.get("about:blank")
    driver.get_log("browser")
    other.stop()
    server.stop()
