from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from localatlas import AtlasDataset
from pyarrow import csv, feather, parquet

Localatlas = Callable[..., Any]


@pytest.fixture
def mapped(dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtlasDataset:
    monkeypatch.chdir(tmp_path)
    dataset.create_index(name="first", indexed_field="text", progress=False)
    return dataset


@pytest.mark.parametrize(
    ("name", "reader"), [("a.parquet", parquet.read_table), ("a.csv", csv.read_csv), ("a.arrow", feather.read_table)]
)
def test_a_map_is_written_and_can_be_read(
    localatlas: Localatlas, mapped: AtlasDataset, name: str, reader: Callable[[str], Any]
) -> None:
    done = localatlas("export", "sample", name)
    assert (done.status, done.err, done.out) == (0, "", f"Wrote {name} ({Path(name).stat().st_size / 1e3:,.1f} kB).\n")
    table = reader(name)
    assert table["id"].to_pylist() == [f"r{row}" for row in range(7)]
    assert {"id", "text", "n", "x", "y", "topic_depth_1"} <= {*table.column_names}


def test_some_rows_and_columns_are_written(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    where = '{"type": "text", "query": "boat"}'
    done = localatlas("export", "sample", "a.csv", "--where", where, "--columns", "n, id", "--json")
    assert json.loads(done.out) == {"file": "a.csv", "bytes": Path("a.csv").stat().st_size}
    assert csv.read_csv("a.csv").to_pydict() == {"n": [3, 4, 5], "id": ["r3", "r4", "r5"]}


def test_a_file_that_is_there_is_replaced_only_when_asked(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    Path("a.csv").write_text("mine")
    done = localatlas("export", "sample", "a.csv")
    assert (done.status, "--overwrite replaces it" in done.err, Path("a.csv").read_text()) == (1, True, "mine")
    assert localatlas("export", "sample", "a.csv", "--overwrite").status == 0
    assert Path("a.csv").read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope", "a.csv"], "there is no dataset 'local/nope'"),
        (["sample", "a.xlsx"], "'.xlsx' are not written"),
        (["sample", "a.csv", "--columns", "nope"], "'nope'"),
        (["sample", "a.csv", "--where", "{}"], "selection"),
        (["sample", "a.csv", "--map", "nope"], "has no map for name 'nope'"),
    ],
)
def test_what_cannot_be_is_refused_and_no_file_written(
    localatlas: Localatlas, mapped: AtlasDataset, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = localatlas("export", *arguments)
    assert (done.status, done.out, list(tmp_path.iterdir())) == (1, "", [])
    assert words in " ".join(done.err.split())
