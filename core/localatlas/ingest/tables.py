"""Any accepted form of rows to one Arrow table whose types are the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.ingest.conform import conform
from localatlas.ingest.frames import frame_columns
from localatlas.ingest.layouts import plain
from localatlas.ingest.libraries import tables_of
from localatlas.ingest.records import record_columns

__all__ = ["to_table"]

ACCEPTED = (
    "a pandas or Polars DataFrame, a list of dicts, a pyarrow Table, RecordBatch or RecordBatchReader, a Hugging Face "
    "Dataset, a DuckDB relation, or any object with the Arrow PyCapsule interface"
)


def to_table(data: Any) -> pa.Table:
    """Return `data` as one Arrow table with the same rows, columns and types.

    Nothing is narrowed: int64, float64, bool, lists, structs, zones, decimals, categories, nulls and empty strings
    stay what they are. A missing value is null: None, `pandas.NA` and NaT everywhere, and NaN in an object or
    string column. NaN in a float column stays NaN. Only layouts change: views become plain strings, and the
    codes of categories int32, so that later batches may bring more of them.

    A named index of a DataFrame is not a column; it is left out with a warning.

    Args:
        data: a pandas or Polars DataFrame, a list of dicts (columns in the order in which they are first seen), a
            pyarrow Table, RecordBatch or RecordBatchReader, a Hugging Face Dataset or IterableDataset, a lazy Polars
            frame, or any object with the Arrow PyCapsule interface, such as a DuckDB relation.

    Raises:
        AtlasTypeError: `data` is something else.
        InvalidDataError: a column mixes types or holds what Arrow cannot hold; the message names it.
    """
    if isinstance(data, pd.DataFrame):
        return plain(_from_columns(frame_columns(data)))
    if (tables := tables_of(data)) is not None:
        return _joined(tables)
    if isinstance(data, pa.Table | pa.RecordBatch | pa.RecordBatchReader) or _speaks_arrow(data):
        return plain(_from_arrow(data))
    if isinstance(data, Sequence) and not isinstance(data, str | bytes | bytearray):
        return plain(_from_columns(record_columns(data)))
    raise AtlasTypeError(f"data of type {_type_name(data)} is not taken; give {ACCEPTED}{_hint(data)}.")


def _speaks_arrow(data: Any) -> bool:
    # A pandas Series streams one column without a name; it is refused with a hint instead.
    if isinstance(data, pd.Series):
        return False
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


def _from_columns(columns: list[tuple[str, pa.Array | pa.ChunkedArray]]) -> pa.Table:
    return pa.Table.from_arrays([array for _, array in columns], names=[name for name, _ in columns])


def _from_arrow(data: Any) -> pa.Table:
    # `pa.table` takes even these through Arrow's C interface, which cuts names at a NUL character.
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    try:
        table = data.read_all() if isinstance(data, pa.RecordBatchReader) else pa.table(data)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise InvalidDataError(
            f"data of type {_type_name(data)} could not be read as an Arrow table ({error}); give {ACCEPTED}."
        ) from error
    return table


def _joined(tables: Iterator[pa.Table]) -> pa.Table:
    """Return one table of parts whose columns may only come to light one after another."""
    parts = [plain(table) for table in tables]
    if not parts:
        raise InvalidDataError("the data has no rows, and so no columns; give at least one row.")
    try:
        schema = pa.unify_schemas([part.schema for part in parts], promote_options="permissive").remove_metadata()
    except pa.ArrowException as error:
        raise InvalidDataError(f"the parts of the data have columns of different types: {error}.") from error
    return pa.concat_tables([conform(part, schema) for part in parts]).unify_dictionaries()


def _type_name(data: Any) -> str:
    kind = type(data)
    return str(kind.__qualname__) if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _hint(data: Any) -> str:
    if isinstance(data, Mapping):
        return "; a dict of columns becomes a table with pandas.DataFrame(data)"
    if isinstance(data, pd.Series):
        return "; a Series becomes a table with its to_frame()"
    if isinstance(data, str):
        return "; a file is read first: add_data(**localatlas.read(path))"
    return ""
