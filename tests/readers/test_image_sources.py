"""Images of a folder, of a column and of a file of paths."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from localatlas import AtlasDataset, read
from localatlas.errors import InvalidDataError
from PIL import Image
from pyarrow import parquet


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photos(folder: Path) -> Path:
    for place in ("b.png", "a.JPG", "cats/c.webp", "cats/small/d.gif", ".hidden/e.png", "cats/.f.png"):
        (folder / "photos" / place).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 3), "red").save(folder / "photos" / place)
    (folder / "photos" / "readme.txt").write_text("x")
    return folder / "photos"


def test_a_folder_of_images_is_read(photos: Path) -> None:
    rows = read("photos")
    assert rows.table.to_pylist() == [
        {"file": "a.JPG", "folder": ""},
        {"file": "b.png", "folder": ""},
        {"file": "c.webp", "folder": "cats"},
        {"file": "d.gif", "folder": "cats/small"},
    ]
    assert [Path(blob).name for blob in rows.blobs] == ["a.JPG", "b.png", "c.webp", "d.gif"]


def test_images_are_added(photos: Path, components: str) -> None:
    made = AtlasDataset("photos")
    made.add_data(**read(photos))
    assert (made.total_datums, made.modality, made.dataset_fields) == (4, "image", ["file", "folder"])


def test_paths_of_images_start_from_their_file(photos: Path) -> None:
    Path("photos/list.csv").write_text(f"path,title\ncats/c.webp,cat\n{photos / 'b.png'},b\nhttp://x/y.png,web\n")
    rows = read("photos/list.csv", images="path")
    assert rows.table.column_names == ["path", "title"]
    assert rows.blobs == ["photos/cats/c.webp", str(photos / "b.png"), "http://x/y.png"]


def test_bytes_of_images_leave_the_table(photos: Path) -> None:
    content = (photos / "b.png").read_bytes()
    parquet.write_table(pa.table({"image": [content], "n": [1]}), "a.parquet")
    rows = read("a.parquet", images="image")
    assert (rows.table.column_names, rows.blobs) == (["n"], [content])
    structs = pa.table({"image": [{"bytes": content, "path": "b.png"}, {"bytes": None, "path": "c.png"}]})
    assert read(structs, images="image").blobs == [content, "c.png"]


def test_a_row_without_an_image_is_named(folder: Path) -> None:
    with pytest.raises(InvalidDataError, match="row 1 .* has no image"):
        read(pa.table({"image": ["a.png", None]}), images="image")


def test_a_folder_of_images_and_rows_must_be_clear(photos: Path) -> None:
    (photos / "rows.csv").write_text("a\n1\n")
    with pytest.raises(InvalidDataError, match=r"holds images and files of rows \('rows.csv'\)"):
        read(photos)
