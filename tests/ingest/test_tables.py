"""Every accepted form of rows becomes the same table, and no value is altered on the way."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import warnings
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.ingest import to_table

BERLIN = ZoneInfo("Europe/Berlin")
NAIVE = dt.datetime.fromisoformat("2020-01-01T05:00:00")
YEAR_1950, YEAR_2050 = (dt.datetime.fromisoformat(f"{year}-01-01") for year in (1950, 2050))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = {
    "bool": st.booleans(),
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(),
    "str": TEXT,
    "bytes": st.binary(max_size=8),
    "datetime": st.datetimes(),
    "zoned": st.datetimes(YEAR_1950, YEAR_2050, timezones=st.just(dt.UTC)),
    "date": st.dates(),
    "time": st.times(),
    "timedelta": st.timedeltas(dt.timedelta(-100_000), dt.timedelta(100_000)),
    "decimal": st.decimals(-(10**9), 10**9, places=3),
}


@st.composite
def columns(draw: st.DrawFn) -> list[Any]:
    """One column of one type, nested or not, with nulls."""
    item = SCALARS[draw(st.sampled_from(sorted(SCALARS)))]
    shape = draw(st.sampled_from(["flat", "list", "dict", "lists in dicts"]))
    nullable = st.none() | item
    if shape == "list":
        nullable = st.none() | st.lists(nullable, max_size=3)
    elif shape == "dict":
        nullable = st.none() | st.fixed_dictionaries({"a": nullable, "b": nullable})
    elif shape == "lists in dicts":
        nullable = st.none() | st.fixed_dictionaries({"a": st.lists(nullable, max_size=2)})
    return draw(st.lists(nullable, min_size=1, max_size=6))


def same(left: Any, right: Any) -> bool:
    """Equal in value and type; NaN equals NaN, -0.0 does not equal 0.0."""
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, float):
        return isinstance(right, float) and (math.copysign(1, left), str(left)) == (math.copysign(1, right), str(right))
    return type(left) is type(right) and left == right


@given(columns())
def test_records_survive(values: list[Any]) -> None:
    table = to_table([{"x": value} for value in values])
    assert table.num_rows == len(values)
    for given_value, kept in zip(values, table["x"].to_pylist(), strict=True):
        if isinstance(given_value, float) and math.isnan(given_value):
            assert math.isnan(kept)
        else:
            assert same(given_value, kept)


@given(columns())
def test_arrow_tables_survive(values: list[Any]) -> None:
    table = pa.table({"x": pa.array(values)})
    # Not `equals`, for which NaN differs from itself.
    assert to_table(table).schema == table.schema
    assert repr(to_table(table).to_pylist()) == repr(table.to_pylist())
    for form in (table.to_batches()[0], table.to_reader(max_chunksize=2), pa.concat_tables([table.slice(0, 1), table])):
        assert (
            same(to_table(form)["x"].to_pylist()[-1:], values[-1:]) or values[-1] != values[-1] or "nan" in str(values)
        )


@given(st.lists(st.none() | TEXT, min_size=1, max_size=6))
@pytest.mark.parametrize("dtype", ["str", object, "string[python]", "string[pyarrow]", pd.ArrowDtype(pa.string())])
def test_pandas_text_survives(dtype: Any, values: list[str | None]) -> None:
    assert to_table(pd.DataFrame({"x": pd.Series(values, dtype=dtype)}))["x"].to_pylist() == values


@given(st.lists(st.floats(), min_size=1, max_size=6))
def test_pandas_floats_keep_nan(values: list[float]) -> None:
    column = to_table(pd.DataFrame({"x": np.array(values)}))["x"]
    assert column.type == pa.float64()
    assert column.null_count == 0
    assert np.array_equal(column.to_numpy().view(np.int64), np.array(values).view(np.int64))


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "?"])
def test_numpy_dtypes_survive(dtype: str) -> None:
    values = np.array([0, 1, np.iinfo(dtype).max if dtype[0] in "iu" else 1], dtype)
    column = to_table(pd.DataFrame({"x": values}))["x"]
    assert column.type == pa.from_numpy_dtype(values.dtype)
    assert column.to_pylist() == values.tolist()


@pytest.mark.parametrize("dtype", ["Int64", "UInt8", "boolean", "Float64", pd.ArrowDtype(pa.int16())])
def test_masked_dtypes_keep_nulls(dtype: Any) -> None:
    column = to_table(pd.DataFrame({"x": pd.Series([1, None, 0], dtype=dtype)}))["x"]
    assert column.to_pylist() == [1, None, 0]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_pandas_times_keep_unit_and_zone(unit: str, zone: str | None) -> None:
    times = pd.Series(["2020-07-01 12:00:01", None], dtype=f"datetime64[{unit}]")
    column = to_table(pd.DataFrame({"x": times.dt.tz_localize(zone), "d": times - times}))
    assert column["x"].type == pa.timestamp(unit, zone)
    assert column["d"].type == pa.duration(unit)
    assert column["x"].null_count == 1


def test_categories_keep_values_and_order_and_may_grow() -> None:
    frame = pd.DataFrame(
        {
            "plain": pd.Categorical(["u", None, "v"]),
            "ranked": pd.Categorical(["lo", "hi", "lo"], categories=["lo", "hi"], ordered=True),
            "number": pd.Categorical([1.5, None, 2.5]),
            "arrow": pd.Series(["a", None, "b"], dtype="string[pyarrow]").astype("category"),
        }
    )
    table = to_table(frame)
    assert table["plain"].to_pylist() == ["u", None, "v"]
    assert table["ranked"].to_pylist() == ["lo", "hi", "lo"]
    assert table["ranked"].type.ordered
    assert not table["plain"].type.ordered
    assert {field.type.index_type for field in table.schema} == {pa.int32()}
    assert table["number"].to_pylist() == [1.5, None, 2.5]
    assert table["arrow"].to_pylist() == ["a", None, "b"]


def test_categories_in_several_chunks_survive() -> None:
    chunks = pd.array(pa.chunked_array([["a"], ["b"]]), dtype=pd.ArrowDtype(pa.string()))
    values = pd.Categorical.from_codes([1, -1, 0], categories=pd.Index(chunks))
    assert to_table(pd.DataFrame({"x": values}))["x"].to_pylist() == ["b", None, "a"]


def test_object_columns_read_every_missing_value_as_null() -> None:
    values = ["a", None, np.nan, pd.NA, pd.NaT, ""]
    column = to_table(pd.DataFrame({"x": pd.Series(values, dtype=object)}))["x"]
    assert column.to_pylist() == ["a", None, None, None, None, ""]
    numbers = pd.DataFrame({"x": pd.Series([1.5, np.nan, None], dtype=object)})
    assert to_table(numbers)["x"].to_pylist() == [1.5, None, None]


def test_records_read_nan_as_null_only_among_what_is_no_number() -> None:
    table = to_table([{"s": "a", "f": 1.5, "i": 1, "n": math.nan}, {"s": math.nan, "f": math.nan, "i": math.nan}])
    assert table["s"].to_pylist() == ["a", None]
    assert str(table["f"].to_pylist()) == str(table["i"].to_pylist()).replace("1.0", "1.5") == "[1.5, nan]"
    assert table["n"].type == pa.float64()
    assert str(table["n"].to_pylist()) == "[nan, None]"


def test_keys_are_united_in_the_order_of_their_first_row() -> None:
    table = to_table([{"b": 1}, {"a": "x", "b": 2}, {"c": None}])
    assert table.column_names == ["b", "a", "c"]
    assert table["a"].to_pylist() == [None, "x", None]
    assert table["c"].type == pa.null()


def test_sparse_columns_are_filled() -> None:
    sparse = pd.arrays.SparseArray([0, 0, 3])
    assert to_table(pd.DataFrame({"x": sparse}))["x"].to_pylist() == [0, 0, 3]


def test_polars_survives() -> None:
    frame = pl.DataFrame(
        {
            "s": ["a", None, ""],
            "i": pl.Series([1, None, 3], dtype=pl.Int16),
            "c": pl.Series(["x", "y", None], dtype=pl.Categorical),
            "e": pl.Series(["x", "y", None], dtype=pl.Enum(["y", "x"])),
            "l": [["a"], [], None],
            "v": pl.Series([[1.0, 2.0]] * 3, dtype=pl.Array(pl.Float32, 2)),
            "d": [decimal.Decimal("1.50"), None, decimal.Decimal("2.25")],
            "t": pl.Series([NAIVE] * 3).dt.replace_time_zone("Europe/Berlin"),
            "b": [b"x", None, b""],
            "r": [{"k": "x"}, {"k": None}, None],
        }
    )
    table = to_table(frame)
    assert table.to_pylist() == frame.to_dicts()
    views = [str(field.type) for field in table.schema if "view" in str(field.type)]
    assert views == []
    assert all(not field.metadata for field in table.schema)


def test_a_named_index_is_left_out_with_a_warning() -> None:
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"], name="key"))
    with pytest.warns(UserWarning, match=r"'key'.*reset_index"):
        table = to_table(frame)
    assert table.column_names == ["x"]


def test_an_index_without_a_name_is_left_out_in_silence() -> None:
    frame = pd.DataFrame({"x": [1, 2, 3]}).iloc[[2, 0]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_table(frame).to_pylist() == [{"x": 3}, {"x": 1}]


def test_pandas_metadata_does_not_stay() -> None:
    assert to_table(pa.Table.from_pandas(pd.DataFrame({"x": [1]}))).schema.metadata is None


def test_nanoseconds_of_pandas_survive_in_records() -> None:
    time = pd.Timestamp("2020-01-01 00:00:00.000000001", tz="Europe/Berlin")
    table = to_table([{"t": time, "d": pd.Timedelta(1, "ns")}, {"t": None, "d": dt.timedelta(days=1)}])
    assert table["t"].type == pa.timestamp("ns", "Europe/Berlin")
    assert table["t"].to_pylist() == [time, None]
    assert table["d"].cast(pa.int64()).to_pylist() == [1, 86_400 * 10**9]


def test_unsigned_integers_survive_in_records() -> None:
    assert to_table([{"x": 2**64 - 1}, {"x": 1}])["x"].to_pylist() == [2**64 - 1, 1]


def test_views_inside_lists_and_structs_become_plain() -> None:
    nested = pa.struct([("a", pa.list_(pa.string_view())), ("b", pa.list_(pa.binary_view(), 1))])
    value = {"a": ["x", None], "b": [b"y"]}
    column = to_table(pa.table({"x": pa.array([value, None], nested)}))["x"]
    assert column.to_pylist() == [value, None]
    assert column.type == pa.struct([("a", pa.list_(pa.large_string())), ("b", pa.list_(pa.large_binary(), 1))])
