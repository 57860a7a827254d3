from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import selections as s
from localatlas.errors import AtlasValueError

A, B, C = s.tagged("a"), s.tagged("b"), s.tagged("c")


def test_chains_of_one_operator_stay_flat() -> None:
    assert s.all_of(A, B, C) == A & B & C == A & (B & C)
    assert s.any_of(A, B, C) == (A | B) | C
    assert s.all_of(s.any_of(A, B), C) == (A | B) & C
    assert s.none_of(A, B) == ~(A | B)
    assert ~~A == A


def test_only_selections_combine() -> None:
    for wrong in (True, "a", {"type": "tag", "name": "a"}):
        with pytest.raises(TypeError, match="unsupported operand"):
            A & wrong  # type: ignore[operator]  # the mistake that is tested
        with pytest.raises(TypeError, match="unsupported operand"):
            A | wrong  # type: ignore[operator]  # likewise


def test_nothing_mutates() -> None:
    with pytest.raises(ValueError, match="frozen"):
        A.name = "b"


@pytest.mark.parametrize(
    ("bound", "stored"),
    [
        (3, 3),
        (np.int8(3), 3),
        (np.float64(0.5), 0.5),
        (dt.date(2024, 1, 31), "2024-01-31"),
        (dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC), "2024-01-31T12:00:00+00:00"),
        (pd.Timestamp("2024-01-31T12:00:00.123456789+01:00"), "2024-01-31T12:00:00.123456789+01:00"),
        (np.datetime64("2024-01-31"), "2024-01-31"),
        (np.datetime64("2024-01-31T12:00", "ns"), "2024-01-31T12:00:00.000000000"),
    ],
    ids=str,
)
def test_bounds_may_be_numpys_pandas_and_pythons(bound: Any, stored: Any) -> None:
    assert s.between("v", bound).low == stored
    assert s.parse(s.at_most("v", bound).to_json()) == s.at_most("v", stored)


@pytest.mark.parametrize(
    "make", [list, tuple, np.array, pd.Series, pa.array, lambda values: pa.chunked_array([values])]
)
def test_ids_and_values_may_come_in_any_column(make: Any) -> None:
    assert s.has_ids(make([1, 2])) == s.Ids(ids=(1, 2))
    assert s.has_ids(make(["a", "b"])) == s.Ids(ids=("a", "b"))
    assert s.is_in("v", make([1.5, 2.0])) == s.Category(field="v", values=(1.5, 2.0))


def test_vectors_and_polygons_may_be_arrays() -> None:
    assert s.like(np.array([0.5, 1], np.float32), k=3) == s.Meaning(vector=(0.5, 1.0), k=3)
    square = np.array([[0, 0], [1, 0], [1, 1]])
    assert s.within(square) == s.within([(0, 0), (1, 0), (1, 1)]) == s.Lasso(polygons=(((0, 0), (1, 0), (1, 1)),))


def test_the_rest_says_what_it_is_called() -> None:
    assert s.everything() == s.AllOf(of=())
    assert s.is_null("v") == s.Category(field="v", values=(None,))
    assert s.contains("a", "v") == s.Text(query="a", fields=("v",))
    assert s.matches("a.", whole_word=True) == s.Text(query="a.", regex=True, whole_word=True)
    assert s.duplicates() == s.Duplicates(classes=("deletion candidate",))
    assert s.topic(3) == s.Topic(topic_id=3)
    assert s.near("r1", 4) == s.Neighbors(id="r1", k=4)


def test_what_is_wrong_is_an_error_of_ours() -> None:
    for call in (lambda: s.contains(""), lambda: s.between("v"), lambda: s.like("x"), lambda: s.within([(0, 0)])):
        with pytest.raises(AtlasValueError):
            call()
    with pytest.raises(AtlasValueError, match=r"text: fields\[0\]: input should be a valid string, got 3"):
        s.contains("a", [3])  # type: ignore[list-item]  # the mistake that is tested
