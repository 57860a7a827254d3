"""JSON (a list of objects) and JSON lines (an object a line)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from localatlas.errors import InvalidDataError
from localatlas.ingest import conform, to_table
from localatlas.readers.bytestreams import open_bytes
from localatlas.readers.formats import Survey, readable
from localatlas.readers.joining import widest
from localatlas.readers.rows import Rows

__all__ = ["JsonFile", "JsonLines"]

# Programs on Windows put a byte order mark in front.
UTF8 = "utf-8-sig"
LINES = 20_000


@dataclass(frozen=True)
class JsonLines:
    """An object a line; empty lines are passed over. Whole numbers and fractions in one column become fractions."""

    path: Path
    like: pa.Schema = field(default_factory=lambda: pa.schema([]))

    def survey(self, *, keep: bool) -> Survey:
        """Read the file once and find the columns' types."""
        with readable(self.path, "JSON lines"):
            schema, rows, kept = pa.schema([]), 0, []
            for table in self._tables():
                schema = widest([schema, table.schema])
                rows += table.num_rows
                if keep:
                    kept.append(table)
            return Survey(schema, rows, kept=[Rows(conform(table, schema)) for table in kept] if keep else None)

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield some thousand lines at a time."""
        if survey.kept is not None:
            yield from survey.kept
            return
        with readable(self.path, "JSON lines"):
            for table in self._tables():
                yield Rows(conform(table, survey.schema))

    def _tables(self) -> Iterator[pa.Table]:
        with io.TextIOWrapper(open_bytes(self.path), encoding=UTF8) as text:
            lines = ((number, line) for number, line in enumerate(text, start=1) if line.strip())
            while block := list(islice(lines, LINES)):
                yield _alike(to_table([self._row(number, line) for number, line in block]), self.like)

    @staticmethod
    def _row(number: int, line: str) -> Any:
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InvalidDataError(f"line {number} is not JSON: {error.msg}, at character {error.pos}") from error
        if not isinstance(row, dict):
            raise InvalidDataError(
                f'line {number} must be an object such as {{"text": "..."}}, got {line.strip()[:40]}'
            )
        return row


@dataclass(frozen=True)
class JsonFile:
    """A list of objects, or the lines of JSON lines under the wrong name; read whole."""

    path: Path
    like: pa.Schema = field(default_factory=lambda: pa.schema([]))

    def survey(self, *, keep: bool) -> Survey:
        """Read the file."""
        del keep  # a list has no parts that could be read alone
        with readable(self.path, "JSON"):
            with io.TextIOWrapper(open_bytes(self.path), encoding=UTF8) as text:
                content = text.read()
            try:
                rows = json.loads(content)
            except json.JSONDecodeError as error:
                if error.msg != "Extra data":
                    raise
                return JsonLines(self.path, self.like).survey(keep=True)
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise InvalidDataError("the file must hold a list of objects: [{...}, {...}]")
            table = _alike(to_table(rows), self.like)
            return Survey(table.schema, table.num_rows, kept=[Rows(table)])

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield all rows."""
        yield from survey.kept or ()


def _alike(table: pa.Table, like: pa.Schema) -> pa.Table:
    """Return the table with text read as dates and times where `like` has these: JSON cannot write them otherwise."""
    for number, each in enumerate(table.schema):
        wanted = like.field(each.name).type if each.name in like.names else each.type
        if pa.types.is_string(each.type) and (pa.types.is_timestamp(wanted) or pa.types.is_date(wanted)):
            try:
                table = table.set_column(number, each.name, table.column(number).cast(wanted))
            except pa.ArrowInvalid as error:
                raise InvalidDataError(f"column {each.name!r} is not all {wanted}: {error}") from error
    return table
