"""The three nouns: Dataset, Index, Map.

A plugin meets them as read-only views: a component is lent an `Index`, a hook a `Dataset` or a `Map`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.protocols.results import Duplicates, Layout, NeighborGraph, Topics

__all__ = ["Dataset", "Index", "Map", "Metric"]

Metric = Literal["cosine", "euclidean"]


@runtime_checkable
class Dataset(Protocol):
    """Rows under a schema, appended, deleted and read by stable row id; versioned; owns its indices."""

    @property
    def id(self) -> str:
        """A UUID."""
        ...

    @property
    def identifier(self) -> str:
        """`organization/slug`."""
        ...

    @property
    def id_field(self) -> str | None:
        """The user's id column, or None when rows are known by `_position_index`."""
        ...

    @property
    def schema(self) -> pa.Schema | None:
        """The user's columns, without internal ones; None before the first batch."""
        ...

    @property
    def total_datums(self) -> int:
        """How many rows there are now."""
        ...

    def scan(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows in upload order."""
        ...


@runtime_checkable
class Index(Protocol):
    """The distinct vectors of one field under one embedder at one dataset version, and their neighbours.

    Rows with equal vectors are one row here, with a weight; the core expands what comes back. Row numbers
    below are rows of the index, 0..N-1. Arrays are read-only, C-contiguous and may be memory-mapped.
    """

    @property
    def metric(self) -> Metric:
        """`"cosine"`: vectors are L2-normalised; `"euclidean"`: they are as given."""
        ...

    @property
    def ids(self) -> pa.Array:
        """The id of the first dataset row that each index row stands for, [N]."""
        ...

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors, float32 [N, D]."""
        ...

    @property
    def weights(self) -> NDArray[np.int32]:
        """How many dataset rows each index row stands for, int32 [N]."""
        ...

    def text(self, rows: NDArray[np.integer] | None = None) -> list[str | None]:
        """Return the text (or the label field) of some rows, or of all; None where there is none."""
        ...

    def neighbors(self, k: int) -> NeighborGraph:
        """Return the `k` nearest neighbours of every row, `k` at most what `neighbors_needed` asked for."""
        ...

    def search(self, queries: NDArray[np.float32], k: int) -> NeighborGraph:
        """Return the `k` nearest rows of `queries` float32 [M, D], as a graph [M, k]."""
        ...


@runtime_checkable
class Map(Protocol):
    """One layout of an index with its topics, duplicates and tags, over the rows of the dataset.

    Row numbers below are the dataset's rows at the map's version, in upload order.
    """

    @property
    def id(self) -> str:
        """A UUID."""
        ...

    @property
    def name(self) -> str:
        """The index's name."""
        ...

    @property
    def dataset_identifier(self) -> str:
        """The dataset's `organization/slug`."""
        ...

    @property
    def id_field(self) -> str | None:
        """The user's id column, or None when rows are known by `_position_index`."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """The user's columns at the map's version."""
        ...

    @property
    def has_blobs(self) -> bool:
        """Whether rows come with images."""
        ...

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which rows have not been deleted since the map was built, bool [R]."""
        ...

    @property
    def row_ids(self) -> pa.Array:
        """The rows' ids, in upload order, [R]."""
        ...

    @property
    def layout(self) -> Layout:
        """Positions float32 [R, 2]; NaN for a row that has no place (a null or blank field)."""
        ...

    @property
    def topic_model(self) -> Topics | None:
        """Topics with assignment int32 [R, D], -1 only for a row without a place; None if not asked for."""
        ...

    @property
    def duplicate_groups(self) -> Duplicates | None:
        """Duplicates over R rows; None if not asked for."""
        ...

    @property
    def text_field(self) -> str | None:
        """The column that was mapped, or that names the topics; None if there is none."""
        ...

    @property
    def seed(self) -> int:
        """The seed of the build."""
        ...

    def page(self, name: str) -> Path:
        """Return the local file that a `localatlas_pages` hook wrote as `name`. Raises KeyError."""
        ...

    def take(self, rows: NDArray[np.integer], names: Sequence[str] | None = None) -> pa.Table:
        """Return columns of some rows (0..R-1), in the order asked; reads no others."""
        ...

    def blobs(self, rows: NDArray[np.integer]) -> list[bytes | None]:
        """Return the images of some rows (0..R-1) as they were given; None where there is none."""
        ...

    def scan(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield some columns of all rows in upload order, in batches; no column is ever whole in memory."""
        ...

    def columns(self, names: Sequence[str] | None = None) -> pa.Table:
        """Return columns of the dataset at the map's version, [R] rows in upload order."""
        ...
