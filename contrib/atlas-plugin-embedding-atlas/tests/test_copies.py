"""A map for the viewer as files: a table for its own command, and a page that any web server can serve."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from atlas_plugin_embedding_atlas import write_viewer
from localatlas.cli import main
from localatlas.errors import InvalidOptionError


def test_the_table_is_what_the_viewers_own_command_takes(
    atlas_map: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "map.parquet"
    assert main(["embedding-atlas", "viewed", "--export", str(file), "--neighbors", "3"]) == 0
    said = capsys.readouterr().out
    assert f"Wrote {file}: 299 rows." in said
    assert f"embedding-atlas {file} --x map_x --y y --text text --neighbors neighbors" in said
    table = pq.read_table(file)
    assert table.num_rows == 299
    near = table["neighbors"][0].as_py()
    assert (len(near["ids"]), len(near["distances"])) == (3, 3)


def test_a_folder_holds_the_page_with_the_data(atlas_map: Any, tmp_path: Path) -> None:
    folder = write_viewer(atlas_map, tmp_path / "site")
    assert (folder / "index.html").is_file()
    told = json.loads((folder / "data" / "metadata.json").read_text(encoding="utf-8"))
    assert told["isStatic"]
    assert told["database"] == {"type": "wasm", "load": True}
    assert pq.read_table(folder / "data" / "dataset.parquet").num_rows == 299
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_an_archive_holds_the_same(atlas_map: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(write_viewer(atlas_map, tmp_path / "site.zip", neighbors=0)) as archive:
        assert {"index.html", "data/metadata.json", "data/dataset.parquet"} <= set(archive.namelist())


def test_what_is_there_stays(atlas_map: Any, tmp_path: Path) -> None:
    (tmp_path / "map.parquet").write_bytes(b"mine")
    (tmp_path / "site").mkdir()
    with pytest.raises(InvalidOptionError, match="is there already; overwrite=True replaces it"):
        write_viewer(atlas_map, tmp_path / "map.parquet")
    with pytest.raises(InvalidOptionError, match="is a folder that is there already"):
        write_viewer(atlas_map, tmp_path / "site", overwrite=True)
    with pytest.raises(InvalidOptionError, match="which is no folder; make it first"):
        write_viewer(atlas_map, tmp_path / "nowhere" / "map.parquet")
    assert (tmp_path / "map.parquet").read_bytes() == b"mine"
    write_viewer(atlas_map, tmp_path / "map.parquet", overwrite=True, neighbors=0)
    assert pq.read_table(tmp_path / "map.parquet").num_rows == 299


def test_a_map_without_topics_or_text_is_shown_too(home: Path, tmp_path: Path) -> None:
    from localatlas import AtlasDataset
    from localatlas.testing.example import clusters

    dataset = AtlasDataset("bare")
    dataset.add_data([{"px": float(row), "py": 0.0} for row in range(60)], embeddings=clusters(60))
    bare = dataset.create_index(projection={"model": "positions", "x": "px", "y": "py"}, topic_model=False)
    folder = write_viewer(bare, tmp_path / "site")
    props = json.loads((folder / "data" / "metadata.json").read_text(encoding="utf-8"))["props"]
    assert "text" not in props["data"]
    assert "embeddingViewLabels" not in props
