"""Embeddings of every form become float32 [N, D], or are refused with the rows at fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.ingest import to_vectors
from numpy.typing import NDArray

SHAPES = arrays.array_shapes(min_dims=2, max_dims=2, max_side=6)
FINITE = arrays.arrays(np.float32, SHAPES, elements=st.floats(allow_nan=False, allow_infinity=False, width=32))


class Tensor:
    """As a torch tensor on the CPU: an array by `__array__`."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.values, dtype=dtype, copy=copy)


class NeedsGrad:
    """As a torch tensor that must be detached first."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def in_objects(values: NDArray[Any]) -> NDArray[Any]:
    rows = np.empty(len(values), object)
    for i, row in enumerate(values):
        rows[i] = row
    return rows


FORMS: dict[str, Any] = {
    "array": lambda x: x,
    "fortran": np.asfortranarray,
    "strided": lambda x: np.repeat(x, 2, axis=0)[::2],
    "float64": lambda x: x.astype(np.float64),
    "lists": lambda x: x.tolist(),
    "arrays": list,
    "tuples": lambda x: tuple(map(tuple, x.tolist())),
    "objects": in_objects,
    "series": lambda x: pd.Series(list(x)),
    "frame": pd.DataFrame,
    "tensor": Tensor,
    "tensors": lambda x: [Tensor(row) for row in x],
    "arrow": lambda x: pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), x.shape[1]),
    "arrow lists": lambda x: pa.array(list(x), pa.list_(pa.float32())),
    "chunked": lambda x: pa.chunked_array([pa.array(list(x), pa.list_(pa.float32(), x.shape[1]))] * 2).slice(len(x)),
    "polars lists": lambda x: pl.Series(x.tolist(), dtype=pl.List(pl.Float32)),
    "polars frame": pl.DataFrame,
    "polars": lambda x: pl.Series(x, dtype=pl.Array(pl.Float32, x.shape[1])),
}


@pytest.mark.parametrize("form", FORMS)
@given(values=FINITE)
def test_every_form_gives_the_same_vectors(form: str, values: NDArray[np.float32]) -> None:
    vectors = to_vectors(FORMS[form](values), len(values), values.shape[1])
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert np.array_equal(vectors, values)


def test_float32_is_not_copied() -> None:
    values = np.ones((3, 2), np.float32)
    assert to_vectors(values, 3) is values


@pytest.mark.parametrize("dtype", ["i1", "u8", "i8", "f2", "f8"])
def test_real_dtypes_are_taken(dtype: str) -> None:
    assert to_vectors(np.ones((2, 2), dtype), 2).tolist() == [[1.0, 1.0], [1.0, 1.0]]


REFUSED: list[tuple[Any, str]] = [
    (np.ones((2, 3)), "2 embeddings for 3 rows"),
    (np.ones(3), r"shape \[3\]"),
    (np.ones((3, 1, 2)), r"shape \[3, 1, 2\]"),
    (np.ones((3, 0)), "no columns"),
    ([[]] * 3, "no columns"),
    ([], "0 embeddings for 3 rows"),
    (np.ones((3, 2)), "2 wide, those of the dataset 4"),
    ([[1.0], [1.0, 2.0], [1.0]], "embedding 0 has 1 numbers, embedding 1 has 2"),
    ([1.0, 2.0, 3.0], "0, 1, 2 are not lists of numbers"),
    ([[[1.0]]] * 3, "are not lists of numbers"),
    (pa.array([[1.0], None, [2.0]]), r"1 embeddings are null \(rows 1,"),
    (pa.array([[1.0], [None], [2.0]]), "1 numbers of the embeddings are null"),
    (pa.array([[1.0], [1.0, 2.0], [1.0]]), "from 1 to 2 numbers"),
    (np.array([[1.0] * 4, [np.nan] * 4, [np.inf] * 4]), r"NaN or infinity in 2 rows \(1, 2, counted from 0\)"),
    ([[1.0] * 4, [-np.inf] * 4, [1.0] * 4], r"NaN or infinity in 1 rows \(1,"),
    (np.full((3, 4), 1e39), r"float32 cannot hold .* in 3 rows \(0, 1, 2,"),
]


@pytest.mark.parametrize(("embeddings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_no_matrix_of_numbers_is_refused(embeddings: Any, message: str) -> None:
    with pytest.raises(InvalidDataError, match=message):
        to_vectors(embeddings, 3, 4)


@pytest.mark.parametrize(
    ("embeddings", "message"),
    [
        ("abc", "embeddings of type str"),
        (7, "embeddings of type int"),
        (None, "embeddings of type NoneType"),
        (np.array([["a"]]), "real numbers; got values of type <U1"),
        (np.array([[True]]), "real numbers; got values of type bool"),
        (np.ones((1, 1), complex), "complex128"),
        ([["a"]], "embedding 0 must be real numbers"),
        ([[None]], "embedding 0 must be real numbers"),
        ([None], "embedding 0 must be real numbers"),
        ([[[1.0], [1.0, 2.0]]], "embedding 0 of type list cannot be read"),
        (NeedsGrad(), "requires grad.*detach"),
        (pa.array([1.0]), "Arrow type double"),
        (pa.array([["a"]]), "got values of type object"),
    ],
)
def test_other_types_are_refused(embeddings: Any, message: str) -> None:
    with pytest.raises(AtlasTypeError, match=message):
        to_vectors(embeddings, 1)


def test_faults_are_found_in_every_block() -> None:
    values = np.ones((70_000, 100), np.float32)
    values[[5, 69_999], 3] = np.nan
    with pytest.raises(InvalidDataError, match=r"2 rows \(5, 69999"):
        to_vectors(values, 70_000)
