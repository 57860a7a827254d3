"""Rows that wait on disk until all of them are there and checked."""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path

import pyarrow as pa

__all__ = ["Spool"]


class Spool:
    """Keeps tables in files without a name, which go with the process however it ends; gives them back mapped.

    What is mapped belongs to the files: the system takes it back when it needs the memory.
    """

    def __init__(self, folder: Path) -> None:
        """Write to files in `folder`, which must have room for all rows."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._tables: list[pa.Table] = []
        self._writing: pa.ipc.RecordBatchStreamWriter | None = None
        self._schema: pa.Schema | None = None

    def add(self, table: pa.Table) -> None:
        """Write some rows; a table of other columns than the one before begins another file."""
        if self._writing is None or not table.schema.equals(self._schema):
            self._end()
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  closed when it is mapped
            # A stream, since its dictionaries may change from batch to batch.
            self._writing = pa.ipc.new_stream(pa.PythonFile(self._file, "w"), table.schema)
            self._schema = table.schema
        self._writing.write_table(table)

    def tables(self) -> list[pa.Table]:
        """Return what was written, one table for each run of equal columns; nothing can be added any more."""
        self._end()
        return self._tables

    def close(self) -> None:
        """Drop what was not given back yet."""
        if self._writing is not None:
            self._writing.close()
            self._writing = None
            self._file.close()

    def _end(self) -> None:
        if self._writing is None:
            return
        self._writing.close()
        self._writing = None
        with self._file:
            self._file.flush()
            mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self._tables.append(pa.ipc.open_stream(pa.py_buffer(mapped)).read_all())
