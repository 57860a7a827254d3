"""Columns that are more than columns: vectors and images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import InvalidDataError, listing, suggestion
from localatlas.ingest import to_vectors
from localatlas.ingest.schema import is_list
from localatlas.paths import expanded
from localatlas.readers.arrays import open_vectors
from localatlas.readers.rows import Rows

__all__ = ["Shape", "shape_of"]


@dataclass(frozen=True)
class Shape:
    """What becomes of a table's columns.

    Attributes:
        vectors: the column of vectors, or None.
        numbers: the columns of numbers that make up the vectors, one per dimension; they stay columns too.
        array: the vectors of all rows from a file of their own, [N, D], or None.
        images: the column of images: paths, URLs, bytes, or structs of `bytes` and `path`; or None.
    """

    vectors: str | None = None
    numbers: tuple[str, ...] = ()
    array: NDArray[Any] | None = None
    images: str | None = None

    @property
    def brings_vectors(self) -> bool:
        """Whether rows get vectors."""
        return self.vectors is not None or self.array is not None or bool(self.numbers)

    def check(self, schema: pa.Schema, rows: int | None) -> None:
        """Refuse what cannot be done with these columns. Raises InvalidDataError."""
        named = [*((name, "vectors") for name in (self.vectors, *self.numbers)), (self.images, "images")]
        for name, role in named:
            if name is not None and name not in schema.names:
                raise InvalidDataError(
                    f"{role}={name!r}: there is no such column{suggestion(name, schema.names)} "
                    f"The columns are {listing(schema.names, shown=20)}"
                )
        if self.vectors is not None and not is_list(kind := schema.field(self.vectors).type):
            raise InvalidDataError(
                f"vectors={self.vectors!r}: the column is of type {kind}; vectors are lists of numbers"
            )
        for name in self.numbers:
            if not (pa.types.is_integer(kind := schema.field(name).type) or pa.types.is_floating(kind)):
                raise InvalidDataError(f"vectors={name!r}: the column is of type {kind}; it must hold numbers")
        if self.images is not None and not _holds_images(kind := schema.field(self.images).type):
            raise InvalidDataError(
                f"images={self.images!r}: the column is of type {kind}; images are paths, URLs or bytes"
            )
        if self.array is not None and rows is not None and len(self.array) != rows:
            raise InvalidDataError(f"there are {len(self.array):,} vectors for {rows:,} rows; give one for every row")

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns that stay."""
        return pa.schema([field for field in schema if not self._leaves(field)])

    def rows(self, rows: Rows, start: int, base: Path | None) -> Rows:
        """Return rows with their vectors and images taken out of the table.

        Args:
            rows: as they were read.
            start: how many rows came before, to find theirs in `array`.
            base: the folder that relative paths of images start from.
        """
        table, vectors, images = rows.table, rows.embeddings, rows.blobs
        if table is None:
            return rows
        if self.vectors is not None:
            vectors = to_vectors(table[self.vectors], table.num_rows)
        if self.numbers:
            axes = [table[name].cast(pa.float64()).to_numpy() for name in self.numbers]
            vectors = to_vectors(np.stack(axes, axis=1), table.num_rows)
        if self.array is not None:
            block = np.asarray(self.array[start : start + len(rows)])
            vectors = to_vectors(block, len(rows))
        if self.images is not None:
            images = [_image(value, row, base) for row, value in enumerate(table[self.images].to_pylist(), start=start)]
        return Rows(table.select(self.schema(table.schema).names), vectors, images)

    def _leaves(self, field: pa.Field) -> bool:
        # A path says where an image came from; its bytes would be kept twice.
        return field.name == self.vectors or (field.name == self.images and not _is_text(field.type))


def shape_of(vectors: Any, images: str | None) -> Shape:
    """Return the shape that the options `vectors` (columns, a `.npy` file or an array) and `images` ask for."""
    if isinstance(vectors, list | tuple) and vectors and all(isinstance(name, str) for name in vectors):
        return Shape(numbers=tuple(vectors), images=images)
    if isinstance(vectors, Path) or (isinstance(vectors, str) and vectors.lower().endswith(".npy")):
        path = expanded(vectors)
        if not path.is_file():
            raise InvalidDataError(f"vectors={str(vectors)!r}: there is no such file")
        return Shape(array=open_vectors(path), images=images)
    if vectors is None or isinstance(vectors, str):
        return Shape(vectors=vectors, images=images)
    rows = len(vectors) if hasattr(vectors, "__len__") else 0  # `to_vectors` refuses the type
    return Shape(array=to_vectors(vectors, rows), images=images)


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


def _holds_images(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return bool({"bytes", "path"} & {field.name for field in kind})
    return _is_text(kind) or bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _image(value: Any, row: int, base: Path | None) -> Any:
    if isinstance(value, dict):
        value = value.get("bytes") or value.get("path")
    if value is None or value in ("", b""):
        raise InvalidDataError(f"row {row} (counted from 0) has no image; every row needs one")
    if not isinstance(value, str) or "://" in value:
        return value
    path = expanded(value)
    return str(path if path.is_absolute() or base is None else base / path)
