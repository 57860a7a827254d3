"""A pandas DataFrame to Arrow columns, without pandas' own conversion, which turns NaN into null."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from localatlas.errors import InvalidDataError, listing
from localatlas.ingest.values import ARROW_FAILURES, to_array

__all__ = ["frame_columns"]


def frame_columns(frame: pd.DataFrame) -> list[tuple[str, pa.Array | pa.ChunkedArray]]:
    """Return one array per column, in order; the index is left out, with a warning if it has a name.

    Raises:
        InvalidDataError: a column's name is not a string, it mixes types, or Arrow cannot hold it.
    """
    if wrong := [name for name in frame.columns if not isinstance(name, str)]:
        raise InvalidDataError(
            f"column names must be strings; the DataFrame has {listing(wrong)}. "
            "Rename them, for example with df.columns = df.columns.map(str)."
        )
    _warn_of_index(frame)
    return [(str(name), _column(str(name), frame.iloc[:, i])) for i, name in enumerate(frame.columns)]


def _warn_of_index(frame: pd.DataFrame) -> None:
    names = [name for name in frame.index.names if name is not None]
    if names:
        warnings.warn(
            f"the index {listing(names)} of the DataFrame is not stored; use df.reset_index() to keep it as a column.",
            UserWarning,
            stacklevel=4,
        )


def _column(name: str, series: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        return _column(name, pd.Series(series.array.to_dense()))
    if isinstance(dtype, pd.CategoricalDtype):
        return _categories(name, series)
    if dtype == np.dtype(object):
        return to_array(name, series.tolist(), nan_is_missing=True)
    try:
        if isinstance(dtype, np.dtype):
            return pa.array(series.to_numpy(), from_pandas=False)
        return pa.array(series)
    except ARROW_FAILURES as error:
        raise InvalidDataError(f"column {name!r} of dtype {dtype} cannot be stored: {error}.") from error


def _categories(name: str, series: pd.Series[Any]) -> pa.DictionaryArray:
    codes = np.asarray(series.cat.codes).astype(np.int32)
    values = _column(name, pd.Series(series.cat.categories))
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values, ordered=bool(series.cat.ordered))
