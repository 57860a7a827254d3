from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from localatlas.errors import AtlasValueError
from localatlas.selections.values import among


def found(values: list[Any], kind: pa.DataType, *wanted: Any) -> list[int]:
    return np.flatnonzero(among(wanted, kind, "column 'v'")(pa.chunked_array([pa.array(values, kind)]))).tolist()


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_texts_are_equal_letter_by_letter(kind: pa.DataType) -> None:
    assert found(["a", "A", "", None, "aa"], kind, "a", "") == [0, 2]
    assert found(["a", "A", "", None, "aa"], kind, None) == [3]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.uint16(), pa.float32(), pa.float64()], ids=str)
def test_numbers_are_equal_by_size(kind: pa.DataType) -> None:
    assert found([0, 1, 2, None], kind, 1.0, 2, 10**30, -(10**400)) == [1, 2]
    assert found([0, 1, 2, None], kind, 0.5, None) == [3]
    assert found([0, 1, 2, None], kind, -0.0) == [0]


def test_floats_are_not_rounded_to_be_equal() -> None:
    assert found([0.1, 0.30000000000000004, math.nan], pa.float64(), 0.1, 0.3) == [0]
    assert found([0.1, 0.5], pa.float32(), 0.1, 0.5) == [1]
    assert found([0.0, -0.0], pa.float64(), 0) == [0, 1]


def test_booleans_are_no_numbers() -> None:
    assert found([True, False, None], pa.bool_(), False) == [1]
    with pytest.raises(AtlasValueError, match="column 'v' is bool, and 1 is not"):
        found([True], pa.bool_(), 1)
    with pytest.raises(AtlasValueError, match="column 'v' is int64, and True is not"):
        found([1], pa.int64(), True)


def test_null_can_be_asked_of_any_column() -> None:
    for kind in (pa.list_(pa.int64()), pa.date32(), pa.binary(), pa.struct([("a", pa.int8())])):
        assert found([None], kind, None) == [0]
        assert among([], kind, "v")(pa.chunked_array([pa.array([None], kind)])).tolist() == [False]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (pa.string(), 1, "column 'v' is string, and 1 is not"),
        (pa.int64(), "1", "column 'v' is int64, and '1' is not"),
        (pa.date32(), "2024-01-31", "Dates take a range"),
        (pa.list_(pa.string()), "a", "only texts, numbers and booleans"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: pa.DataType, value: Any, words: str) -> None:
    with pytest.raises(AtlasValueError, match=words):
        among([value], kind, "column 'v'")
