"""Parquet and Arrow's own files, whose types are their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from localatlas.ingest import to_table
from localatlas.readers.formats import Survey, readable
from localatlas.readers.rows import Rows

__all__ = ["ArrowFile", "Parquet"]

BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Parquet:
    """A Parquet file."""

    path: Path

    def survey(self, *, keep: bool) -> Survey:
        """Read the footer."""
        del keep
        from pyarrow import parquet

        with readable(self.path, "PARQUET"), parquet.ParquetFile(self.path) as file:
            return Survey(_plain(file.schema_arrow), file.metadata.num_rows)

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield some ten thousand rows at a time."""
        from pyarrow import parquet

        del survey
        with readable(self.path, "PARQUET"), parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                yield Rows(_checked(batch))


@dataclass(frozen=True)
class ArrowFile:
    """An Arrow IPC file or stream, also under the name of feather; mapped into memory, not read into it."""

    path: Path

    def survey(self, *, keep: bool) -> Survey:
        """Read the schema and count the rows."""
        del keep
        with readable(self.path, "ARROW"):
            schema, batches = self._open()
            return Survey(_plain(schema), sum(batch.num_rows for batch in batches))

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield the file's own batches."""
        del survey
        with readable(self.path, "ARROW"):
            for batch in self._open()[1]:
                yield Rows(_checked(batch))

    def _open(self) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        source = pa.memory_map(str(self.path))
        try:
            file = pa.ipc.open_file(source)
        except pa.ArrowInvalid:
            source.seek(0)
            stream = pa.ipc.open_stream(source)
            return stream.schema, iter(stream)
        return file.schema, (file.get_batch(number) for number in range(file.num_record_batches))


def _plain(schema: pa.Schema) -> pa.Schema:
    return to_table(schema.empty_table()).schema


def _checked(batch: pa.RecordBatch) -> pa.Table:
    table = to_table(batch)
    # A damaged file may hold offsets that point anywhere.
    table.validate(full=True)
    return table
