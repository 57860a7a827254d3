from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_explorer import column_pages
from atlas_plugin_explorer.pages import write_pages
from localatlas.protocols import Context, Map


@pytest.fixture(scope="module")
def written(
    large_map: Callable[[int], Any], read_pages: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Any]:
    """A map of three blocks of rows, with its pages."""
    made, folder = large_map(140_000), tmp_path_factory.mktemp("pages")
    write_pages(made, folder, Context())
    return made, read_pages(folder)


def test_blocks_of_rows_become_columns_in_page_order(written: tuple[Any, Any]) -> None:
    made, pages = written
    assert isinstance(made, Map)
    table = made.columns().take(pages.rows)
    for name in ("stars", "price"):
        column = pages.columns[name]
        values = table[name].to_numpy().astype(np.float32)
        np.testing.assert_array_equal(pages.array(column["files"], column["encoding"]), values)
    country = pages.columns["country"]
    names = [entry["value"] for entry in country["categories"]]
    codes = pages.array(country["files"], country["encoding"])
    assert [names[code] for code in codes[:1_000]] == table["country"][:1_000].to_pylist()
    assert {name: column["kind"] for name, column in pages.columns.items()} == {
        "text": "text",
        "stars": "number",
        "price": "number",
        "country": "category",
        "month": "date",
        "written": "date",
        "verified": "boolean",
    }


def test_columns_read_one_by_one_or_together_give_the_same_bytes(
    written: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, pages = written
    monkeypatch.setattr(column_pages, "NUMBERS_AT_ONCE", 1)
    write_pages(made, tmp_path, Context())
    assert (tmp_path / "index.json").read_bytes() == (pages.folder / "index.json").read_bytes()


def test_no_column_is_ever_read_whole(large_map: Callable[[int], Any], tmp_path: Path) -> None:
    made = large_map(1_000)
    made.columns = None
    write_pages(made, tmp_path, Context())
    assert (tmp_path / "index.json").is_file()
