"""What the columns of a CSV file become: exact, or text."""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import AtlasDataset, read, readers
from localatlas.errors import InvalidDataError, InvalidOptionError
from localatlas.readers import reading, sources
from localatlas.readers.delimited import Delimited
from pyarrow import csv

UTC = dt.UTC


def column(tmp_path: Path, *values: str, **options: Any) -> pa.ChunkedArray:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f'"{value}",1\n' for value in values))
    return read(path, **options).table["x"]


@pytest.mark.parametrize(
    ("values", "kind", "kept"),
    [
        (["12", "-3", "0"], pa.int64(), [12, -3, 0]),
        ([str(2**63 - 1), str(-(2**63))], pa.int64(), [2**63 - 1, -(2**63)]),
        ([" 12 ", "3"], pa.int64(), [12, 3]),
        (["007", "100"], pa.string(), ["007", "100"]),
        (["100", "007"], pa.string(), ["100", "007"]),
        (["+4917012345", "12"], pa.string(), ["+4917012345", "12"]),
        (["00.5"], pa.string(), ["00.5"]),
        ([str(2**63), "1"], pa.string(), [str(2**63), "1"]),
        (["12345678901234567890123"], pa.string(), ["12345678901234567890123"]),
        ([str(2**63), "1.5"], pa.float64(), [2.0**63, 1.5]),
        (["1", "1.5"], pa.float64(), [1.0, 1.5]),
        (["-2e10", ".5", "1.", "inf"], pa.float64(), [-2e10, 0.5, 1.0, float("inf")]),
        (["-0"], pa.string(), ["-0"]),
        (["0x1F"], pa.string(), ["0x1F"]),
        (["1_000"], pa.string(), ["1_000"]),
        (["1,5"], pa.string(), ["1,5"]),
        (["true", "FALSE", "True"], pa.bool_(), [True, False, True]),
        (["true", "1"], pa.string(), ["true", "1"]),
        (["1", "0"], pa.int64(), [1, 0]),
        (["yes", "no"], pa.string(), ["yes", "no"]),
        (["2024-01-31"], pa.date32(), [dt.date(2024, 1, 31)]),
        (["2024-02-30"], pa.string(), ["2024-02-30"]),
        (["20240131"], pa.int64(), [20240131]),
        (["31.01.2024"], pa.string(), ["31.01.2024"]),
        (["23:59", "23:59:59"], pa.time32("s"), [dt.time(23, 59), dt.time(23, 59, 59)]),
        (["24:00"], pa.string(), ["24:00"]),
        (["2024-01-31 23:59"], pa.timestamp("s"), [dt.datetime(2024, 1, 31, 23, 59)]),  # noqa: DTZ001  has no zone
        (["2024-01-31", "2024-01-31T01:02:03"], pa.timestamp("s"), None),
        (["2024-01-31T01:02:03.5"], pa.timestamp("us"), None),
        (["2024-01-31T01:02:03.123456789"], pa.timestamp("ns"), None),
        (["2024-01-31T01:02:03Z"], pa.timestamp("s", "UTC"), [dt.datetime(2024, 1, 31, 1, 2, 3, tzinfo=UTC)]),
        (["2024-01-31 01:02:03.5+02:00"], pa.timestamp("us", "UTC"), None),
        (["2024-01-31T01:02:03Z", "2024-01-31T01:02:03"], pa.string(), None),
        (["1500-01-01", "2024-01-31T01:02:03.5"], pa.timestamp("us"), None),
        (["1500-01-01", "2024-01-31T01:02:03.123456789"], pa.string(), None),
        (["2024-01-31", "2024-01-31T01:02:03.123456789"], pa.timestamp("ns"), None),
        (["9999-12-31T00:00:00Z", "2024-01-31T01:02:03.5Z"], pa.timestamp("us", "UTC"), None),
        (["", "NA", "null"], pa.null(), [None, None, None]),
        (["", "1", "NA"], pa.int64(), [None, 1, None]),
        (["", "2024-01-31"], pa.date32(), [None, dt.date(2024, 1, 31)]),
        (["", "NA", "x"], pa.string(), ["", "NA", "x"]),
        (["Null Island"], pa.string(), ["Null Island"]),
    ],
    ids=str,
)
def test_a_column_has_the_first_type_that_says_all_its_values(
    tmp_path: Path, values: list[str], kind: pa.DataType, kept: list[Any] | None
) -> None:
    found = column(tmp_path, *values)
    assert found.type == kind
    if kept is not None:
        assert found.to_pylist() == kept


def test_the_same_instant_is_kept_in_utc(tmp_path: Path) -> None:
    assert column(tmp_path, "2024-01-31 01:02:03+02:00").to_pylist() == [dt.datetime(2024, 1, 30, 23, 2, 3, tzinfo=UTC)]


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "n": st.none() | st.integers(-(2**63), 2**63 - 1),
                "f": st.none() | st.floats(allow_nan=False),
                "b": st.none() | st.booleans(),
                "d": st.none() | st.dates(),
                "t": st.none() | st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)),  # noqa: DTZ001
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_arrow_writes_comes_back(rows: list[dict[str, Any]]) -> None:
    kinds = {"n": pa.int64(), "f": pa.float64(), "b": pa.bool_(), "d": pa.date32(), "t": pa.timestamp("us")}
    table = pa.Table.from_pylist(rows, schema=pa.schema(kinds.items()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        csv.write_csv(table, path)
        found = read(path).table
    for name, values in table.to_pydict().items():
        got = found[name].to_pylist()
        if name == "f" and found[name].type != pa.float64():
            # Arrow writes 1.0 as 1 and 1e22 as a one with zeros: whole numbers, which are not guessed to be fractions.
            got = [None if value in (None, "") else float(value) for value in got]
        assert got == values, name


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r\n\0"))))
def test_no_text_is_altered(values: list[str]) -> None:
    # One more value that can be nothing but text.
    kept = ["text!", *values]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        csv.write_csv(pa.table({"x": kept, "y": range(len(kept))}), path)
        assert read(path).table["x"].to_pylist() == kept


@pytest.mark.parametrize("late", ["1.5", "007", "x", "2024-01-01", ""])
def test_the_last_value_of_a_large_file_counts_as_much_as_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f"{row},1\n" for row in range(5_000)) + f"{late},1\n")
    whole = read(path).table
    monkeypatch.setattr(reading, "KEPT_BYTES", 0)
    monkeypatch.setattr(sources, "Delimited", partial(Delimited, block=1 << 12))
    parts = list(readers.stream(path))
    assert sum(map(len, parts)) == 5_001
    assert {part.table.schema for part in parts} == {whole.schema}
    assert [value for part in parts for value in part.table["x"].to_pylist()] == whole["x"].to_pylist()
    assert whole["x"].type == {"1.5": pa.float64(), "": pa.int64()}.get(late, pa.string())
    assert whole["x"][5_000].as_py() == {"1.5": 1.5, "": None}.get(late, late)


def test_types_can_be_said(tmp_path: Path) -> None:
    assert column(tmp_path, "1", "2", types={"x": "string"}).to_pylist() == ["1", "2"]
    assert column(tmp_path, "1", "NA", types={"x": pa.float32()}).to_pylist() == [1.0, None]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"types": {"z": "string"}}, InvalidDataError, r"a\.csv: types names the column 'z'.*'x', 'y'"),
        ({"types": {"x": "strnig"}}, InvalidOptionError, "types: 'x' is to be 'strnig', which is no type"),
        ({"types": {"x": "int64"}}, InvalidDataError, r"a\.csv: column 'x' is not all int64: .*'a'"),
        ({"delimiter": "::"}, InvalidOptionError, "delimiter='::': it must be one character"),
    ],
)
def test_types_that_cannot_be_are_refused(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        column(tmp_path, "a", **options)


def test_another_delimiter_is_taken_and_missed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x;y\n1;a,b\n")
    assert read(path, delimiter=";").table.to_pylist() == [{"x": 1, "y": "a,b"}]
    path.write_text("x;y\n1;a\n")
    with pytest.warns(UserWarning, match="one column, 'x;y'; if ';' separates its values, give delimiter=';'"):
        read(path)


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,x\n1,2\n")
    with pytest.raises(InvalidDataError, match=r"a\.csv: the columns 'x' occur more than once"):
        read(tmp_path / "a.csv")


def test_files_agree_on_the_types_that_fit_all(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("code,n,day,only\n100,1,2024-01-01,1\n")
    (tmp_path / "2.csv").write_text("code,n,day,late\n007,1.5,,2024-01-01\n")
    table = read(str(tmp_path / "*.csv")).table
    assert dict(zip(table.column_names, table.schema.types, strict=True)) == {
        "code": pa.string(),
        "n": pa.float64(),
        "day": pa.date32(),
        "only": pa.int64(),
        "late": pa.date32(),
    }
    assert table["code"].to_pylist() == ["100", "007"]
    assert table["only"].to_pylist() == [1, None]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
def test_types_of_a_dataset_are_taken(tmp_path: Path, ending: str, components: str) -> None:
    made = AtlasDataset("shop")
    when = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    made.add_data([{"code": "007", "day": dt.date(2024, 1, 1), "when": when, "n": 1}])
    content = {
        ".csv": "code,day,when,n,new\n100,2024-02-01,2024-01-02T03:04:05Z,2,5\n",
        ".jsonl": '{"code": "100", "day": "2024-02-01", "when": "2024-01-02T03:04:05Z", "n": 2, "new": 5}\n',
        ".json": '[{"code": "100", "day": "2024-02-01", "when": "2024-01-02T03:04:05Z", "n": 2, "new": 5}]',
    }
    path = tmp_path / f"more{ending}"
    path.write_text(content[ending])
    made.add_data(**read(path, like=made.schema))
    assert made.get_data([1]) == [
        {"_position_index": 1, "code": "100", "day": dt.date(2024, 2, 1), "when": when, "n": 2, "new": 5}
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "day\nsoon\n"), ("a.jsonl", '{"day": "soon"}\n'), ("a.json", '[{"day": "soon"}]')]
)
def test_what_is_not_of_a_datasets_type_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidDataError, match=rf"{name}: column 'day' is not all date32\[day\]: .*soon"):
        read(tmp_path / name, like=pa.schema([("day", pa.date32())]))


def test_a_row_that_is_longer_than_a_block_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"x,y\n1,a\n2,{'long ' * 10_000}\n3,b\n")
    file = Delimited(path, block=1 << 10)
    survey = file.survey(keep=False)
    assert [len(value) for part in file.parts(survey) for value in part.table["y"].to_pylist()] == [1, 50_000, 1]
