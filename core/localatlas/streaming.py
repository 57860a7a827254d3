"""Rows that come part by part, more of them than memory holds: checked as they come, and kept on disk meanwhile."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.ingest import conform, merge_schema, to_table
from localatlas.ingest.batch import Batch, read_batch
from localatlas.ingest.ids import check_ids
from localatlas.ingest.libraries import is_instance, tables_of
from localatlas.ingest.spool import Spool
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN
from localatlas.readers.rows import Rows

__all__ = ["SpooledBatch", "is_stream", "read_stream"]

# Of an iterator over single records, and of rows that are left out.
ROWS_AT_ONCE = 16_384
INTERNAL = (EMBEDDING_COLUMN, BLOB_COLUMN)


@dataclass(frozen=True)
class SpooledBatch(Batch):
    """A batch whose rows lie in files without a name and are mapped, vectors and images as well.

    Attributes:
        internal: their columns, [R]; none for rows of text.
        folder: where there is room for more files.
    """

    internal: pa.Table = field(default_factory=lambda: pa.table({}))
    folder: Path = field(default_factory=Path)

    @property
    def width(self) -> int | None:
        """How many numbers a vector has; None without vectors."""
        names = self.internal.schema.names
        return int(self.internal.schema.field(EMBEDDING_COLUMN).type.list_size) if EMBEDDING_COLUMN in names else None

    @property
    def has_images(self) -> bool:
        """Whether images come with the rows."""
        return BLOB_COLUMN in self.internal.schema.names

    def attached(self, rows: pa.Table) -> pa.Table:
        """Return the user's columns, in the dataset's types, with the batch's vectors and images."""
        for each in self.internal.schema:
            rows = rows.append_column(each, self.internal[each.name])
        return rows

    def only(self, rows: pa.Table, kept: pa.Array) -> pa.Table:
        """Return those of what `attached` returned where `kept` bool [R] is true; on disk again."""
        spool = Spool(self.folder)
        for start in range(0, rows.num_rows, ROWS_AT_ONCE):
            spool.add(rows.slice(start, ROWS_AT_ONCE).filter(kept.slice(start, ROWS_AT_ONCE)))
        return pa.concat_tables(spool.tables())


def is_stream(data: Any) -> bool:
    """Whether rows come part by part: an Arrow reader, Hugging Face's IterableDataset, or any iterator.

    An open file is none.
    """
    if isinstance(data, pa.RecordBatchReader) or is_instance(data, "datasets", "IterableDataset"):
        return True
    return isinstance(data, Iterator) and not isinstance(data, io.IOBase)


def read_stream(
    data: Any,
    embeddings: Any,
    blobs: Any,
    id_field: str | None,
    folder: Path,
    report: Callable[[int], None] | None = None,
) -> SpooledBatch:
    """Read all parts, check each and then the whole, and return them as one batch that lies on disk.

    Memory: of one part at a time, and of all ids.

    Args:
        data: yields what `add_data` takes as `data`, or rows of `localatlas.read(...).parts()`, or single dicts.
        embeddings: vectors of all rows, if they do not come with the parts: an array, or a list.
        blobs: images of all rows, likewise: an array or a list.
        id_field: the dataset's column of ids.
        folder: gets files without a name, as large as all rows together.
        report: told the number of rows of each part.

    Raises:
        InvalidDataError: as `read_batch` does; the message says in which part. An id may occur once in all parts.
        AtlasTypeError: likewise.
    """
    for name, values in (("embeddings", embeddings), ("blobs", blobs)):
        if not (values is None or isinstance(values, list | tuple | np.ndarray)):
            raise AtlasTypeError(
                f"{name} of type {type(values).__qualname__} are not taken with data that comes part by part; give an "
                "array or a list for all rows, or parts that bring their own, as localatlas.read(...).parts() does"
            )
    with closing(_Reading(id_field, folder)) as work:
        for number, part in enumerate(_parts(data)):
            with _located(number, work.rows):
                batch = _batch(part, embeddings, blobs, work.rows, id_field)
                if batch is not None:
                    work.add(batch)
            if report is not None and batch is not None:
                report(batch.rows)
        for name, values in (("embeddings", embeddings), ("blobs", blobs)):
            if values is not None and len(values) != work.rows:
                raise InvalidDataError(
                    f"there are {len(values):,} {name} for {work.rows:,} rows; give one for every row"
                )
        return work.batch()


class _Reading:
    """What has been read so far."""

    def __init__(self, id_field: str | None, folder: Path) -> None:
        self.rows = 0
        self._id_field, self._folder, self._spool = id_field, folder, Spool(folder)
        self._schema: pa.Schema | None = None
        self._brought = ""
        self._ids: list[pa.ChunkedArray] = []

    def add(self, batch: Batch) -> None:
        """Keep a part whose rows were checked among themselves."""
        brought = _brought(batch)
        if self._brought not in ("", brought):
            raise InvalidDataError(
                f"these rows bring {brought}, those before {self._brought}; all parts must bring the same"
            )
        given = pa.schema([each.with_nullable(True) for each in batch.table.schema])
        schema = merge_schema(self._schema, given)
        table = conform(batch.table, schema)
        self._spool.add(batch.attached(table))
        if self._id_field is not None:
            self._ids.append(table[self._id_field])
        self._schema, self._brought, self.rows = schema, brought, self.rows + batch.rows

    def close(self) -> None:
        """Let go of the file that is written to."""
        self._spool.close()

    def batch(self) -> SpooledBatch:
        """Return all of it."""
        if self._schema is None:
            raise InvalidDataError("the data has no rows; give at least one row and one column.")
        if self._id_field is not None:
            check_ids(pa.chunked_array([chunk for ids in self._ids for chunk in ids.chunks]), self._id_field)
            self._ids.clear()
        tables = self._spool.tables()
        names = [name for name in INTERNAL if name in tables[0].column_names]
        mine = [conform(table.drop_columns(names), self._schema) for table in tables]
        whole = pa.concat_tables(mine).unify_dictionaries()
        internal = pa.concat_tables([table.select(names) for table in tables])
        return SpooledBatch(whole, self.rows, internal=internal, folder=self._folder)


def _parts(data: Any) -> Iterator[Any]:
    """Yield the parts; single records are gathered."""
    records: list[Any] = []
    tables = tables_of(data)
    for part in data if tables is None else tables:
        single = isinstance(part, Mapping)
        if single:
            records.append(part)
        if records and (not single or len(records) >= ROWS_AT_ONCE):
            yield records
            records = []
        if not single:
            yield part
    if records:
        yield records


def _batch(part: Any, embeddings: Any, blobs: Any, start: int, id_field: str | None) -> Batch | None:
    """Return a checked part with its vectors and images; None where it has no rows."""
    own = part if isinstance(part, Rows) else Rows(to_table(part))
    count = len(own)
    if not count:
        return None
    vectors, images = own.embeddings, own.blobs
    if embeddings is not None:
        vectors = np.asarray(embeddings[start : start + count])
    if blobs is not None:
        images = list(blobs[start : start + count])
    return read_batch(own.table, vectors, images, id_field)


def _brought(batch: Batch) -> str:
    vectors = "no vectors" if batch.width is None else f"vectors of {batch.width:,} numbers"
    return f"{vectors} and {'images' if batch.has_images else 'no images'}"


@contextmanager
def _located(number: int, start: int) -> Iterator[None]:
    """Say of a mistake in which part it is."""
    try:
        yield
    except (InvalidDataError, AtlasTypeError) as error:
        if not number:
            raise
        kind = InvalidDataError if isinstance(error, InvalidDataError) else AtlasTypeError
        raise kind(f"part {number + 1}, which begins with row {start:,}: {error}") from error
