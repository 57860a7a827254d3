from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_explorer.files import named_files
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.pages import write_pages
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout


def test_positions_come_back_exactly(large: tuple[Any, Any]) -> None:
    shown, pages = large
    np.testing.assert_array_equal(pages.positions, shown.layout.positions[pages.rows])
    assert len(pages.rows) == pages.index["points"] == 24_990
    assert pages.index["rows"] == 25_000


def test_the_index_says_how_points_are_cut(large: tuple[Any, Any]) -> None:
    _, pages = large
    levels, listed = pages.index["levels"], pages.index["pages"]
    assert [level["count"] for level in levels] == [20_000, 4_990]
    for level in levels:
        own = [page for page in listed if page["level"] == level["level"]]
        assert [page["page"] for page in own] == list(range(level["first_page"], level["first_page"] + level["pages"]))
        assert sum(page["count"] for page in own) == level["count"]
        assert own[0]["start"] == level["start"]


def test_boxes_are_exact(large: tuple[Any, Any]) -> None:
    _, pages = large
    positions = pages.positions
    for box, part in [(pages.index["bounds"], positions)] + [
        (page["box"], positions[page["start"] : page["start"] + page["count"]]) for page in pages.index["pages"]
    ]:
        np.testing.assert_array_equal(np.float32(box), [*part.min(axis=0), *part.max(axis=0)])


def test_the_view_shows_the_map_and_not_its_outliers(large: tuple[Any, Any]) -> None:
    _, pages = large
    x0, y0, x1, y1 = pages.index["view"]
    x, y = pages.positions.T
    assert 0.95 < np.mean((x > x0) & (x < x1) & (y > y0) & (y < y1)) < 1
    assert (x1 - x0) < 0.5 * (x.max() - x.min())


def test_columns_follow_page_order(large: tuple[Any, Any]) -> None:
    shown, pages = large
    table = shown.table.take(pages.rows)
    stars = pages.columns["stars"]
    np.testing.assert_array_equal(pages.array(stars["files"], stars["encoding"]), table["stars"].to_numpy())
    country = pages.columns["country"]
    names = [entry["value"] for entry in country["categories"]]
    read = [names[code] if code < 254 else None for code in pages.array(country["files"], country["encoding"])]
    assert read == table["country"].to_pylist()
    month = pages.columns["month"]
    assert (month["kind"], month["unit"], month["unread"]) == ("date", "month", 0)
    stamps = pages.array(month["files"], month["encoding"]).astype("datetime64[ms]").astype("datetime64[M]").astype(str)
    assert stamps.tolist() == table["month"].to_pylist()


def test_kinds_of_the_columns(large: tuple[Any, Any]) -> None:
    _, pages = large
    assert {name: column["kind"] for name, column in pages.columns.items()} == {
        "id": "id",
        "review": "text",
        "stars": "number",
        "price": "number",
        "country": "category",
        "brand": "category",
        "month": "date",
        "written": "date",
        "verified": "boolean",
        "zip": "text",
        "tags": "other",
    }
    assert all(column["colorable"] == ("files" in column) for column in pages.columns.values())
    assert [name for name, column in pages.columns.items() if column["searchable"]] == [
        "id",
        "review",
        "country",
        "brand",
        "month",
        "zip",
    ]


def test_the_same_map_gives_the_same_bytes(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    prints = []
    for name in ("one", "two"):
        localatlas_pages(synthetic_map(3_000), tmp_path / name, Context())
        folder = tmp_path / name / "explorer"
        prints.append(
            {f.relative_to(folder): hashlib.sha256(f.read_bytes()).digest() for f in folder.rglob("*") if f.is_file()}
        )
    assert prints[0] == prints[1]
    assert len(prints[0]) > 10


def test_a_changed_value_changes_the_fingerprint(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
    shown = synthetic_map(100)
    write_pages(shown, tmp_path / "one", Context())
    stars = pa.array([9, *shown.table["stars"].to_pylist()[1:]])
    shown.table = shown.table.set_column(shown.table.column_names.index("stars"), "stars", stars)
    write_pages(shown, tmp_path / "two", Context())
    assert read_pages(tmp_path / "one").index["fingerprint"] != read_pages(tmp_path / "two").index["fingerprint"]


def test_what_an_earlier_attempt_left_is_gone(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "columns").mkdir()
    (tmp_path / "columns" / "left.bin").write_bytes(b"x")
    write_pages(synthetic_map(10), tmp_path, Context())
    assert not (tmp_path / "columns" / "left.bin").exists()


def test_the_index_names_every_file_and_nothing_else(large: tuple[Any, Any]) -> None:
    _, pages = large
    written = {file.relative_to(pages.folder).as_posix() for file in pages.folder.rglob("*") if file.is_file()}
    assert written == named_files(pages.index, pages.columns.values())


def test_no_text_is_in_the_pages(large: tuple[Any, Any]) -> None:
    shown, pages = large
    text = shown.table["review"][100].as_py().encode()
    assert not any(text in file.read_bytes() for file in pages.folder.rglob("*") if file.is_file())


def test_one_row(synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path) -> None:
    write_pages(synthetic_map(1), tmp_path, Context())
    pages = read_pages(tmp_path)
    x0, y0, x1, y1 = pages.index["view"]
    assert pages.rows.tolist() == [0]
    assert x0 < x1
    assert y0 < y1
    assert pages.index["bounds"][0] == pages.index["bounds"][2]


def test_no_row_has_a_place(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
    shown = synthetic_map(5)
    shown.layout = Layout(np.full((5, 2), np.nan, np.float32))
    write_pages(shown, tmp_path, Context())
    pages = read_pages(tmp_path)
    assert (pages.index["rows"], pages.index["points"]) == (5, 0)
    assert pages.index["levels"] == pages.index["pages"] == []
    assert not pages.columns["stars"]["colorable"]


def test_without_topics_duplicates_or_text(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
    shown = synthetic_map(30)
    shown.topic_model = shown.duplicate_groups = shown.text_field = None
    write_pages(shown, tmp_path, Context())
    index = read_pages(tmp_path).index
    assert (index["topics"], index["duplicates"], index["text_field"]) == (None, None, None)


def test_progress_is_told_and_cancelling_leaves_no_index(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    told: list[float] = []
    write_pages(synthetic_map(30), tmp_path, Context(report=lambda fraction, _: told.append(fraction)))
    assert told == sorted(told)
    assert told[-1] == 1.0

    def cancel(fraction: float, _: str) -> None:
        if fraction > 0.5:
            raise BuildCancelled

    with pytest.raises(BuildCancelled):
        write_pages(synthetic_map(30), tmp_path, Context(report=cancel))
    assert not (tmp_path / "index.json").exists()
