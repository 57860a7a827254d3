from __future__ import annotations

import contextlib
import json
import string
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from localatlas import read
from localatlas.errors import AtlasError, InvalidDataError
from localatlas.readers.sources import ENDINGS
from pyarrow import csv, feather, parquet

ROWS = [
    {"id": 1, "text": "plain", "score": 0.5},
    {"id": 2, "text": 'with "quotes", commas\nand a line break', "score": -1.0},
    {"id": 3, "text": "Ünïcödé 数字 ☃", "score": 2.25},
]


def rows_of(path: Path) -> pa.Table:
    return read(path).table


def write_csv(path: Path, table: pa.Table, delimiter: str = ",") -> None:
    csv.write_csv(table, path, csv.WriteOptions(delimiter=delimiter))


def write_json(path: Path, table: pa.Table) -> None:
    path.write_text(json.dumps(table.to_pylist()), encoding="utf-8")


def write_lines(path: Path, table: pa.Table) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()), encoding="utf-8")


WRITERS: dict[str, Callable[[Path, pa.Table], None]] = {
    ".csv": write_csv,
    ".tsv": lambda path, table: write_csv(path, table, "\t"),
    ".tab": lambda path, table: write_csv(path, table, "\t"),
    ".json": write_json,
    ".jsonl": write_lines,
    ".ndjson": write_lines,
    ".parquet": lambda path, table: parquet.write_table(table, path),
    ".arrow": lambda path, table: feather.write_feather(table, path),
    ".feather": lambda path, table: feather.write_feather(table, path),
}


def test_every_known_ending_is_tried_here() -> None:
    assert {*WRITERS, ".npy", ".npz"} == {*ENDINGS}


@pytest.mark.parametrize("ending", WRITERS)
def test_rows_come_back_from_every_format(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"rows{ending}"
    WRITERS[ending](path, pa.Table.from_pylist(ROWS))
    table = rows_of(path)
    assert table.to_pylist() == ROWS
    assert table.schema.types == [pa.int64(), pa.string(), pa.float64()]


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "ROWS.CSV").write_text("a,b\n1,x\n")
    assert rows_of(tmp_path / "ROWS.CSV").to_pylist() == [{"a": 1, "b": "x"}]


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", "a,b\n,\n1,x\n", [{"a": None, "b": ""}, {"a": 1, "b": "x"}]),
        ("a.csv", "a,b\n", []),
        ("a.tsv", "a\tb\n1\tx,y\n", [{"a": 1, "b": "x,y"}]),
        ("a.json", '[{"a": 1}, {"b": "x"}]', [{"a": 1, "b": None}, {"a": None, "b": "x"}]),
        ("a.json", "[]", []),
        ("a.jsonl", '{"a": 1}\n\n  \n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ("a.jsonl", '{"a": [1, 2], "b": {"c": "x"}}\r\n', [{"a": [1, 2], "b": {"c": "x"}}]),
    ],
)
def test_small_print_of_the_formats(tmp_path: Path, name: str, text: str, rows: list[dict[str, Any]]) -> None:
    (tmp_path / name).write_bytes(text.encode())
    assert rows_of(tmp_path / name).to_pylist() == rows


@pytest.mark.parametrize(("name", "text"), [("a.csv", "a\nx\n"), ("a.json", '[{"a":"x"}]'), ("a.jsonl", '{"a":"x"}')])
def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8-sig")
    assert rows_of(tmp_path / name).to_pylist() == [{"a": "x"}]


@pytest.mark.parametrize("ending", [".parquet", ".arrow"])
def test_categories_have_the_type_that_storage_gives_them(tmp_path: Path, ending: str) -> None:
    narrow = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), ["u", "v"])
    WRITERS[ending](tmp_path / f"a{ending}", pa.table({"kind": narrow}))
    table = rows_of(tmp_path / f"a{ending}")
    assert table.schema.field("kind").type == pa.dictionary(pa.int32(), pa.string())
    assert table["kind"].to_pylist() == ["u", "v", "u"]


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.xlsx.gz", "rows.parquet.gz"])
def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a\n1\n")
    with pytest.raises(InvalidDataError, match=r"rows.*not known; use \.csv, \.tsv, "):
        rows_of(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("a.csv", b"", InvalidDataError, "a.csv cannot be read as CSV: Empty"),
        ("a.csv", b"a,b\n1\n", InvalidDataError, "cannot be read as CSV.*columns"),
        ("a.json", b"{", InvalidDataError, "a.json cannot be read as JSON"),
        ("a.json", b'{"a": 1}', InvalidDataError, "must hold a list of objects"),
        ("a.json", b"[1, 2]", InvalidDataError, "must hold a list of objects"),
        ("a.json", b"\xff\xfe[]", InvalidDataError, "cannot be read as JSON"),
        ("a.json", b"[" * 100_000, InvalidDataError, "cannot be read as JSON"),
        ("a.json", b'[{"a": 1}, {"a": "x"}]', InvalidDataError, "'a'"),
        ("a.json", b'[{"a": 123456789012345678901234567890}]', InvalidDataError, "'a'"),
        ("a.jsonl", b'{"a": 1}\n\n{', InvalidDataError, "a.jsonl: line 3 is not JSON"),
        ("a.jsonl", b"5\n", InvalidDataError, "a.jsonl: line 1 must be an object"),
        ("a.jsonl", b"\xff\n", InvalidDataError, "a.jsonl cannot be read as JSON lines"),
        ("a.csv.gz", b"a,b\n1,2\n", InvalidDataError, "a.csv.gz cannot be read as CSV"),
        ("a.parquet", b"", InvalidDataError, "cannot be read as PARQUET"),
        ("a.parquet", b"PAR1 not really PAR1", InvalidDataError, "cannot be read as PARQUET"),
        ("a.arrow", b"ARROW1 not really", InvalidDataError, "cannot be read as ARROW"),
        ("a.feather", b"", InvalidDataError, "cannot be read as ARROW"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: bytes, error: type[Exception], words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=words):
        rows_of(tmp_path / name)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_file_that_is_not_there_is_named(tmp_path: Path, ending: str) -> None:
    with pytest.raises(InvalidDataError, match=f"there is no file .*none{ending}"):
        rows_of(tmp_path / f"none{ending}")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("ending", [".parquet", ".arrow", ".csv", ".json"])
@given(data=st.data())
def test_a_damaged_file_gives_rows_or_a_clear_error(tmp_path: Path, ending: str, data: st.DataObject) -> None:
    whole = tmp_path / f"whole{ending}"
    if not whole.exists():
        WRITERS[ending](whole, pa.Table.from_pylist(ROWS))
    content = bytearray(whole.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    damaged = tmp_path / f"damaged{ending}"
    damaged.write_bytes(content[:cut] if data.draw(st.booleans()) else content)
    # Any other error, and any damage that the table still carries, fails the test.
    with contextlib.suppress(AtlasError):
        rows_of(damaged).to_pylist()


# What a file of text can say apart: no control characters, and no word that CSV readers take for a number or a null.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).map(lambda text: f"t{text}")
columns = st.fixed_dictionaries(
    {"n": st.integers(-(2**62), 2**62), "text": texts, "score": st.floats(allow_nan=False, allow_infinity=False)}
)


@given(st.lists(columns, min_size=1, max_size=6), st.sampled_from([".json", ".jsonl", ".parquet", ".arrow"]))
def test_rows_survive_the_way_through_a_file(rows: list[dict[str, Any]], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{ending}"
        WRITERS[ending](path, pa.Table.from_pylist(rows))
        assert rows_of(path).to_pylist() == rows


@given(st.lists(texts, min_size=1, max_size=6), st.sampled_from([".csv", ".tsv"]))
def test_texts_survive_the_way_through_delimited_files(values: list[str], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{ending}"
        WRITERS[ending](path, pa.table({"text": values, "n": range(len(values))}))
        assert rows_of(path)["text"].to_pylist() == values


@given(st.text(string.ascii_letters + string.punctuation + " \n\t", min_size=1, max_size=20))
def test_a_field_may_hold_delimiters_quotes_and_breaks(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        write_csv(path, pa.table({"text": [f"t{text}"], "n": [1]}))
        assert rows_of(path)["text"].to_pylist() == [f"t{text}"]
