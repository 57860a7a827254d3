from __future__ import annotations

import csv
import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

import localatlas
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.export_formats import FORMATS


def write_csv(path: Path, table: pa.Table) -> Path:
    with FORMATS[".csv"](path, table.schema) as out:
        out.write(table)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@given(st.lists(st.none() | st.sampled_from(["#N/A", "", ' "', "\n", ","]) | st.text(), max_size=8))
def test_any_texts_of_a_csv_file_of_one_column_are_read_back(texts: list[str | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "one.csv", pa.table({'a "b"': pa.array(texts, pa.string())}))
        if texts:
            table = localatlas.read(path, types={'a "b"': pa.string()}).table
            assert table is not None
            assert table.to_pydict() == {'a "b"': texts}
        else:
            assert path.read_text() == '"a ""b"""\n'


KINDS: dict[str, pa.Array] = {
    "whole": pa.array([2**60, None, -1]),
    "half": pa.array([1.5, None, 2], pa.float16()),
    "flag": pa.array([True, None, False]),
    "words": pa.array(["", None, 'a "b",\nc']),
    "zoned": pa.array([dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC), None, None], pa.timestamp("ns", "Europe/Berlin")),
    "clock": pa.array([dt.time(1, 2, 3), None, None], pa.time64("us")),
    "span": pa.array([dt.timedelta(seconds=90), None, None], pa.duration("ms")),
    "exact": pa.array([Decimal("1.50"), None, Decimal("-0.01")]),
    "bytes": pa.array([b"\x00\xff", None, b""]),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int64())),
    "kind": pa.array(["a", "b", None]).dictionary_encode(),
    "number": pa.array([5, None, 7]).dictionary_encode(),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_value_is_written_alike_in_a_csv_file_of_one_column_and_of_several(tmp_path: Path, name: str) -> None:
    table = pa.table({name: KINDS[name], "other": ["a", "b", "c"]})
    both, alone = (
        rows_of(write_csv(tmp_path / file, each)) for file, each in [("b", table), ("a", table.select([name]))]
    )
    values = KINDS[name].to_pylist()
    assert [row[name] for row in alone] == [
        "#N/A" if value is None else row[name] for row, value in zip(both, values, strict=True)
    ]
