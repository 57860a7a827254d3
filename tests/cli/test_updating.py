from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.readers import parts

Localatlas = Callable[..., Any]
# The reference projector cannot place new rows; warnings are raised here, and notes on a screen.
pytestmark = [
    pytest.mark.filterwarnings("ignore:projector .* cannot place new rows"),
    pytest.mark.filterwarnings("ignore:.* rows were left out"),
]


@pytest.fixture
def mapped(dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtlasDataset:
    monkeypatch.chdir(tmp_path)
    dataset.create_index(indexed_field="text", progress=False)
    write("more.jsonl", [f"new{row}" for row in range(3)])
    return dataset


def write(name: str, ids: list[str]) -> None:
    Path(name).write_text("".join(json.dumps({"id": id_, "text": f"red apple {id_}", "n": 5}) + "\n" for id_ in ids))


def test_rows_are_added_and_the_map_shows_them(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("update", "sample", "more.jsonl")
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("sample has 10 rows; 1 map is up to date.\n")
    (now,) = AtlasDataset.load("sample").maps
    assert now.data.df["id"].tolist()[-3:] == ["new0", "new1", "new2"]
    assert max(len(line.rstrip()) for line in done.out.splitlines()) <= 80


def test_without_a_file_the_maps_take_in_what_was_added_otherwise(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    mapped.add_data([{"id": "z", "text": "old boat", "n": 1}])
    assert localatlas("update", "sample").status == 0
    assert "z" in AtlasDataset.load("sample").maps[0].data.df["id"].tolist()


def test_a_dataset_without_a_map_only_gains_rows(localatlas: Localatlas, dataset: AtlasDataset, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,n\nnew,a,1\n")
    done = localatlas("update", "sample", str(tmp_path / "a.csv"))
    assert (done.status, "sample has 8 rows; it has no map yet." in done.out) == (0, True)


def test_rows_come_through_a_pipe(
    localatlas: Localatlas, mapped: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"id": "piped", "text": "slow boat", "n": 1}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert localatlas("update", "sample", "-").status == 0
    assert mapped.get_data(["piped"])[0]["n"] == 1


def test_json_tells_of_the_dataset(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("update", "sample", "more.jsonl", "--json")
    assert (json.loads(done.out)["rows"], json.loads(done.out)["maps"][0]["rows"]) == (10, 10)


def test_ids_that_are_there_are_refused_left_out_or_replaced(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    write("more.jsonl", ["r1", "new"])
    refused = localatlas("update", "sample", "more.jsonl")
    assert (refused.status, "'r1'" in refused.err, mapped.total_datums) == (1, True, 7)
    left_out = localatlas("update", "sample", "more.jsonl", "--on-conflict", "ignore")
    assert (left_out.status, mapped.total_datums, mapped.get_data(["r1"])[0]["n"]) == (0, 8, 1)
    assert "rows loaded" in left_out.out
    assert "   1 rows" in left_out.out
    replaced = localatlas("update", "sample", "more.jsonl", "--on-conflict", "replace")
    assert (replaced.status, mapped.total_datums, mapped.get_data(["r1"])[0]["n"]) == (0, 8, 5)


@pytest.mark.parametrize("on_conflict", ["error", "ignore"])
def test_of_files_of_which_one_is_refused_nothing_is_added(
    localatlas: Localatlas, mapped: AtlasDataset, monkeypatch: pytest.MonkeyPatch, on_conflict: str
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 1)
    write("more.jsonl", ["new0", "new1", "x" * 40])
    before = pa.Table.from_batches(mapped.scan())
    done = localatlas("update", "sample", "more.jsonl", "--on-conflict", on_conflict)
    assert (done.status, "longer than 36" in " ".join(done.err.split())) == (1, True)
    assert pa.Table.from_batches(mapped.scan()).equals(before)
    assert mapped.maps[0].data.df.shape[0] == 7
    # The next rows are numbered on; those that were taken back are nowhere.
    write("more.jsonl", ["new0"])
    assert localatlas("update", "sample", "more.jsonl").status == 0
    assert mapped.total_datums == 8


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["nope", "more.jsonl"], 1, "there is no dataset 'local/nope'"),
        (["sample", "none.csv"], 1, "there is no file none.csv"),
        (["sample", "bad.csv"], 1, "column 'n' is not all int64"),
        (["sample", "more.jsonl", "--on-conflict", "x"], 2, "'x' is not one of"),
        ([], 2, "Missing argument 'DATASET'"),
    ],
)
def test_what_cannot_be_is_refused(
    localatlas: Localatlas, mapped: AtlasDataset, arguments: list[str], status: int, words: str
) -> None:
    Path("bad.csv").write_text("id,text,n\nq,a,many\n")
    done = localatlas("update", *arguments)
    assert (done.status, mapped.total_datums) == (status, 7)
    assert words in " ".join(done.err.split())


def test_places_are_found_anew_on_request_only(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    (made,) = mapped.maps
    assert localatlas("update", "sample", "--layout", "new").status == 0
    assert made.record[0].revision == 2
    refused = localatlas("update", "sample", "--layout", "warm")
    assert refused.status != 0
    assert "cannot go on from an earlier layout" in refused.err
    assert localatlas("update", "sample", "--layout", "hot").status == 2
