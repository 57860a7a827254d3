from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, projectors
from localatlas.home import Home
from localatlas.protocols import Context, Index, Layout
from pyarrow import feather, parquet
from reference import Principal

Localatlas = Callable[..., Any]
ROWS = [{"id": f"k{row}", "text": f"word{row} word{row % 3}", "n": row} for row in range(6)]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "My Rows.json"
    path.write_text(json.dumps(ROWS))
    return path


class Failing(Principal):
    def project(self, index: Index, context: Context) -> Layout:
        raise ZeroDivisionError("no luck")


def test_a_file_becomes_a_map_under_its_own_name(localatlas: Localatlas, components: str, rows: Path) -> None:
    done = localatlas("map", str(rows), "--text", "text")
    assert (done.status, done.err) == (0, "")
    made = AtlasDataset.load("My Rows")
    assert made.total_datums == 6
    assert made.maps[0].topics.depth == 2
    for words in ("rows embedded", "map saved", "topics, ", "duplicates of", "6 of 6 rows"):
        assert words in done.out
    assert done.out.endswith("localatlas open my-rows\n")
    assert max(len(line.rstrip()) for line in done.out.splitlines()) <= 80


def test_every_option_reaches_the_build(localatlas: Localatlas, components: str, rows: Path) -> None:
    options = ["--name", "named", "--id", "id", "--projection", "umap", "--model", "use-multilingual-v3"]
    done = localatlas("map", str(rows), "--text", "text", *options, "--no-topics", "--no-duplicates", "--seed", "9")
    assert done.status == 0
    made = AtlasDataset.load("named")
    plan = made.maps[0].record[0].plan
    assert (made.id_field, plan.seed, plan.topic_model, plan.duplicate_detector) == ("id", 9, None, None)
    assert "topics" not in done.out.replace("topics   ", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text", "txt"], "did you mean 'text'?"),
        (["--text", "n"], "of type int64; it must hold text"),
        (["--text", "text", "--projection", "umpa"], "did you mean 'umap'?"),
        (["--text", "text", "--id", "key"], "'key'"),
        (["--text", "text", "--name", "!!!"], "cannot name a dataset"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    localatlas: Localatlas, components: str, rows: Path, arguments: list[str], words: str
) -> None:
    done = localatlas("map", str(rows), *arguments)
    assert done.status == 1
    assert done.err.startswith("Error: ")
    assert words in done.err.replace("\n", " ")
    assert Home().records() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{rows}"], "say what to map: --text COLUMN, --vectors or --images. The columns are: id, text, n."),
        (["{rows}", "--text", "text", "--x", "n"], "--x and --y go together"),
        (["{rows}", "--text", "text", "--x", "n", "--y", "n"], "--x and --y are two columns, not 'n' twice"),
        (["{rows}", "--text", "text", "--no-topics", "--label-field", "text"], "--no-topics leaves them out"),
        (["{rows}", "--text", "text", "--duplicates", "0.1", "--no-duplicates"], "exclude each other"),
        (["{rows}", "{rows}", "--text", "text"], "give it a name with --name"),
        (["{folder}/*.json", "--text", "text"], "give it a name with --name"),
        (["-", "--text", "text"], "give them one with --name"),
        (["{rows}", "--text", "text", "--limit", "0"], "0 is not in the range"),
        (["{rows}", "--text", "text", "--seed", "x"], "'x' is not a valid integer"),
    ],
)
def test_a_wrong_call_is_a_usage_error(
    localatlas: Localatlas, components: str, rows: Path, arguments: list[str], words: str
) -> None:
    done = localatlas("map", *(each.format(rows=rows, folder=rows.parent) for each in arguments))
    assert done.status == 2
    assert words in done.err.replace("\n", " ")
    assert Home().records() == []


def test_a_file_of_an_unknown_kind_is_refused(localatlas: Localatlas, components: str, tmp_path: Path) -> None:
    (tmp_path / "rows.xlsx").write_text("x")
    done = localatlas("map", str(tmp_path / "rows.xlsx"), "--text", "text")
    assert done.status == 1
    assert "'.xlsx' are not known" in done.err


def test_a_run_that_failed_goes_on_with_the_rows_that_are_there(
    localatlas: Localatlas, components: str, rows: Path
) -> None:
    projectors.register("flaky", Failing)
    failed = localatlas("map", str(rows), "--text", "text", "--projection", "flaky")
    assert failed.status == 1
    told = failed.err.replace("\n", " ")
    assert "failed: ZeroDivisionError: no luck" in told
    assert "Note: the rows are safe in the dataset local/my-rows" in told
    projectors.register("flaky", Principal)
    done = localatlas("map", str(rows), "--text", "text", "--projection", "flaky")
    assert (done.status, done.err) == (0, "")
    assert "kept from before" in done.out
    made = AtlasDataset.load("my rows")
    assert (made.total_datums, len(made.maps)) == (6, 1)


def test_other_rows_under_the_same_name_are_refused(localatlas: Localatlas, components: str, rows: Path) -> None:
    localatlas("map", str(rows), "--text", "text")
    rows.write_text(json.dumps([*ROWS, {"id": "new", "text": "x", "n": 9}]))
    done = localatlas("map", str(rows), "--text", "text")
    assert done.status == 1
    assert "has 6 rows already, and they are not the rows given here" in " ".join(done.err.split())
    assert AtlasDataset.load("my rows").total_datums == 6


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"text": ["a", "b"], "empty": pa.nulls(2)}),
        pa.table({"text": ["a", "b"], "score": [float("nan"), 1.0]}),
        pa.table({"text": ["a", "b"], "score": pa.array([[float("nan")], None])}),
        pa.table({"text": ["a", "b"], "kind": pa.array(["u", "v"]).dictionary_encode()}),
        pa.table({"text": pa.array(["a", "b"], pa.large_string())}),
        pa.table({"text": pa.array(["a", "b"], pa.string_view())}),
        pa.table({"text": pa.chunked_array([["a"], ["b"]])}),
    ],
    ids=["nulls", "nan", "nan in a list", "categories", "large text", "views", "chunks"],
)
@pytest.mark.parametrize("ending", [".arrow", ".parquet"])
@pytest.mark.filterwarnings("ignore:the columns 'empty' hold nothing")
def test_a_run_goes_on_whatever_the_columns_are(
    localatlas: Localatlas, components: str, tmp_path: Path, table: pa.Table, ending: str
) -> None:
    path = tmp_path / f"rows{ending}"
    writer = feather.write_feather if ending == ".arrow" else parquet.write_table
    writer(table, path)
    projectors.register("flaky", Failing)
    assert localatlas("map", str(path), "--text", "text", "--projection", "flaky").status == 1
    projectors.register("flaky", Principal)
    done = localatlas("map", str(path), "--text", "text", "--projection", "flaky")
    assert (done.status, done.err) == (0, "")


def test_a_frame_of_pandas_is_mapped_from_parquet(localatlas: Localatlas, components: str, tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS).assign(kind=pd.Categorical(["u", "v"] * 3))
    frame.to_parquet(tmp_path / "frame.parquet")
    assert localatlas("map", str(tmp_path / "frame.parquet"), "--text", "text", "--id", "id").status == 0
    assert AtlasDataset.load("frame").maps[0].data.df["kind"].tolist() == ["u", "v"] * 3
