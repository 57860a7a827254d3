"""The formats that a map is exported to, each written block by block."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from localatlas.readers.inference import NOT_AVAILABLE

__all__ = [
    "FORMATS",
    "ArrowWriter",
    "CsvWriter",
    "ParquetWriter",
    "Writer",
    "json_value",
    "one_dictionary",
    "with_dictionary",
]


class Writer(ABC):
    """Writes tables of one schema to a file.

    Attributes:
        one_dictionary: whether a column of categories must have the same categories in every table.
    """

    one_dictionary = False

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin a file."""
        self._sink = self._begin(path, schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._sink.close()

    @abstractmethod
    def _begin(self, path: Path, schema: pa.Schema) -> Any:
        """Return what writes to the file."""

    def write(self, table: pa.Table) -> None:
        """Write some rows."""
        self._sink.write_table(table)


class ParquetWriter(Writer):
    """Types are kept, but for what Parquet lacks: date64, times in seconds, categories of anything but text."""

    def _begin(self, path: Path, schema: pa.Schema) -> Any:
        from pyarrow import parquet

        return parquet.ParquetWriter(path, schema, compression="zstd")


class ArrowWriter(Writer):
    """An Arrow IPC file, which is what Feather's second version is; all types are kept."""

    one_dictionary = True

    def _begin(self, path: Path, schema: pa.Schema) -> Any:
        return pa.ipc.new_file(str(path), schema)


class CsvWriter(Writer):
    """UTF-8 with a head line; a null is nothing, an empty text `""`, lists and structs are JSON, bytes base64.

    In a file of one column a null is `NOT_AVAILABLE`, without quotes: readers skip empty lines, and would lose the row.
    """

    def _begin(self, path: Path, schema: pa.Schema) -> Any:
        from pyarrow import csv

        if len(schema) == 1:
            return _OneColumn(path, schema[0].name)
        return csv.CSVWriter(str(path), pa.schema([pa.field(field.name, _flat(field.type)) for field in schema]))

    def write(self, table: pa.Table) -> None:
        """Write some rows."""
        columns = [_as_text(column) for column in table.columns]
        self._sink.write_table(pa.table(columns, names=table.column_names))


class _OneColumn:
    """A CSV file of one column, every value in quotes but a null; Arrow's writer has no word for a null."""

    def __init__(self, path: Path, name: str) -> None:
        self._file = path.open("wb")
        self._write([name])

    def write_table(self, table: pa.Table) -> None:
        self._write(table.column(0).cast(pa.large_string()).to_pylist())

    def close(self) -> None:
        self._file.close()

    def _write(self, values: list[str | None]) -> None:
        lines = [NOT_AVAILABLE if value is None else '"' + value.replace('"', '""') + '"' for value in values]
        self._file.write("".join(f"{line}\n" for line in lines).encode())


FORMATS: dict[str, type[Writer]] = {
    ".parquet": ParquetWriter,
    ".csv": CsvWriter,
    ".arrow": ArrowWriter,
    ".feather": ArrowWriter,
}


def one_dictionary(tables: Iterable[pa.Table], names: Sequence[str]) -> dict[str, pa.Array]:
    """Return the categories of some columns over all tables, in the order of their appearance."""
    found: dict[str, pa.Array] = {}
    if not names:
        return found
    for table in tables:
        for name in names:
            for chunk in table[name].chunks:
                known = found.get(name)
                more = chunk.dictionary
                found[name] = more if known is None else pc.unique(pa.chunked_array([known, more], type=more.type))
    return found


def with_dictionary(column: pa.ChunkedArray, categories: pa.Array | None, kind: pa.DataType) -> pa.ChunkedArray:
    """Return a column as its type `kind`, with these categories if there are any."""
    if categories is None:
        return column if column.type == kind else column.cast(kind)
    codes = pc.index_in(column.cast(kind.value_type), value_set=categories.cast(kind.value_type))
    chunks = [
        pa.DictionaryArray.from_arrays(
            chunk.cast(kind.index_type), categories.cast(kind.value_type), ordered=kind.ordered
        )
        for chunk in codes.chunks
    ]
    return pa.chunked_array(chunks, type=kind)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _flat(kind: pa.DataType) -> pa.DataType:
    """Return the type that a column has in a CSV file."""
    if pa.types.is_dictionary(kind):
        return _flat(kind.value_type)
    return pa.string() if pa.types.is_nested(kind) or _is_binary(kind) else kind


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.cast(kind.value_type))
    if not (pa.types.is_nested(kind) or _is_binary(kind)):
        return column
    write = _base64 if _is_binary(kind) else _json
    values = [None if value is None else write(value) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(values, pa.string())])


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _json(value: Any) -> str:
    return json.dumps(json_value(value), ensure_ascii=False, allow_nan=False)


def json_value(value: Any) -> Any:
    """Return a value as JSON can hold it: times as ISO 8601, bytes as base64, decimals as text, NaN as null."""
    if isinstance(value, dict):
        return {key: json_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return _base64(value)
    return str(value) if isinstance(value, dt.timedelta | Decimal) else value
