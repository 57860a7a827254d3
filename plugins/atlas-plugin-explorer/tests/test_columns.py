from __future__ import annotations

import decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_explorer.columns import NULL_CODE, OTHER_CODE, Column, describe, plain, reader_of
from atlas_plugin_explorer.dates import DateStrings
from atlas_plugin_explorer.strings import SHOWN_CATEGORIES
from hypothesis import given
from hypothesis import strategies as st


def column(values: Any, kind: pa.DataType | None = None, *, mapped: bool = False) -> Column:
    return describe(plain(pa.chunked_array([pa.array(values, kind)])), ids=False, mapped=mapped)


def test_categories_are_ranked_by_count_then_value() -> None:
    found = column(["b", "a", "c", "c", None, "a", "b", "c"])
    assert found.kind == "category"
    assert found.facts["categories"] == [
        {"value": "c", "count": 3},
        {"value": "a", "count": 2},
        {"value": "b", "count": 2},
    ]
    assert found.values is not None
    assert found.values.dtype == np.uint8
    assert found.values.tolist() == [2, 1, 0, 0, NULL_CODE, 1, 2, 0]


def test_rare_categories_are_one_class() -> None:
    found = column([f"v{k}" for k in range(100) for _ in range(k + 4)])
    assert len(found.facts["categories"]) == SHOWN_CATEGORIES
    assert found.facts["other"] == {"values": 36, "count": sum(k + 4 for k in range(36))}
    assert found.values is not None
    assert np.count_nonzero(found.values == OTHER_CODE) == found.facts["other"]["count"]


def test_dictionary_columns_are_categories() -> None:
    found = column(pa.array(["x", "y", "x"]).dictionary_encode())
    assert [entry["value"] for entry in found.facts["categories"]] == ["x", "y"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"a text of its own, {k}" for k in range(100)], "text"),
        ([f"{k:05d}" for k in range(100)], "id"),
        ([str(k) for k in range(50)] * 2, "category"),
        ([str(k % 900) for k in range(1_000)], "text"),
        (["x" * 129, "y"] * 50, "text"),
        (["2018-02", "2018-03"], "date"),
        ([None, None], "other"),
        (pa.array([None, None], pa.string()), "text"),
        ([[1, 2], None], "other"),
        ([b"x"], "other"),
        ([{"a": 1}], "other"),
        ([True, None], "boolean"),
        ([decimal.Decimal("1.50")], "number"),
        ([np.datetime64("2020-01-01T00:00:00", "ns")], "date"),
    ],
)
def test_kinds(values: Any, kind: str) -> None:
    assert column(values).kind == kind


def test_null_columns_and_empty_ones_have_no_pages() -> None:
    for found in (column([None, None]), column([None], pa.float64()), column([], pa.int32()), column([], pa.string())):
        assert found.values is None
        assert "min" not in found.facts


def test_a_handful_of_mapped_texts_is_no_category() -> None:
    texts = ["first text", "second text", "third text"]
    assert column(texts).kind == "category"
    assert column(texts, mapped=True).kind == "text"
    assert column(["spam", "ham"] * 10, mapped=True).kind == "category"


def test_numbers_keep_nulls_and_infinities() -> None:
    found = column([1.5, None, float("inf"), float("nan"), -2.0])
    assert found.values is not None
    assert found.values.dtype == np.float32
    np.testing.assert_array_equal(found.values, np.array([1.5, np.nan, np.inf, np.nan, -2], np.float32))
    assert (found.facts["min"], found.facts["max"], found.facts["integer"]) == (-2.0, 1.5, False)


def test_numbers_beyond_float32_are_infinite_in_pages_only() -> None:
    found = column([1e300, 0.0])
    assert found.values is not None
    assert np.isinf(found.values[0])
    assert found.facts["max"] == 1e300


def test_integers_have_whole_limits() -> None:
    found = column([3, 1, 2], pa.uint64())
    assert found.facts["integer"] is True
    assert found.facts["quantiles"] == [1, 1, 1, 2, 3, 3, 3]
    assert all(isinstance(value, int) for value in found.facts["quantiles"])


def test_booleans_are_coded() -> None:
    found = column([True, False, None, True])
    assert found.values is not None
    assert found.values.tolist() == [1, 0, NULL_CODE, 1]
    assert found.facts["categories"] == [{"value": False, "count": 1}, {"value": True, "count": 2}]


def test_ids_are_told_by_whoever_knows_them() -> None:
    assert describe(pa.chunked_array([pa.array([1, 2])]), ids=True, mapped=False).kind == "id"


VALUES = st.one_of(
    st.lists(st.none() | st.sampled_from(["a", "b", "", "2020-01", "2020-02-30", "word with space"]), max_size=60),
    st.lists(st.none() | st.text(max_size=40), max_size=30),
    st.lists(st.none() | st.floats(), max_size=30),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=30),
    st.lists(st.none() | st.booleans(), max_size=30),
    st.lists(st.none() | st.datetimes(), max_size=30),
)


@given(VALUES, st.randoms(use_true_random=False), st.integers(1, 7))
def test_blocks_in_any_order_say_what_the_whole_column_says(values: list[Any], random: Random, size: int) -> None:
    whole = plain(pa.chunked_array([pa.array(values)]))
    expected = describe(whole, ids=False, mapped=False)
    reader = reader_of(whole.type, len(whole), ids=False, mapped=False)
    starts = list(range(0, len(whole), size))
    random.shuffle(starts)
    for start in starts:
        part = whole.slice(start, size)
        reader.add(np.arange(start, start + len(part)), part)
    found = reader.column()
    assert (found.kind, found.facts) == (expected.kind, expected.facts)
    assert (found.values is None) == (expected.values is None)
    if found.values is not None:
        np.testing.assert_array_equal(found.values, expected.values, strict=True)


def test_dates_are_given_up_when_too_many_strings_are_none() -> None:
    reader = DateStrings(100)
    reader.add(np.arange(5), pa.chunked_array([pa.array(["word"] * 5, pa.large_string())]))
    assert reader.possible
    reader.add(np.arange(5, 6), pa.chunked_array([pa.array(["word"], pa.large_string())]))
    assert not reader.possible
