"""Embeddings that a user brings, as float32 [N, D]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.errors import AtlasTypeError, InvalidDataError, listing
from localatlas.ingest.schema import is_list

__all__ = ["check_width", "to_vectors"]

ACCEPTED = "a NumPy array [rows, width], a list of equally long lists or arrays, or an Arrow list array"
# Rows are looked at in blocks of about this many numbers, so that no second copy of the whole is made.
BLOCK_NUMBERS = 1 << 22


def to_vectors(embeddings: Any, rows: int, width: int | None = None) -> NDArray[np.float32]:
    """Return `embeddings` as float32 [N, D], C-contiguous; the same memory when it is that already.

    float64 and integers are rounded to float32, as every index stores them.

    Args:
        embeddings: an array, a list of lists or of arrays, an Arrow list array, or what has `__array__`.
        rows: how many rows the data has.
        width: D of the dataset's earlier embeddings; None if there are none.

    Raises:
        AtlasTypeError: not an array or list, or not of numbers.
        InvalidDataError: ragged, not two-dimensional, of another length or width, or with NaN, infinity or a number
            that float32 cannot hold.
    """
    array = _matrix(embeddings)
    _check_shape(array, rows, width)
    vectors = _to_float32(array)
    _check_finite(array, vectors)
    return vectors


def _matrix(embeddings: Any) -> NDArray[Any]:
    if isinstance(embeddings, pa.Array | pa.ChunkedArray):
        return _from_arrow(embeddings)
    if isinstance(embeddings, pd.Series):
        return _from_rows(list(embeddings))
    if isinstance(embeddings, np.ndarray) and embeddings.dtype == np.dtype(object) and embeddings.ndim == 1:
        return _from_rows(list(embeddings))
    if hasattr(embeddings, "__arrow_c_stream__") and is_list((stream := pa.chunked_array(embeddings)).type):
        return _from_arrow(stream)
    if hasattr(embeddings, "__array__"):
        return _as_numbers(embeddings, "embeddings")
    if isinstance(embeddings, Sequence) and not isinstance(embeddings, str | bytes):
        return _from_rows(embeddings)
    raise AtlasTypeError(f"embeddings of type {type(embeddings).__qualname__} are not taken; give {ACCEPTED}.")


def _as_numbers(values: Any, what: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise AtlasTypeError(
            f"{what} of type {type(values).__qualname__} cannot be read as an array ({error}); give {ACCEPTED}. "
            "A torch tensor is ready after .detach().cpu().float().numpy()."
        ) from error
    if array.size and array.dtype.kind not in "fiu":
        raise AtlasTypeError(f"{what} must be real numbers; got values of type {array.dtype}.")
    return array


def _from_rows(values: Sequence[Any]) -> NDArray[Any]:
    rows = [_as_numbers(value, f"embedding {i}") for i, value in enumerate(values)]
    if flat := [i for i, row in enumerate(rows) if row.ndim != 1]:
        raise InvalidDataError(f"embeddings {listing(flat)} are not lists of numbers; give {ACCEPTED}.")
    widths = [row.shape[0] for row in rows]
    if ragged := [i for i, width in enumerate(widths) if width != widths[0]]:
        raise InvalidDataError(
            f"embeddings differ in length: embedding 0 has {widths[0]:,} numbers, embedding {ragged[0]} has "
            f"{widths[ragged[0]]:,} ({len(ragged):,} differ in all); every embedding needs the same length."
        )
    return np.stack(rows) if rows else np.empty((0, 0), np.float32)


def _from_arrow(embeddings: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    lists = embeddings.combine_chunks() if isinstance(embeddings, pa.ChunkedArray) else embeddings
    if not is_list(lists.type):
        raise AtlasTypeError(f"embeddings of the Arrow type {lists.type} are not taken; give {ACCEPTED}.")
    if lists.null_count:
        nulls = np.flatnonzero(lists.is_null().to_numpy(zero_copy_only=False))
        raise InvalidDataError(
            f"{nulls.size:,} embeddings are null (rows {listing(nulls.tolist())}, counted from 0); every row needs one."
        )
    lengths = pc.list_value_length(lists)
    shortest, longest = (pc.min_max(lengths)[key].as_py() or 0 for key in ("min", "max"))
    if shortest != longest:
        raise InvalidDataError(
            f"embeddings differ in length, from {shortest:,} to {longest:,} numbers; "
            "every embedding needs the same length."
        )
    numbers = lists.flatten()
    if numbers.null_count:
        raise InvalidDataError(f"{numbers.null_count:,} numbers of the embeddings are null; none may be missing.")
    return _as_numbers(numbers.to_numpy(zero_copy_only=False), "embeddings").reshape(len(lists), longest)


def _check_shape(array: NDArray[Any], rows: int, width: int | None) -> None:
    if array.ndim != 2:  # noqa: PLR2004 - a matrix has two dimensions
        raise InvalidDataError(f"embeddings have the shape {list(array.shape)}; give a two-dimensional [rows, width].")
    if array.shape[0] != rows:
        raise InvalidDataError(f"there are {array.shape[0]:,} embeddings for {rows:,} rows; give one for every row.")
    if array.shape[1] == 0:
        raise InvalidDataError("embeddings have no columns; give at least one number a row.")
    if width is not None:
        check_width(int(array.shape[1]), width)


def check_width(given: int, width: int) -> None:
    """Refuse vectors of another width than the dataset's. Raises InvalidDataError."""
    if given != width:
        raise InvalidDataError(
            f"embeddings are {given:,} wide, those of the dataset {width:,}; "
            "use the model of the earlier rows, or a new dataset."
        )


def _to_float32(array: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def _check_finite(array: NDArray[Any], vectors: NDArray[np.float32]) -> None:
    step = max(1, BLOCK_NUMBERS // vectors.shape[1])
    blocks = (np.isfinite(vectors[start : start + step]).all(axis=1) for start in range(0, len(vectors), step))
    wrong = np.flatnonzero(~np.concatenate(list(blocks))) if len(vectors) else np.empty(0, np.intp)
    if not wrong.size:
        return
    if np.isfinite(array[wrong]).all():
        raise InvalidDataError(
            f"embeddings have numbers that float32 cannot hold (beyond 3.4e38) in {wrong.size:,} rows "
            f"({listing(wrong.tolist())}, counted from 0); scale them down."
        )
    raise InvalidDataError(
        f"embeddings have NaN or infinity in {wrong.size:,} rows ({listing(wrong.tolist())}, counted from 0); "
        "drop those rows or embed them again."
    )
