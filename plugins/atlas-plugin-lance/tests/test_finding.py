"""Values are found in the stored table by what they mean."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from atlas_plugin_lance import LanceStorage
from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.protocols import DatasetKey

KEY = DatasetKey("me", "data")


def numbered(array: pa.Array, first: int = 0, name: str = "column") -> pa.Table:
    return pa.table({"_position_index": pa.array(range(first, first + len(array)), pa.int64()), name: array})


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        (pa.array([1, 2, 3]), pa.array([3, 9], pa.int8()), [3]),
        (pa.array(["a", "b"]), pa.array(["b"], pa.large_string()), ["b"]),
        (pa.array(["a", "b"], pa.dictionary(pa.int8(), pa.string())), pa.array(["b", "c"]), ["b"]),
        (pa.array(["a", "b"]), pa.array(["b", "c"], pa.dictionary(pa.int8(), pa.string())), ["b"]),
        (pa.array([dt.date(2024, 1, 1)]), pa.array([dt.date(2024, 1, 1), None]), [dt.date(2024, 1, 1)]),
        (pa.array([decimal.Decimal("1.50")]), pa.array([decimal.Decimal("1.50")]), [decimal.Decimal("1.50")]),
        (pa.array([b"a", b""]), pa.array([b""]), [b""]),
        (pa.array([True, True]), pa.array([False, True]), [True]),
    ],
)
def test_values_are_looked_up_by_what_they_mean(
    tmp_path: Path, column: pa.Array, values: pa.Array, found: list[Any]
) -> None:
    store = LanceStorage(LanceStorage.Options(address=str(tmp_path))).create(KEY, b"")
    store.append(numbered(column))
    assert store.find("column", values).to_pylist() == found
    assert store.take("column", values)["column"].to_pylist() == found


def test_values_that_a_column_cannot_hold_are_refused(tmp_path: Path) -> None:
    store = LanceStorage(LanceStorage.Options(address=str(tmp_path))).create(KEY, b"")
    store.append(numbered(pa.array([1, 2])))
    with pytest.raises(AtlasTypeError, match="'column' of type int64"):
        store.find("column", pa.array(["one"]))
    with pytest.raises(InvalidDataError, match="has type string, the dataset's has int64"):
        store.append(numbered(pa.array(["one"]), 2))
