"""A map over a table in memory, with nothing but what `localatlas.protocols.Map` has, and a space of its vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from localatlas.errors import AtlasValueError
from localatlas.protocols import Duplicates, Layout, TopicLabel, Topics
from localatlas.protocols.nouns import Metric
from numpy.typing import NDArray

__all__ = ["BATCH", "LABELS", "TableMap", "VectorSpace", "map_of", "two_depths"]

BATCH = 8192
LABELS = ["fruit", "boats", "pie", "jam", "river"]


@dataclass
class TableMap:
    """A map of a table that has a column `id`; `read` counts the rows of every batch that was read."""

    table: pa.Table
    positions: NDArray[np.float32]
    alive: NDArray[np.bool_]
    topic_model: Topics | None = None
    duplicate_groups: Duplicates | None = None
    text_field: str | None = None
    id: str = "map"
    name: str = "table"
    dataset_identifier: str = "local/table"
    seed: int = 0
    read: list[int] = field(default_factory=list)
    id_field: str | None = "id"
    has_blobs: bool = False

    @property
    def schema(self) -> pa.Schema:
        return self.table.schema

    @property
    def row_ids(self) -> pa.Array:
        return self.table["id"].combine_chunks()

    @property
    def layout(self) -> Layout:
        return Layout(self.positions)

    def page(self, name: str) -> Path:
        raise KeyError(name)

    def take(self, rows: NDArray[np.integer], names: Sequence[str] | None = None) -> pa.Table:
        return self.table.select(names or self.table.column_names).take(pa.array(rows))

    def blobs(self, rows: NDArray[np.integer]) -> list[bytes | None]:
        return [None] * len(rows)

    def scan(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for batch in self.table.select(names).to_batches(BATCH):
            self.read.append(batch.num_rows)
            yield batch

    def columns(self, names: Sequence[str] | None = None) -> pa.Table:
        raise AssertionError("whole columns were read")


def map_of(columns: dict[str, Any], **more: Any) -> TableMap:
    """Return a map of some columns whose rows all live; without a column `id`, rows are `r0`, `r1`, …"""
    table = pa.table(columns)
    if "id" not in table.column_names:
        table = table.append_column("id", pa.array([f"r{row}" for row in range(table.num_rows)]))
    rows = table.num_rows
    given = {"positions": np.zeros((rows, 2), np.float32), "alive": np.ones(rows, dtype=bool)} | more
    return TableMap(table, **given)


def two_depths(assignment: Sequence[Sequence[int]]) -> Topics:
    """Return topics 0 and 1 at depth 1, 2 and 3 below 0, and 4 below 1; `assignment` is [R, 2]."""
    return Topics(
        topic_id=np.arange(5, dtype=np.int32),
        depth=np.array([1, 1, 2, 2, 2], np.int32),
        parent_id=np.array([-1, -1, 0, 0, 1], np.int32),
        size=np.ones(5, np.int64),
        position=np.zeros((5, 2), np.float32),
        hull=(np.zeros((0, 2), np.float32),) * 5,
        assignment=np.array(assignment, np.int32).reshape(-1, 2),
        confidence=np.ones((len(assignment), 2), np.float32),
        labels={number: TopicLabel(name, "") for number, name in enumerate(LABELS)},
    )


@dataclass
class VectorSpace:
    """Vectors float32 [R, D] of unit length, NaN for a row without one; a text is the row of its number."""

    vectors: NDArray[np.float32]
    metric: Metric = "cosine"

    def from_text(self, text: str) -> NDArray[np.float32]:
        return self.from_row(int(text))

    def from_vector(self, vector: Sequence[float]) -> NDArray[np.float32]:
        if len(vector) != self.vectors.shape[1]:
            raise AtlasValueError("another width")
        return (1 - self.vectors @ np.asarray(vector, dtype=np.float32)).astype(np.float32)

    def from_row(self, row: int) -> NDArray[np.float32]:
        if np.isnan(self.vectors[row]).any():
            raise AtlasValueError("the row has no vector")
        return self.from_vector(self.vectors[row].tolist())
