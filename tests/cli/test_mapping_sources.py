"""What `localatlas map` takes, and that it leaves all rows or none."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, hooks, projectors
from localatlas.cli import loading
from localatlas.cli.comparing import holds
from localatlas.home import Home
from localatlas.hookspecs import hookimpl
from localatlas.naming import dataset_key
from localatlas.readers import open_source
from PIL import Image
from pyarrow import parquet

Localatlas = Callable[..., Any]
ROWS = [{"id": f"k{row}", "text": f"word{row} word{row % 3}", "n": row} for row in range(6)]
TABLE = pa.Table.from_pylist(ROWS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, components: str) -> Path:
    monkeypatch.chdir(tmp_path)
    parquet.write_table(TABLE, "rows.parquet", row_group_size=2)
    np.save("v.npy", np.random.default_rng(0).normal(size=(6, 4)))
    return tmp_path


class Pipe(io.TextIOWrapper):
    """A standard input that is a pipe."""

    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()))


def plan(name: str) -> Any:
    return AtlasDataset.load(name).maps[0].record[0].plan


def test_several_files_become_one_dataset(localatlas: Localatlas, folder: Path) -> None:
    parquet.write_table(TABLE.slice(0, 3), "1.parquet")
    parquet.write_table(TABLE.slice(3), "2.parquet")
    for number, sources in enumerate([["[12].parquet"], ["1.parquet", "2.parquet"]]):
        done = localatlas("map", *sources, "--text", "text", "--name", f"n{number}")
        assert (done.status, done.err) == (0, "")
        assert AtlasDataset.load(f"n{number}").maps[0].data.df["id"].tolist() == [row["id"] for row in ROWS]


def test_rows_come_through_a_pipe(localatlas: Localatlas, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Pipe("".join(json.dumps(row) + "\n" for row in ROWS)))
    assert localatlas("map", "-", "--text", "text", "--name", "piped").status == 0
    assert AtlasDataset.load("piped").total_datums == 6


def test_a_terminal_is_no_pipe(localatlas: Localatlas, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Pipe("")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", terminal)
    done = localatlas("map", "-", "--text", "text", "--name", "piped")
    assert (done.status, "nothing is piped in" in done.err) == (2, True)


def test_vectors_are_mapped_alone(localatlas: Localatlas, folder: Path) -> None:
    done = localatlas("map", "v.npy", "--no-topics")
    assert (done.status, done.err) == (0, "")
    assert plan("v").modality == "embedding"
    assert AtlasDataset.load("v").total_datums == 6


@pytest.mark.parametrize("form", ["file", "column"])
def test_vectors_beside_rows_are_mapped(localatlas: Localatlas, folder: Path, form: str) -> None:
    parquet.write_table(TABLE.append_column("v", pa.array(np.load("v.npy").tolist())), "both.parquet")
    source, vectors = ("rows.parquet", "v.npy") if form == "file" else ("both.parquet", "v")
    done = localatlas("map", source, "--vectors", vectors, "--label-field", "text", "--name", "both")
    assert (done.status, done.err) == (0, "")
    made = AtlasDataset.load("both")
    assert (plan("both").modality, plan("both").label_field, made.dataset_fields) == (
        "embedding",
        "text",
        ["id", "text", "n"],
    )
    given = np.load("v.npy").astype(np.float32)
    assert np.allclose(made.maps[0].embeddings.latent, given)
    # The same command finds the same rows, vectors and all.
    assert localatlas("map", source, "--vectors", vectors, "--label-field", "text", "--name", "both").status == 0
    assert (made.total_datums, len(made.maps)) == (6, 2)


def test_other_vectors_are_other_rows(localatlas: Localatlas, folder: Path) -> None:
    localatlas("map", "rows.parquet", "--vectors", "v.npy", "--no-topics")
    np.save("v.npy", np.load("v.npy") + 1)
    done = localatlas("map", "rows.parquet", "--vectors", "v.npy", "--no-topics")
    assert (done.status, "they are not the rows given here" in " ".join(done.err.split())) == (1, True)


def test_images_of_a_folder_and_of_a_column_are_held_and_compared(folder: Path, localatlas: Localatlas) -> None:
    (folder / "photos").mkdir()
    for number in range(3):
        Image.new("RGB", (4, 4), (number * 80, 0, 0)).save(folder / "photos" / f"{number}.png")
    reading = open_source("photos")
    made = loading.dataset_of(reading, "photos", None, quiet())
    store = Home().find(dataset_key("photos"))[1]  # type: ignore[index]
    assert (made.modality, made.total_datums, holds(store, reading)) == ("image", 3, True)
    Image.new("RGB", (4, 4), "blue").save(folder / "photos" / "1.png")
    assert not holds(store, open_source("photos"))


def quiet() -> Any:
    from rich.console import Console

    return Console(quiet=True)


def test_limits_and_types_reach_the_reader(localatlas: Localatlas, folder: Path) -> None:
    (folder / "a.csv").write_text("code;text\n1;a b\n2;b c\n3;c d\n")
    options = ["--delimiter", ";", "--type", "code=string", "--limit", "2", "--id", "code"]
    assert localatlas("map", "a.csv", "--text", "text", *options).status == 0
    made = AtlasDataset.load("a")
    assert made.get_data(["1", "2"]) == [{"code": "1", "text": "a b"}, {"code": "2", "text": "b c"}]
    assert made.total_datums == 2


def test_duplicates_take_a_cutoff(localatlas: Localatlas, folder: Path) -> None:
    assert localatlas("map", "rows.parquet", "--text", "text", "--duplicates", "0.03").status == 0
    assert plan("rows").duplicate_detector.options["duplicate_cutoff"] == 0.03


def test_json_is_the_map_and_nothing_else(localatlas: Localatlas, folder: Path) -> None:
    done = localatlas("map", "rows.parquet", "--text", "text", "--json")
    told = json.loads(done.out)
    assert told["id"] == AtlasDataset.load("rows").maps[0].id
    assert (told["name"], told["rows"], done.err) == ("rows", 6, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rows.parquet", "--text", "text", "--vectors", "nope"], "vectors='nope': there is no such column"),
        (["rows.parquet", "--text", "text", "--images", "n"], "images='n': the column is of type int64"),
        (["rows.parquet", "--text", "text", "--type", "n=string"], "are for CSV and TSV files"),
        (["rows.parquet", "--text", "text", "--label-field", "nope"], "topic_label_field='nope'"),
        (["rows.parquet", "--text", "text", "--duplicates", "9"], "duplicate_cutoff"),
        (["none.csv", "--text", "text"], "there is no file none.csv"),
        (["empty", "--text", "text"], "the folder empty holds no images"),
        (["s3://bucket/a.csv", "--text", "text", "--name", "a"], "no installed plugin reads this address"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    localatlas: Localatlas, folder: Path, arguments: list[str], words: str
) -> None:
    (folder / "empty").mkdir()
    done = localatlas("map", *arguments)
    assert done.status == 1
    assert words in " ".join(done.err.split())
    assert Home().records() == []


def test_a_plugins_source_is_mapped(localatlas: Localatlas, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "GROUP", "localatlas.sample_hooks")
    hooks.manager.cache_clear()

    class Notes:
        @hookimpl
        def localatlas_read(self, source: object) -> object:
            return ROWS if str(source).startswith("notes://") else None

    hooks.register(Notes())
    assert localatlas("map", "notes://book", "--text", "text", "--name", "notes").status == 0
    hooks.manager.cache_clear()
    assert AtlasDataset.load("notes").total_datums == 6


def test_places_of_the_users_need_their_projector(
    localatlas: Localatlas, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [name for name in projectors.names() if name != "positions"]
    monkeypatch.setattr(type(projectors), "names", lambda _: known)
    done = localatlas("map", "rows.parquet", "--text", "text", "--x", "n", "--y", "m")
    assert (done.status, Home().records()) == (1, [])
    assert "pip install atlas-plugin-positions" in " ".join(done.err.split())


@pytest.mark.plugins
def test_places_of_the_users_are_kept(localatlas: Localatlas, folder: Path) -> None:
    parquet.write_table(TABLE.append_column("m", [[0.5, 1, 2, 3, 4, 9]]), "placed.parquet")
    done = localatlas("map", "placed.parquet", "--text", "text", "--x", "n", "--y", "m")
    assert (done.status, done.err) == (0, "")
    places = AtlasDataset.load("placed").maps[0].embeddings.projected[["x", "y"]]
    assert places.to_numpy().tolist() == [[0, 0.5], [1, 1], [2, 2], [3, 3], [4, 4], [5, 9]]
