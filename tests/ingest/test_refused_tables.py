"""What is refused by name, rather than stored as something else."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.ingest import to_table

BERLIN = ZoneInfo("Europe/Berlin")


NAIVE = dt.datetime.fromisoformat("2020-01-01T05:00:00")


MIXTURES: list[tuple[list[Any], str]] = [
    ([1, "a"], "int, str"),
    ([True, 1], "bool, int"),
    (["a", b"b"], "bytes, str"),
    ([dt.date(2020, 1, 1), NAIVE], "date, datetime"),
    ([1.5, decimal.Decimal("1.5")], "Decimal, float"),
    ([[1], {"a": 1}], "dict, list"),
    ([[1], ["a"]], r"'x\[\]' mixes the types int, str"),
    ([np.array([1]), ["a"]], "int, str"),
    ([[b"a"], ["a"]], "bytes, str"),
    ([{"a": 1}, {"a": "b"}], "'x.a' mixes the types int, str"),
    ([{1: 1}], "keys must be strings"),
    ([{1, 2}], "sets"),
    ([object()], "cannot be stored"),
    ([2**64], "beyond 64 bits"),
    ([2**53 + 1, 1.5], "exactly"),
    ([1 + 2j], "cannot be stored"),
    (["\ud800"], "cannot be stored"),
    ([np.ones((2, 2))], "cannot be stored"),
    ([NAIVE, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "time zones None, UTC"),
    ([dt.datetime(2020, 1, 1, tzinfo=BERLIN), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "Europe/Berlin, UTC"),
    ([dt.time(1, tzinfo=dt.UTC)], "times of day with a time zone"),
    ([[pd.Timestamp("2020-01-01 00:00:00.000000001")]], "nanoseconds"),
]


@pytest.mark.parametrize(("values", "message"), MIXTURES, ids=[message for _, message in MIXTURES])
@pytest.mark.parametrize("form", ["records", "pandas"])
def test_what_would_be_altered_is_refused_by_name(form: str, values: list[Any], message: str) -> None:
    series = pd.Series(values, dtype=object)
    data: Any = [{"x": value} for value in values] if form == "records" else pd.DataFrame({"x": series})
    with pytest.raises(InvalidDataError, match=message) as caught:
        to_table(data)
    assert "'x" in str(caught.value)


def test_mixed_categories_are_refused_by_name() -> None:
    with pytest.raises(InvalidDataError, match="'x' mixes the types int, str"):
        to_table(pd.DataFrame({"x": pd.Categorical(["a", 1])}))


def test_complex_numbers_are_refused_by_name() -> None:
    with pytest.raises(InvalidDataError, match="'x' of dtype complex128"):
        to_table(pd.DataFrame({"x": np.ones(2, complex)}))


@pytest.mark.parametrize("names", [[1, 2], [("a", "b"), ("a", "c")], ["a", None]])
def test_column_names_must_be_strings(names: list[Any]) -> None:
    with pytest.raises(InvalidDataError, match="column names must be strings"):
        to_table(pd.DataFrame(np.ones((1, 2)), columns=names))


def test_keys_must_be_strings() -> None:
    with pytest.raises(InvalidDataError, match="column names must be strings; the rows have the keys 1"):
        to_table([{1: "a"}])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"x": [1]}, r"dict.*pandas.DataFrame\(data\)"),
        ("rows.csv", r"str.*localatlas.read\(path\)"),
        (pd.Series([1]), "Series.*to_frame"),
        (None, "NoneType"),
        (7, "int"),
        ([{"x": 1}, "a"], "row 1 of the list is of type str"),
        ([[1, 2]], "row 0 of the list is of type list"),
    ],
)
def test_other_forms_are_refused_by_type(data: Any, message: str) -> None:
    with pytest.raises(AtlasTypeError, match=message):
        to_table(data)


def test_a_stream_that_is_no_table_is_refused() -> None:
    with pytest.raises(InvalidDataError, match=r"polars.*could not be read as an Arrow table"):
        to_table(pl.Series([1, 2]))


@pytest.mark.parametrize(
    "array",
    [
        pa.array([[1]], pa.list_view(pa.int8())),
        pa.array([[1]], pa.large_list_view(pa.int8())),
        pa.RunEndEncodedArray.from_arrays([2], ["a"]),
        pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
    ],
    ids=lambda array: str(array.type),
)
def test_unknown_layouts_are_refused_by_name(array: pa.Array) -> None:
    with pytest.raises(InvalidDataError, match=r"column 'x' has type .* is not taken"):
        to_table(pa.table({"x": array}))
