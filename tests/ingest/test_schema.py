"""A later batch widens the schema where that loses nothing; no value changes on the way to the dataset's types."""

from __future__ import annotations

import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import InvalidDataError
from localatlas.ingest import conform, merge_schema

CATEGORY = pa.dictionary(pa.int32(), pa.string())
RANKED = pa.dictionary(pa.int32(), pa.string(), ordered=True)


def bring(values: pa.Array | pa.ChunkedArray, into: pa.DataType) -> pa.ChunkedArray:
    """Add a column of values to a dataset whose column is of type `into`."""
    batch = pa.table({"x": values})
    merged = merge_schema(pa.schema([("x", into)]), batch.schema)
    assert merged.field("x").type == into
    return conform(batch, merged)["x"]


def test_the_first_batch_is_the_schema() -> None:
    schema = pa.schema([("a", pa.int8())])
    assert merge_schema(None, schema).equals(schema)


def test_new_columns_come_last_and_may_be_null() -> None:
    current = pa.schema([("a", pa.int64()), ("b", pa.string())])
    batch = pa.table(
        {"c": [True], "a": [1]}, schema=pa.schema([pa.field("c", pa.bool_(), nullable=False), ("a", "i8")])
    )
    merged = merge_schema(current, batch.schema)
    assert merged.names == ["a", "b", "c"]
    assert merged.field("c").nullable
    assert conform(batch, merged).to_pylist() == [{"a": 1, "b": None, "c": True}]


def test_a_column_of_nothing_but_nulls_takes_a_type_later() -> None:
    current = pa.schema([("a", pa.null())])
    merged = merge_schema(current, pa.schema([pa.field("a", pa.string(), nullable=False)]))
    assert merged.field("a").type == pa.string()
    assert merged.field("a").nullable
    assert merge_schema(current, current) == current
    assert merge_schema(current, pa.schema([("b", pa.int8())])).names == ["a", "b"]


FITTING: list[tuple[list[Any], Any, Any]] = [
    ([1, None], pa.int64(), pa.int32()),
    ([1, None], pa.int32(), pa.int64()),
    ([1, None], pa.uint64(), pa.int8()),
    ([2**53, None], pa.int64(), pa.float64()),
    ([1.0, None], pa.float64(), pa.int64()),
    ([1.5, None, float("inf")], pa.float64(), pa.float32()),
    ([1.5, None], pa.float32(), pa.float64()),
    ([1.5, None], pa.float16(), pa.float64()),
    (["a", None, ""], pa.string(), pa.large_string()),
    (["a", None, ""], pa.large_string(), pa.string()),
    (["a", None, ""], pa.string(), CATEGORY),
    (["a", None, ""], CATEGORY, pa.large_string()),
    (["a", None], CATEGORY, pa.dictionary(pa.int32(), pa.large_string())),
    (["a", None], RANKED, pa.dictionary(pa.int32(), pa.large_string(), ordered=True)),
    ([b"a", None], pa.binary(), pa.large_binary()),
    ([b"a", None], pa.binary(), pa.binary(1)),
    ([1, None], pa.timestamp("s"), pa.timestamp("ns")),
    ([1000, None], pa.timestamp("ms", "UTC"), pa.timestamp("s", "UTC")),
    ([1, None], pa.date32(), pa.date64()),
    ([1, None], pa.time32("s"), pa.time64("us")),
    ([1, None], pa.duration("s"), pa.duration("us")),
    ([decimal.Decimal("1.5"), None], pa.decimal128(4, 2), pa.decimal128(10, 1)),
    ([[1, None], None, []], pa.list_(pa.int64()), pa.large_list(pa.int8())),
    ([[1, 2], None], pa.list_(pa.int64()), pa.list_(pa.int8(), 2)),
    ([[1, 2], None], pa.list_(pa.int8(), 2), pa.list_(pa.int64())),
    ([[], None], pa.list_(pa.null()), pa.list_(pa.string())),
    ([[1.5, float("inf")]], pa.list_(pa.float64()), pa.list_(pa.float32())),
    ([[{"a": 1}], None, [None]], pa.list_(pa.struct([("a", pa.int64())])), pa.list_(pa.struct([("a", pa.int8())]))),
    ([None, None], pa.null(), pa.list_(pa.string())),
    ([None, None], pa.null(), CATEGORY),
]


@pytest.mark.parametrize(("values", "source", "target"), FITTING, ids=str)
def test_what_fits_keeps_its_values(values: list[Any], source: Any, target: Any) -> None:
    column = bring(pa.array(values, source), target)
    assert column.type == target
    if not pa.types.is_temporal(source):
        assert column.to_pylist() == values
    else:
        assert column.cast(source).equals(pa.chunked_array([pa.array(values, source)]))


def test_nan_survives_a_change_of_width() -> None:
    for source, target in ((pa.float64(), pa.float32()), (pa.float16(), pa.float64()), (pa.float64(), pa.float16())):
        kept = bring(pa.array([1.5, np.nan, None], source), target)
        assert str(kept.to_pylist()) == "[1.5, nan, None]"
    nested = bring(pa.array([[1.5, np.nan]], pa.list_(pa.float64())), pa.list_(pa.float32()))
    assert str(nested.to_pylist()) == "[[1.5, nan]]"


def test_a_struct_may_lack_and_reorder_fields() -> None:
    target = pa.struct([("a", pa.int64()), ("b", pa.string())])
    assert bring(pa.array([{"b": "x"}, None]), target).to_pylist() == [{"a": None, "b": "x"}, None]
    assert bring(pa.array([{"b": "x", "a": 1}]), target).to_pylist() == [{"a": 1, "b": "x"}]


CLASHES: list[tuple[Any, Any]] = [
    (pa.string(), pa.int64()),
    (pa.int64(), pa.string()),
    (pa.bool_(), pa.int8()),
    (pa.int8(), pa.bool_()),
    (pa.date32(), pa.timestamp("s")),
    (pa.timestamp("s"), pa.timestamp("s", "UTC")),
    (pa.timestamp("s", "Europe/Berlin"), pa.timestamp("s", "UTC")),
    (pa.string(), pa.binary()),
    (pa.string(), RANKED),
    (RANKED, CATEGORY),
    (RANKED, pa.string()),
    (pa.list_(pa.string()), pa.list_(pa.int8())),
    (pa.list_(pa.string()), pa.list_(pa.null())),
    (pa.list_(pa.int8()), pa.int8()),
    (pa.struct([("a", pa.int8()), ("b", pa.int8())]), pa.struct([("a", pa.int8())])),
    (pa.struct([("a", pa.string())]), pa.struct([("a", pa.int8())])),
    (pa.struct([("a", "i1")]), pa.struct([("a", pa.int8()), pa.field("b", pa.int8(), nullable=False)])),
    (pa.map_(pa.string(), pa.int8()), pa.map_(pa.string(), pa.int64())),
]


@pytest.mark.parametrize(("source", "target"), CLASHES, ids=str)
def test_a_type_that_cannot_fit_is_refused_by_name(source: Any, target: Any) -> None:
    with pytest.raises(InvalidDataError) as caught:
        merge_schema(pa.schema([("x", target)]), pa.schema([("x", source)]))
    for part in ("'x'", str(source), str(target), "A column keeps its type"):
        assert part in str(caught.value)
    with pytest.raises(InvalidDataError, match="not every value"):
        conform(pa.table({"x": pa.nulls(1, source)}), pa.schema([("x", target)]))


LOSSES: list[tuple[list[Any], Any, Any]] = [
    ([1.5], pa.float64(), pa.int64()),
    ([float("nan")], pa.float64(), pa.int64()),
    ([300], pa.int64(), pa.int8()),
    ([-1], pa.int64(), pa.uint64()),
    ([2**53 + 1], pa.int64(), pa.float64()),
    ([0.1], pa.float64(), pa.float32()),
    ([1e300], pa.float64(), pa.float32()),
    ([[0.1]], pa.list_(pa.float64()), pa.list_(pa.float32())),
    ([{"a": 0.1}], pa.struct([("a", pa.float64())]), pa.struct([("a", pa.float32())])),
    ([1], pa.timestamp("ns"), pa.timestamp("us")),
    ([decimal.Decimal("1.25")], pa.decimal128(3, 2), pa.decimal128(9, 1)),
    ([[1, 2, 3]], pa.list_(pa.int8()), pa.list_(pa.int8(), 2)),
    ([b"abc"], pa.binary(), pa.binary(2)),
]


@pytest.mark.parametrize(("values", "source", "target"), LOSSES, ids=str)
def test_a_value_that_would_change_is_refused_by_name(values: list[Any], source: Any, target: Any) -> None:
    with pytest.raises(InvalidDataError) as caught:
        bring(pa.array(values, source), target)
    for part in ("'x'", str(source), str(target), "not every value"):
        assert part in str(caught.value)


NUMBERS = [pa.int8(), pa.int32(), pa.int64(), pa.uint16(), pa.uint64(), pa.float32(), pa.float64()]


@given(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200), max_size=4),
    st.sampled_from(NUMBERS),
)
def test_integers_arrive_equal_or_not_at_all(values: list[int | None], target: pa.DataType) -> None:
    try:
        kept = bring(pa.array(values, pa.int64()), target).to_pylist()
    except InvalidDataError:
        return
    assert kept == values


@given(st.lists(st.none() | st.floats() | st.integers(-5, 5).map(float), max_size=4), st.sampled_from(NUMBERS))
def test_floats_arrive_equal_or_not_at_all(values: list[float | None], target: pa.DataType) -> None:
    try:
        kept = bring(pa.array(values, pa.float64(), from_pandas=False), target).to_pylist()
    except InvalidDataError:
        return
    assert str(kept) == str(values) or kept == values


def test_a_column_equal_but_for_case_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="'Text' and 'text'"):
        merge_schema(pa.schema([("Text", pa.string())]), pa.schema([("text", pa.string())]))


def test_a_column_that_may_not_be_null_must_be_there() -> None:
    current = pa.schema([pa.field("x", pa.int64(), nullable=False)])
    with pytest.raises(InvalidDataError, match="'x' may not be null"):
        merge_schema(current, pa.schema([("y", pa.int8())]))
    with pytest.raises(InvalidDataError, match="'x' may not be null"):
        conform(pa.table({"x": pa.array([1, None])}), current)


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(InvalidDataError, match=r"'y'.*merge the schemas"):
        conform(pa.table({"y": [1]}), pa.schema([("x", pa.int8())]))
