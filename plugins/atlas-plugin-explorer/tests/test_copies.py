"""What goes into copies of the page; tests/browser/test_copies.py opens them."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer import copies
from atlas_plugin_explorer.copies import write_folder, write_html
from atlas_plugin_explorer.copy_rows import LONGEST_CELL, cell_bytes
from atlas_plugin_explorer.shown import Shown
from localatlas.errors import AtlasValueError, NotReadyError

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="atlas-worker" content="static/worker-1.js" />
    <title>localatlas</title>
    <link rel="stylesheet" href="static/main-1.css" />
    <script type="module" src="static/offline-1.js"></script>
    <script type="module" src="static/main-1.js"></script>
  </head>
  <body><div id="app"></div></body>
</html>
"""


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the bundled front end, which the browser tests use as it is."""
    folder = tmp_path_factory.mktemp("static")
    for name, content in {
        "copy.html": PAGE,
        "main-1.css": "body{}",
        "offline-1.js": "let a='</script><script>alert(1)</script>'",
        "main-1.js": "let a=2",
        "worker-1.js": "draw()",
        "old-main.js": "of an earlier build",
        "LICENSES.txt": "preact --> MIT",
    }.items():
        (folder / name).write_text(content)
    return folder


def elements(page: str) -> dict[str, bytes]:
    """Return the files in a page."""
    found = re.findall(r'<script type="application/gzip" id="([^"]*)">([^<]*)</script>', page)
    return {html.unescape(name): gzip.decompress(base64.b64decode(text)) for name, text in found}


def test_a_file_holds_the_pages_and_the_rows(shown: Any, static: Path, tmp_path: Path) -> None:
    write_html(Shown(shown), tmp_path / "a.html", 64_000_000, overwrite=False, static=static)
    files = elements((tmp_path / "a.html").read_text())
    assert list(files)[:3] == ["about.json", "pages/index.json", "pages/columns.json"]
    for name in ("index.json", "geometry/0.bin", "topics/1/0.bin", "topics.json"):
        assert files[f"pages/{name}"] == (shown.pages / "explorer" / name).read_bytes()
    blocks = [json.loads(files[f"rows/{number}"]) for number in range(2)]
    assert "rows/2" not in files
    assert [row for block in blocks for row in block["ids"]] == shown.table["id"].to_pylist()
    place = shown.table.column_names.index("review")
    assert all(block["columns"][place] is None for block in blocks)
    written = [text for number in range(2) for text in json.loads(files[f"texts/{place}/{number}"])]
    assert written == [text and text[:LONGEST_CELL] for text in shown.table["review"].to_pylist()]
    cut = {int(at): length for at, length in blocks[0]["cut"][str(place)].items()}
    assert set(cut.values()) == {100_000}
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_a_copy_says_how_far_it_is(shown: Any, static: Path, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []

    def report(fraction: float, message: str) -> None:
        told.append((fraction, message))

    write_html(Shown(shown), tmp_path / "a.html", 64_000_000, overwrite=False, progress=report, static=static)
    fractions = [fraction for fraction, _ in told]
    rows = len(shown.alive)
    assert fractions == sorted(fractions)
    assert (fractions[0], told[-1]) == (0.0, (1.0, f"{rows:,} of {rows:,} rows"))


def test_the_same_map_gives_the_same_file(shown: Any, static: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_html(Shown(shown), tmp_path / name, 64_000_000, overwrite=False, static=static)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_file_allows_no_script_but_its_own_and_no_request(shown: Any, static: Path, tmp_path: Path) -> None:
    write_html(Shown(shown), tmp_path / "a.html", 0, overwrite=False, static=static)
    page = (tmp_path / "a.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "connect-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    (script,) = re.findall(r'<script type="module" async>(.*?)</script>', page, re.DOTALL)
    assert script.endswith("let a=2")
    assert '<script type="text/plain" id="worker">draw()</script>' in page
    assert copies_digest(script) in policy[1]
    assert "static/" not in page
    assert page.count("-->") == page.count("<!--") == 1


def copies_digest(script: str) -> str:
    from atlas_plugin_explorer.copy_files import digest

    return digest(script)


def test_columns_are_left_out_beyond_a_size_the_mapped_one_last(shown: Any, static: Path, tmp_path: Path) -> None:
    sizes = cell_bytes(shown, shown.table.column_names)
    write_html(Shown(shown), tmp_path / "a.html", sizes["review"], overwrite=False, static=static)
    files = elements((tmp_path / "a.html").read_text())
    assert [column["name"] for column in json.loads(files["pages/columns.json"])["columns"]] == ["review"]
    assert "stars" in json.loads(files["about.json"])["state"]["note"]
    assert not any(name.startswith("pages/columns/") for name in files)


def test_a_mapped_column_that_is_too_much_is_cut_and_leaves_no_other_out(
    shown: Any, static: Path, tmp_path: Path
) -> None:
    least = cell_bytes(shown, ["review"], 30)["review"] + cell_bytes(shown, ["stars"])["stars"]
    write_html(Shown(shown), tmp_path / "a.html", least, overwrite=False, static=static)
    files = elements((tmp_path / "a.html").read_text())
    carried = [column["name"] for column in json.loads(files["pages/columns.json"])["columns"]]
    assert {"review", "stars"} <= set(carried)
    about = json.loads(files["about.json"])
    assert about["longest_cell"] == 30
    assert "Texts are cut after 30 characters" in about["state"]["note"]
    block = json.loads(files["rows/0"])
    place, texts = carried.index("review"), shown.table["review"].to_pylist()[:1_024]
    assert json.loads(files[f"texts/{place}/0"]) == [text and text[:30] for text in texts]
    assert block["cut"][str(place)] == {str(at): len(text) for at, text in enumerate(texts) if len(text or "") > 30}


def test_a_folder_has_every_column_and_searches_what_it_may(shown: Any, static: Path, tmp_path: Path) -> None:
    folder = tmp_path / "map"
    write_folder(Shown(shown), folder, 1_000, overwrite=False, static=static)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"index.html", "static/main-1.js", "static/LICENSES.txt", "data/rows/1.bin"} <= files
    assert "static/old-main.js" not in files
    columns = json.loads(gzip.decompress((folder / "data/pages/columns.json.bin").read_bytes()))["columns"]
    assert [column["name"] for column in columns] == shown.table.column_names
    assert not any(column["searchable"] for column in columns)
    note = json.loads(gzip.decompress((folder / "data/about.json.bin").read_bytes()))["state"]["note"]
    assert "Too much text to be searched here: " in note


def test_a_map_of_too_many_rows_goes_into_a_folder(
    shown: Any, static: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "MOST_ROWS", 1_999)
    with pytest.raises(AtlasValueError, match=r"2,000 rows, and one HTML file takes 1,999 at most.*to_folder"):
        write_html(Shown(shown), tmp_path / "a.html", 0, overwrite=False, static=static)
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_a_copy_is_replaced(shown: Any, static: Path, tmp_path: Path) -> None:
    map_of = Shown(shown)
    folder = tmp_path / "map"
    write_folder(map_of, folder, 0, overwrite=False, static=static)
    with pytest.raises(AtlasValueError, match="is there already; overwrite=True"):
        write_folder(map_of, folder, 0, overwrite=False, static=static)
    write_folder(map_of, folder, 0, overwrite=True, static=static)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(AtlasValueError, match="something else than a copy"):
        write_folder(map_of, mine, 0, overwrite=True, static=static)
    with pytest.raises(AtlasValueError, match="is no folder; make it first"):
        write_html(map_of, tmp_path / "none" / "a.html", 0, overwrite=False, static=static)
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert {path.name for path in tmp_path.iterdir()} == {"map", "mine"}


def test_without_a_bundle_nothing_is_written(shown: Any, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="not bundled"):
        write_html(Shown(shown), tmp_path / "a.html", 0, overwrite=False, static=tmp_path)
