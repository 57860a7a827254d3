"""Internal columns are put beside the user's."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from localatlas.errors import InvalidDataError
from localatlas.ingest import attach, storable, to_vectors


def test_internal_columns_come_last() -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    table = attach(
        pa.table({"x": ["a", "b", None]}), positions=np.array([4, 5, 6]), vectors=vectors, blobs=[b"1", None, b"3"]
    )
    assert table.schema == pa.schema(
        [
            ("x", pa.string()),
            ("_position_index", pa.int64()),
            ("_embeddings", pa.list_(pa.float32(), 2)),
            ("_blob", pa.large_binary()),
        ]
    )
    assert table["_position_index"].to_pylist() == [4, 5, 6]
    assert table["_blob"].to_pylist() == [b"1", None, b"3"]
    assert np.array_equal(to_vectors(table["_embeddings"], 3), vectors)


def test_vectors_are_not_copied() -> None:
    vectors = np.ones((3, 2), np.float32)
    column = attach(pa.table({}), positions=np.arange(3), vectors=vectors)["_embeddings"]
    assert column.chunk(0).values.buffers()[1].address == vectors.ctypes.data


def test_rows_may_have_no_columns_of_the_user() -> None:
    assert attach(pa.table({}), positions=np.arange(3)).num_rows == 3


def test_nothing_attached_is_the_same_table() -> None:
    table = pa.table({"x": [1]})
    assert attach(table).equals(table)


@pytest.mark.parametrize("part", ["vectors", "blobs"])
def test_another_number_of_rows_is_refused(part: str) -> None:
    parts = {"vectors": np.ones((2, 2), np.float32), "blobs": [b"", b""]}
    with pytest.raises(InvalidDataError, match=r"3 rows, but there are: .* 2"):
        attach(pa.table({"x": [1, 2, 3]}), **{part: parts[part]})


def test_columns_of_null_type_are_not_stored() -> None:
    table = pa.table({"n": pa.nulls(2), "x": [1, 2], "m": pa.nulls(2)})
    assert storable(table).column_names == ["x"]
    assert storable(table.select(["n"])).num_columns == 0
