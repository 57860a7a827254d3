"""What `add_data` and `map_data` are given, read and checked whole before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import InvalidDataError
from localatlas.ingest.attach import attach
from localatlas.ingest.blobs import to_blobs
from localatlas.ingest.checks import check_table
from localatlas.ingest.tables import to_table
from localatlas.ingest.vectors import to_vectors
from localatlas.protocols.components import Modality

__all__ = ["Batch", "read_batch"]


@dataclass(frozen=True)
class Batch:
    """Rows to add.

    Attributes:
        table: the user's columns, [R]; none when vectors or images came alone.
        rows: R.
        vectors: float32 [R, D], or None.
        images: R encoded images, None where a row has none; or None.
    """

    table: pa.Table
    rows: int
    vectors: NDArray[np.float32] | None = None
    images: list[bytes | None] | None = None

    @property
    def width(self) -> int | None:
        """How many numbers a vector has; None without vectors."""
        return None if self.vectors is None else int(self.vectors.shape[1])

    @property
    def has_images(self) -> bool:
        """Whether images come with the rows."""
        return self.images is not None

    @property
    def modality(self) -> Modality:
        """What a dataset that begins with this batch is."""
        if self.width is not None:
            return "embedding"
        return "image" if self.has_images else "text"

    def attached(self, rows: pa.Table) -> pa.Table:
        """Return the user's columns, in the dataset's types, with the batch's vectors and images."""
        return attach(rows, vectors=self.vectors, blobs=self.images)

    def only(self, rows: pa.Table, kept: pa.Array) -> pa.Table:
        """Return those of what `attached` returned where `kept` bool [R] is true."""
        return rows.filter(kept)

    def check_ids(self, id_field: str | None) -> None:
        """Refuse rows whose ids are missing, null, empty, too long or there twice. Raises InvalidDataError."""
        if self.table.num_columns:
            check_table(self.table, id_field=id_field)
        elif id_field is not None:
            raise InvalidDataError(f"data is missing: this dataset knows its rows by the column {id_field!r}")


def read_batch(data: Any, embeddings: Any, blobs: Any, id_field: str | None) -> Batch:
    """Return what was given as a batch, held in memory whole: all of it is checked before any of it is written.

    Raises:
        InvalidDataError: there is no row, another number of images or vectors than of rows, or one that cannot be
            taken.
        AtlasTypeError: something is of a type that is not taken.
    """
    if data is None and embeddings is None and blobs is None:
        raise InvalidDataError(
            "there is nothing to add: it needs data (a DataFrame, a list of dicts, an Arrow table), embeddings or blobs"
        )
    table = _table(data, id_field)
    rows = table.num_rows if table.num_columns else None
    vectors = images = None
    if embeddings is not None:
        vectors = to_vectors(embeddings, _length(embeddings) if rows is None else rows)
        rows = len(vectors)
    if blobs is not None:
        # Last: to read and decode images takes the longest, and may go over a network.
        images = _images(blobs, rows)
        rows = len(images)
    if not rows:
        raise InvalidDataError("embeddings or blobs are empty; give at least one row")
    return Batch(table if table.num_columns else pa.table({"_": pa.nulls(rows)}).select([]), rows, vectors, images)


def _table(data: Any, id_field: str | None) -> pa.Table:
    table = pa.table({}) if data is None else to_table(data)
    if data is not None:
        check_table(table, id_field=id_field)
    else:
        Batch(table, 0).check_ids(id_field)
    return table


def _images(blobs: Any, rows: int | None) -> list[bytes | None]:
    if isinstance(blobs, list | tuple | np.ndarray):
        # Said before any of them is fetched and decoded.
        _same_length(len(blobs), rows)
    images = to_blobs(blobs)
    _same_length(len(images), rows)
    return images


def _same_length(images: int, rows: int | None) -> None:
    if rows is not None and images != rows:
        raise InvalidDataError(f"there are {images:,} blobs for {rows:,} rows; give one image for every row")


def _length(values: Any) -> int:
    # What has no length is refused by its type.
    return len(values) if hasattr(values, "__len__") else 0
