"""Files of rows: CSV, TSV, JSON, JSON lines, Parquet and Arrow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from localatlas.errors import InvalidDataError
from localatlas.ingest import to_table

__all__ = ["read_table"]

# Programs on Windows put a byte order mark in front.
UTF8 = "utf-8-sig"


def read_table(path: Path) -> pa.Table:
    """Return a file's rows as `to_table` gives them, the format chosen by the file's ending.

    Raises:
        InvalidDataError: the ending is not known, the file is not there, or its content is not what the ending says.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidDataError(f"{path.name}: files ending in {path.suffix!r} are not known; use {', '.join(READERS)}")
    if not path.is_file():
        raise InvalidDataError(f"there is no file {path}")
    try:
        table = to_table(reader(path))
        # A damaged Arrow file may hold offsets that point anywhere.
        table.validate(full=True)
    except (pa.ArrowException, json.JSONDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise InvalidDataError(f"{path.name} cannot be read as {path.suffix[1:].upper()}: {error}") from error
    return table


def _delimited(delimiter: str) -> Callable[[Path], pa.Table]:
    def read(path: Path) -> pa.Table:
        from pyarrow import csv

        # Quoted fields of real data hold line breaks; an empty field of text is an empty string, not a null.
        return csv.read_csv(
            path,
            parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=csv.ConvertOptions(strings_can_be_null=False),
        )

    return read


def _json(path: Path) -> pa.Table:
    rows = json.loads(path.read_text(encoding=UTF8))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidDataError(f"{path.name} must hold a list of objects: [{{...}}, {{...}}]")
    return to_table(rows)


def _json_lines(path: Path) -> pa.Table:
    with path.open(encoding=UTF8) as lines:
        return to_table([json.loads(line) for line in lines if line.strip()])


def _parquet(path: Path) -> pa.Table:
    from pyarrow import parquet

    return parquet.read_table(path)


def _arrow(path: Path) -> pa.Table:
    from pyarrow import feather

    return feather.read_table(path)


READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".csv": _delimited(","),
    ".tsv": _delimited("\t"),
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
    ".arrow": _arrow,
    ".feather": _arrow,
}
