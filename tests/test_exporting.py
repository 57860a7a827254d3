from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import localatlas
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas import selections as s
from localatlas.errors import AtlasTypeError, AtlasValueError
from localatlas.export_formats import FORMATS
from localatlas.indices import AtlasProjection
from localatlas.selections import rows as reading
from pyarrow import feather, parquet

MAP_COLUMNS = ["x", "y", "topic_depth_1", "topic_depth_2", "duplicate_class", "cluster_id"]


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    """The map of the seven sample rows; the last has no place."""
    return dataset.create_index(indexed_field="text", progress=False)


def read(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return parquet.read_table(path)
    return feather.read_table(path, memory_map=False)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_rows_and_columns_are_written_in_upload_order(made: AtlasProjection, tmp_path: Path) -> None:
    made.tags.add("boats", selection=s.contains("boat"))
    path = made.export(tmp_path / "map.parquet")
    assert path == tmp_path / "map.parquet"
    table = read(path)
    assert table.column_names == ["id", "text", "n", *MAP_COLUMNS, "boats"]
    for view in (made.data, made.embeddings, made.topics, made.duplicates, made.tags):
        for name in view.tb.column_names:
            assert table[name].to_pylist() == view.tb[name].to_pylist(), name
    assert table.schema.field("x").type == pa.float32()


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_holds_the_same(made: AtlasProjection, tmp_path: Path, suffix: str) -> None:
    wanted = s.contains("river") | s.has_ids(["r6"])
    path = made.export(str(tmp_path / f"map{suffix}"), wanted, ["n", "id", "x", "topic_depth_1"])
    assert isinstance(path, Path)
    if suffix == ".csv":
        found = lines(path)
        assert [list(row) for row in found[:1]] == [["n", "id", "x", "topic_depth_1"]]
        assert [row["id"] for row in found] == ["r3", "r4", "r5", "r6"]
        assert (found[3]["x"], found[3]["topic_depth_1"]) == ("", "")
        return
    table = read(path)
    assert table.column_names == ["n", "id", "x", "topic_depth_1"]
    assert table["id"].to_pylist() == ["r3", "r4", "r5", "r6"]
    assert table["x"][3].as_py() is None


def test_an_ending_may_be_in_capitals(made: AtlasProjection, tmp_path: Path) -> None:
    assert parquet.read_table(made.export(tmp_path / "MAP.PARQUET")).num_rows == 7


def test_deleted_rows_are_left_out(dataset: AtlasDataset, made: AtlasProjection, tmp_path: Path) -> None:
    made.tags.add("all", selection=s.everything())
    dataset.delete_data(["r0", "r4"])
    table = read(made.export(tmp_path / "map.arrow"))
    assert table["id"].to_pylist() == ["r1", "r2", "r3", "r5", "r6"]
    assert table["x"].to_pylist() == made.embeddings.tb["x"].to_pylist()
    assert table["all"].to_pylist() == [True] * 5
    table = read(made.export(tmp_path / "some.arrow", s.contains("boat")))
    assert table["id"].to_pylist() == ["r3", "r5"]
    assert table["y"].to_pylist() == made.embeddings.tb["y"].to_pylist()[2:4]


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_selected_is_a_file_without_rows(made: AtlasProjection, tmp_path: Path, suffix: str) -> None:
    path = made.export(tmp_path / f"none{suffix}", s.any_of())
    if suffix == ".csv":
        assert path.read_text().splitlines()[0].startswith('"id","text","n","x"')
        assert len(path.read_text().splitlines()) == 1
    else:
        assert read(path).num_rows == 0
        assert read(path).column_names == ["id", "text", "n", *MAP_COLUMNS]


def test_a_map_without_topics_and_duplicates_has_no_such_columns(dataset: AtlasDataset, tmp_path: Path) -> None:
    plain = dataset.create_index(indexed_field="text", topic_model=False, duplicate_detection=False, progress=False)
    assert read(plain.export(tmp_path / "map.parquet")).column_names == ["id", "text", "n", "x", "y"]


def test_blocks_are_written_one_after_the_other(
    made: AtlasProjection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(made.export(tmp_path / "whole.parquet", ~s.has_ids(["r2", "r3"])))
    monkeypatch.setattr(reading, "ROWS", 1)
    monkeypatch.setattr(reading, "ROWS_WITHOUT_COLUMNS", 2)
    made.stored.store.compact()
    for columns in (None, ["x", "cluster_id"]):
        path = made.export(tmp_path / "blocks.parquet", ~s.has_ids(["r2", "r3"]), columns, overwrite=True)
        assert read(path).equals(whole.select(columns or whole.column_names))


def test_your_columns_keep_their_names(components: str, tmp_path: Path) -> None:
    dataset = AtlasDataset("clash")
    rows = [{"text": text, "x": row, "Y": -row, "map_x": "m"} for row, text in enumerate(["a b", "c d", "b c"])]
    dataset.add_data(rows)
    made = dataset.create_index(indexed_field="text", topic_model=False, duplicate_detection=False, progress=False)
    table = read(made.export(tmp_path / "map.parquet"))
    assert table.column_names == ["text", "x", "Y", "map_x", "map_map_x", "map_y"]
    assert table["x"].to_pylist() == [0, 1, 2]
    assert table["map_map_x"].to_pylist() == made.embeddings.tb["x"].to_pylist()
    assert read(made.export(tmp_path / "y.parquet", columns=["map_y"])).column_names == ["map_y"]


def test_a_column_that_came_later_does_not_hide_a_tag(dataset: AtlasDataset, tmp_path: Path) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    made.tags.add("late", ids=["r1"])
    dataset.add_data([{"id": "new", "text": "one more", "n": 9, "late": "mine"}])
    newer = dataset.create_index(name="newer", indexed_field="text", progress=False)
    newer.tags.add("own", ids=["new"])
    assert read(newer.export(tmp_path / "newer.parquet"))["late"].to_pylist()[-1] == "mine"
    assert read(made.export(tmp_path / "older.parquet"))["late"].to_pylist() == [row == 1 for row in range(7)]


def test_rows_without_an_id_field_can_be_exported_with_their_position(components: str, tmp_path: Path) -> None:
    dataset = AtlasDataset("plain")
    dataset.add_data([{"text": text} for text in ("a b", "c d", "b c")])
    made = dataset.create_index(indexed_field="text", progress=False)
    assert "_position_index" not in read(made.export(tmp_path / "map.parquet")).column_names
    path = made.export(tmp_path / "map.csv", s.contains("b"), ["_position_index", "text"])
    assert lines(path) == [{"_position_index": "0", "text": "a b"}, {"_position_index": "2", "text": "b c"}]


KINDS: dict[str, pa.Array] = {
    "whole": pa.array([2**60, None, -1]),
    "small": pa.array([1, 2, None], pa.uint8()),
    "half": pa.array([1.5, None, 2], pa.float16()),
    "flag": pa.array([True, None, False]),
    "words": pa.array(["", None, 'a "b",\nc']),
    "large": pa.array(["é", "", None], pa.large_string()),
    "zoned": pa.array([dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC)] * 3, pa.timestamp("ns", tz="Europe/Berlin")),
    "day": pa.array([dt.date(2024, 1, 31), None, None]),
    "clock": pa.array([dt.time(1, 2, 3), None, None], pa.time64("us")),
    "span": pa.array([dt.timedelta(seconds=90), None, None], pa.duration("ms")),
    "exact": pa.array([Decimal("1.50"), None, Decimal("-0.01")]),
    "bytes": pa.array([b"\x00\xff", None, b""]),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int64())),
    "fixed": pa.array([[1.0, 2.0], None, [3.0, 4.0]], pa.list_(pa.float32(), 2)),
    "struct": pa.array([{"at": dt.datetime(2024, 1, 31), "by": b"\x01"}, None, {"at": None, "by": None}]),  # noqa: DTZ001  without a zone
    "floats": pa.array([[float("nan"), float("inf"), 0.5], None, []]),
    "kind": pa.array(["a", "b", None]).dictionary_encode(),
    "number": pa.array([5, None, 7]).dictionary_encode(),
}


def of_all_kinds() -> AtlasProjection:
    """Return a map whose columns have every kind of type, and whose categories differ from batch to batch."""
    dataset = AtlasDataset("kinds")
    first = pa.table({"text": ["a b", "c d", "b c"], **KINDS})
    dataset.add_data(first)
    dataset.add_data(
        first.set_column(first.column_names.index("kind"), "kind", pa.array(["z", "b", "z"]).dictionary_encode())
    )
    return dataset.create_index(indexed_field="text", topic_model=False, duplicate_detection=False, progress=False)


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_types_and_values_are_kept(
    components: str, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS", 1)
    made = of_all_kinds()
    table = read(made.export(tmp_path / f"kinds{suffix}"))
    for name, values in KINDS.items():
        expected = values.type if suffix == ".arrow" or name != "number" else pa.int64()
        assert table.schema.field(name).type == expected, name
        found = str(table[name].to_pylist()[:3])
        assert found == str(values.to_pylist()), name
    assert table["kind"].to_pylist() == ["a", "b", None, "z", "b", "z"]


def test_csv_says_in_text_what_has_no_text(components: str, tmp_path: Path) -> None:
    path = of_all_kinds().export(tmp_path / "kinds.csv")
    first, second, third = lines(path)[:3]
    assert (first["whole"], second["whole"], first["flag"], first["exact"]) == (str(2**60), "", "true", "1.50")
    assert (first["zoned"], first["day"], first["clock"]) == (
        "2024-01-31 13:00:00.000000000+0100",
        "2024-01-31",
        "01:02:03.000000",
    )
    assert (first["span"], first["bytes"], first["kind"], first["number"]) == ("90000", "AP8=", "a", "5")
    assert third["words"] == 'a "b",\nc'
    assert json.loads(first["list"]) == [1, None]
    assert json.loads(first["fixed"]) == [1.0, 2.0]
    assert json.loads(first["struct"]) == {"at": "2024-01-31T00:00:00", "by": "AQ=="}
    assert json.loads(first["floats"]) == [None, None, 0.5]
    assert (second["list"], third["list"], second["struct"]) == ("", "[]", "")
    # An empty text is quoted, a null is not.
    assert ',"",' in path.read_text().splitlines()[1]


@pytest.mark.parametrize(
    ("name", "arguments", "error", "words"),
    [
        (
            "map.xlsx",
            {},
            AtlasValueError,
            r"files ending in '.xlsx' are not written; use .parquet, .csv, .arrow, .feather",
        ),
        ("map", {}, AtlasValueError, "files ending in ''"),
        ("none/map.csv", {}, AtlasValueError, "which is no folder"),
        ("map.csv", {"columns": ["tex"]}, AtlasValueError, "no column 'tex' to export, did you mean 'text'"),
        ("map.csv", {"columns": []}, AtlasValueError, "at least one column"),
        ("map.csv", {"columns": ["id", "id"]}, AtlasValueError, "none twice"),
        ("map.csv", {"columns": "id"}, AtlasTypeError, "columns must be a list of names"),
        ("map.csv", {"columns": [1]}, AtlasTypeError, "columns must be a list of names"),
        ("map.csv", {"selection": {"type": "x"}}, AtlasValueError, "there is no type 'x'"),
        ("map.csv", {"selection": s.tagged("x")}, AtlasValueError, "no tag 'x'"),
    ],
)
def test_what_cannot_be_written_is_refused(
    made: AtlasProjection, tmp_path: Path, name: str, arguments: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        made.export(tmp_path / name, **arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("values", [[1, None, 3], ["a", None, "", "#N/A"], [None, 2.5, None], [None, "", None]])
def test_a_csv_file_of_one_column_keeps_its_rows_where_it_is_null(
    components: str, tmp_path: Path, values: list[object]
) -> None:
    dataset = AtlasDataset("one")
    dataset.add_data([{"text": f"row {row}", "v": value} for row, value in enumerate(values)])
    made = dataset.create_index(indexed_field="text", topic_model=False, progress=False)
    path = made.export(tmp_path / "one.csv", columns=["v"])
    assert pd.read_csv(path)["v"].isna().tolist() == [value in (None, "", "#N/A") for value in values]
    table = localatlas.read(path, types={"v": pa.string()} if "" in values else None).table
    assert table is not None
    assert table["v"].to_pylist() == values
