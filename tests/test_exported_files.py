from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from localatlas import AtlasDataset
from localatlas.errors import AtlasValueError, StorageError
from localatlas.export_formats import FORMATS
from localatlas.indices import AtlasProjection


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    """The map of the seven sample rows; the last has no place."""
    return dataset.create_index(indexed_field="text", progress=False)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_users_folder_may_be_meant(made: AtlasProjection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert made.export("~/map.csv") == tmp_path / "map.csv"


@pytest.mark.parametrize("length", [255, 256])
def test_a_name_is_as_long_as_the_disk_takes_it(made: AtlasProjection, tmp_path: Path, length: int) -> None:
    path = tmp_path / f"{'a' * (length - 4)}.csv"
    if length == 255:
        assert made.export(path) == path
        return
    with pytest.raises(StorageError, match="cannot be written: .*too long"):
        made.export(path)


def test_a_file_that_is_there_is_kept_unless_told_otherwise(made: AtlasProjection, tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("mine")
    with pytest.raises(AtlasValueError, match=r"map.csv is there already; overwrite=True replaces it"):
        made.export(path)
    assert path.read_text() == "mine"
    made.export(path, overwrite=True)
    assert len(lines(path)) == 7
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(AtlasValueError, match="is a folder"):
        made.export(tmp_path / "folder.csv", overwrite=True)


def test_a_file_is_there_whole_or_not_at_all(
    made: AtlasProjection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FORMATS[".csv"], "write", full)
    with pytest.raises(StorageError, match=r"map.csv cannot be written: .*No space left"):
        made.export(tmp_path / "map.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appeared_meanwhile_is_kept(
    made: AtlasProjection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "map.csv"
    write = FORMATS[".csv"].write

    def slowly(*arguments: Any) -> None:
        path.write_text("theirs")
        write(*arguments)

    monkeypatch.setattr(FORMATS[".csv"], "write", slowly)
    with pytest.raises(AtlasValueError, match="is there already"):
        made.export(path)
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]
