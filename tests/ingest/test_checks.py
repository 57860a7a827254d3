"""A batch that cannot be stored is refused whole, with names and values."""

from __future__ import annotations

import uuid
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import InvalidDataError
from localatlas.ingest import MAX_ID_LENGTH, check_table, to_table


def ids(values: list[Any], kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"id": pa.array(values, kind)})


@pytest.mark.parametrize(
    "data", [pd.DataFrame(), pd.DataFrame({"x": []}), [], [{}], pa.table({"x": pa.array([], "i8")})]
)
def test_empty_data_is_refused(data: Any) -> None:
    with pytest.raises(InvalidDataError, match="at least one row and one column"):
        check_table(to_table(data))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "a", "b"], "'a' occur more than once"),
        (["Text", "text"], "rename one of 'Text' and 'text'"),
        (["Straße", "STRASSE"], "'Straße' and 'STRASSE'"),
        (["_mine"], "start with '_' are reserved; .*'_mine'. Rename them"),
        (["_position_index"], "numbers the rows itself"),
        (["_embeddings"], "pass the vectors as embeddings="),
        (["_blob", "a"], "pass the images as blobs="),
        (["a", ""], r"column 1 \(counted from 0\) has an empty name"),
        (["a", "b\0c"], r"end names at a NUL character; the data has the columns .b.x00c."),
    ],
)
def test_names_that_cannot_be_stored_are_refused(names: list[str], message: str) -> None:
    table = pa.Table.from_arrays([pa.array([1])] * len(names), names=names)
    with pytest.raises(InvalidDataError, match=message):
        check_table(table)


def test_duplicate_names_of_a_frame_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="'a' occur more than once"):
        check_table(to_table(pd.DataFrame([[1, 2]], columns=["a", "a"])))


def test_a_missing_id_field_names_the_near_column() -> None:
    with pytest.raises(InvalidDataError, match=r"'text_idd' is not among the columns, did you mean 'text_id'\?"):
        check_table(pa.table({"text_id": [1], "x": [1]}), id_field="text_idd")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (ids(["a", None, "b", None]), r"is null in 2 of 4 rows \(rows 1, 3, counted from 0\)"),
        (ids([None, None]), "is null in 2 of 2 rows"),
        (ids(["a", "", "b"]), r"empty string in 1 of 3 rows \(rows 1,"),
        (ids(["a", "x" * 37]), f"1 ids in 'id' are longer than 36 characters: '{'x' * 37}'"),
        (ids(["a", "b", "a", "c", "b"]), "2 ids occur more than once in 'id': 'a', 'b'"),
        (ids([7, 8, 7]), "1 ids occur more than once in 'id': 7"),
        (ids([1.0, 2.0]), "of type double; ids are strings or integers"),
        (ids([True, False]), "of type bool"),
        (ids([b"a"]), "of type binary"),
        (ids([uuid.UUID(int=1)]), "of type extension"),
        (ids([["a"]]), "of type list"),
        (ids(["a"]).set_column(0, "id", pa.array(["a"]).dictionary_encode()), "of type dictionary"),
    ],
)
def test_ids_that_cannot_be_used_are_refused(table: pa.Table, message: str) -> None:
    with pytest.raises(InvalidDataError, match=message):
        check_table(table, id_field="id")


def test_length_is_counted_in_characters() -> None:
    check_table(ids(["é☃数" * 12, str(uuid.UUID(int=5))]), id_field="id")
    with pytest.raises(InvalidDataError, match="longer than 36"):
        check_table(ids(["é" * 37]), id_field="id")


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=8))
def test_ids_are_taken_or_refused_as_the_rules_say(values: list[str | None]) -> None:
    fine = all(value and len(value) <= MAX_ID_LENGTH for value in values) and len(set(values)) == len(values)
    for kind in (pa.string(), pa.large_string()):
        if fine:
            check_table(ids(values, kind), id_field="id")
        else:
            with pytest.raises(InvalidDataError, match="'id'"):
                check_table(ids(values, kind), id_field="id")


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=8, unique=True))
def test_distinct_integers_are_ids(values: list[int]) -> None:
    chunks = pa.chunked_array([pa.array(values[:1]), pa.array(values[1:], pa.int64())])
    check_table(pa.table({"id": chunks}), id_field="id")


def test_ids_are_not_needed_without_an_id_field() -> None:
    check_table(ids([None, ""], pa.string()))
