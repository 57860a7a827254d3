"""A finished map as its parts on disk: what the SDK's views, the hooks and the explorer read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.pipeline.readers import Reader
from localatlas.pipeline.records import IndexRecord, MapRecord
from localatlas.pipeline.topic_table import read_table, topics_from_table
from localatlas.protocols import DatasetStore, Duplicates, Layout, Topics
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN, POSITION_COLUMN

__all__ = ["StoredMap", "user_columns"]


def user_columns(schema: pa.Schema | None) -> list[str]:
    """Return the names of the columns that the user gave."""
    internal = {POSITION_COLUMN, EMBEDDING_COLUMN, BLOB_COLUMN}
    return [] if schema is None else [name for name in schema.names if name not in internal]


@dataclass(frozen=True)
class StoredMap:
    """Implements `localatlas.protocols.Map` over stored tables.

    Attributes:
        id: a UUID.
        name: the index's name.
        dataset_identifier: `organization/slug`.
        id_field: the user's id column, or None.
        text_field: the column that was mapped, or that names the topics.
        seed: of the build.
        store: the dataset's rows.
        version: the dataset's version that was mapped.
        table: one row per dataset row of that version (`localatlas.pipeline.assemble.map_table`).
        topic_table: one row per topic; None when topics were off.
        find_page: returns the file of a page by name; raises KeyError.
    """

    id: str
    name: str
    dataset_identifier: str
    id_field: str | None
    text_field: str | None
    seed: int
    store: DatasetStore
    version: int
    table: pa.Table
    topic_table: pa.Table | None
    find_page: Callable[[str], Path]

    @classmethod
    def opened(
        cls, store: DatasetStore, index: IndexRecord, record: MapRecord, identifier: str, id_field: str | None
    ) -> StoredMap:
        """Open a finished version; its files stay as long as this does. Raises KeyError when they are gone."""
        # Held before anything is opened, so that an update that replaces it meanwhile leaves it there.
        pages = Reader(store, index, record)
        names = store.objects(f"{record.prefix}/topics.")
        return cls(
            id=record.id,
            name=index.plan.name,
            dataset_identifier=identifier,
            id_field=id_field,
            text_field=index.plan.label_field,
            seed=index.plan.seed,
            store=store,
            version=index.version,
            table=read_table(store.path(f"{record.prefix}/map.arrow")),
            topic_table=read_table(store.path(names[0])) if names else None,
            find_page=pages,
        )

    @property
    def id_column(self) -> str:
        """The column that holds the rows' ids."""
        return self.id_field or POSITION_COLUMN

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Which of the mapped rows have not been deleted since, bool [R]."""
        if self.store.version() == self.version:
            return np.ones(self.table.num_rows, dtype=bool)
        batches = list(self.store.scan([POSITION_COLUMN]))
        now = pa.chunked_array([batch.column(0) for batch in batches], type=pa.int64())
        return np.asarray(pc.is_in(self.table[POSITION_COLUMN], value_set=now.combine_chunks()).to_numpy(), dtype=bool)

    @property
    def row_ids(self) -> pa.Array:
        """The ids of all mapped rows, in upload order, [R]."""
        if self.id_field is None:
            return self.table[POSITION_COLUMN].combine_chunks()
        return self.columns([self.id_field]).column(0).combine_chunks()

    @property
    def layout(self) -> Layout:
        """Positions float32 [R, 2], NaN for a row without a place."""
        axes = [self.table[name].to_numpy(zero_copy_only=False).astype(np.float32) for name in "xy"]
        return Layout(np.stack(axes, axis=1))

    @cached_property
    def topic_model(self) -> Topics | None:
        """Topics over the dataset's rows; None when they were off."""
        if self.topic_table is None:
            return None
        depths = sum(name.startswith("topic_") for name in self.table.column_names)
        assignment = [self._filled(f"topic_{level + 1}", -1) for level in range(depths)]
        confidence = [self._filled(f"confidence_{level + 1}", 0.0) for level in range(depths)]
        return topics_from_table(
            self.topic_table,
            np.stack(assignment, axis=1).astype(np.int32),
            np.stack(confidence, axis=1).astype(np.float32),
        )

    @property
    def duplicate_groups(self) -> Duplicates | None:
        """Groups over the dataset's rows; None when they were off."""
        if "cluster" not in self.table.column_names:
            return None
        return Duplicates(self.table["cluster"].to_numpy(), self.table["verdict"].to_numpy())

    def page(self, name: str) -> Path:
        """Return the file that a `localatlas_pages` hook wrote. Raises KeyError."""
        return self.find_page(name)

    @property
    def schema(self) -> pa.Schema:
        """The user's columns at the map's version."""
        schema = self.store.schema(self.version)
        return pa.schema([] if schema is None else [schema.field(name) for name in user_columns(schema)])

    def take(self, rows: NDArray[np.integer], names: Sequence[str] | None = None) -> pa.Table:
        """Return columns of some rows (0..R-1), in the order asked; reads no others."""
        wanted = self.schema.names if names is None else list(names)
        positions = self.table[POSITION_COLUMN].combine_chunks().take(pa.array(np.asarray(rows)))
        return self.store.take(POSITION_COLUMN, positions, wanted, self.version).select(wanted)

    @cached_property
    def has_blobs(self) -> bool:
        """Whether rows come with images."""
        schema = self.store.schema(self.version)
        return schema is not None and BLOB_COLUMN in schema.names

    def blobs(self, rows: NDArray[np.integer]) -> list[bytes | None]:
        """Return the images of some rows (0..R-1) as they were given; None where there is none."""
        positions = self.table[POSITION_COLUMN].combine_chunks().take(pa.array(np.asarray(rows)))
        return self.store.read_blobs(positions.to_pylist(), self.version)

    def scan(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield some columns of all rows in upload order, in batches."""
        return self.store.scan(names, self.version)

    def columns(self, names: Sequence[str] | None = None) -> pa.Table:
        """Return columns of the dataset at the map's version, [R] rows in upload order."""
        schema = self.store.schema(self.version)
        wanted = list(names) if names is not None else user_columns(schema)
        if not wanted or schema is None:
            return self.table.select([])
        read = pa.schema([schema.field(name) for name in wanted])
        return pa.Table.from_batches(list(self.store.scan(wanted, self.version)), schema=read)

    def _filled(self, name: str, value: float) -> NDArray[np.generic]:
        filled: NDArray[np.generic] = self.table[name].fill_null(value).to_numpy()
        return filled
