"""A map as a file: the user's columns with the places, topics, duplicates and tags of their rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import AtlasTypeError, AtlasValueError, StorageError, listing, suggestion
from localatlas.export_formats import FORMATS, Writer, one_dictionary, with_dictionary
from localatlas.map_columns import Column, map_columns
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.selections.on_map import MapRows
from localatlas.selections.rows import blocks

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection
    from localatlas.stored_map import StoredMap

__all__ = ["export"]

PREFIX = "map_"


def export(
    projection: AtlasProjection, path: Path, selection: Any, columns: Sequence[str] | None, *, overwrite: bool
) -> Path:
    """Write some rows and columns of a map to a file and return its path.

    The file is written under another name beside it and renamed: it is there whole, or not at all. Rows are in upload
    order and are written in blocks.

    Raises:
        AtlasValueError: the ending or a column is not known, or the file is there already.
        AtlasTypeError: `columns` is no list of names.
        StorageError: the file cannot be written.
    """
    writer = FORMATS.get(path.suffix.lower())
    if writer is None:
        raise AtlasValueError(f"{path.name}: files ending in {path.suffix!r} are not written; use {', '.join(FORMATS)}")
    _check_path(path, overwrite=overwrite)
    rows = MapRows(projection)
    wanted = _wanted(rows, columns)
    chosen = rows.stored.alive if selection is None else rows.selected(selection)
    made = {name: column(np.flatnonzero(chosen)) for name, column in wanted.items() if column is not None}
    # A name without an ending that somebody might take for a finished file.
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        _write(writer, temporary, rows.stored, list(wanted), made, chosen)
        _check_path(path, overwrite=overwrite)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _check_path(path: Path, *, overwrite: bool) -> None:
    try:
        is_there = path.exists()
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    if path.is_dir() or not path.parent.is_dir():
        problem = "is a folder" if path.is_dir() else f"would lie in {path.parent}, which is no folder"
        raise AtlasValueError(f"{path} {problem}; give the path of a file in a folder that is there")
    if is_there and not overwrite:
        raise AtlasValueError(f"{path} is there already; overwrite=True replaces it")


def _wanted(rows: MapRows, columns: Sequence[str] | None) -> dict[str, Column | None]:
    """Return the columns of the file, each with what makes it; None for the user's own."""
    user = list(rows.stored.schema.names)
    every: dict[str, Column | None] = dict.fromkeys(user)
    taken = {name.casefold() for name in user}
    for name, column in map_columns(rows).items():
        shown = name
        while shown.casefold() in taken:
            shown = f"{PREFIX}{shown}"
        taken.add(shown.casefold())
        every[shown] = column
    if columns is None:
        return every
    if isinstance(columns, str | bytes) or not all(isinstance(name, str) for name in columns):
        raise AtlasTypeError("columns must be a list of names")
    every[POSITION_COLUMN] = None
    unknown = [name for name in columns if name not in every]
    if unknown:
        raise AtlasValueError(
            f"there is no column {unknown[0]!r} to export{suggestion(unknown[0], every)}; there are "
            f"{listing(every, shown=30)}"
        )
    if not columns or len(set(columns)) < len(columns):
        raise AtlasValueError("columns must name at least one column, and none twice")
    return {name: every[name] for name in columns}


def _write(
    writer: type[Writer],
    path: Path,
    stored: StoredMap,
    names: Sequence[str],
    made: Mapping[str, pa.Array],
    rows: NDArray[np.bool_],
) -> None:
    """Write the selected rows block by block."""
    given = stored.store.schema(stored.version) or pa.schema([])
    schema = pa.schema([pa.field(name, made[name].type) if name in made else given.field(name) for name in names])
    categories: dict[str, pa.Array] = {}
    if writer.one_dictionary:
        several = [name for name in names if name not in made and pa.types.is_dictionary(schema.field(name).type)]
        categories = one_dictionary((block.table for block in blocks(stored, several)), several)
    with writer(path, schema) as out:
        for table in _tables(stored, schema, made, rows, categories):
            out.write(table)


def _tables(
    stored: StoredMap,
    schema: pa.Schema,
    made: Mapping[str, pa.Array],
    rows: NDArray[np.bool_],
    categories: Mapping[str, pa.Array],
) -> Iterator[pa.Table]:
    """Yield the selected rows of every block that has some."""
    done = 0
    read = [name for name in schema.names if name not in made]
    for block in blocks(stored, read):
        chosen = rows[block.rows]
        count = int(np.count_nonzero(chosen))
        if not count:
            continue
        columns: dict[str, Any] = {name: column.slice(done, count) for name, column in made.items()}
        for name in read:
            values = block.values(name).filter(pa.array(chosen))
            columns[name] = with_dictionary(values, categories.get(name), schema.field(name).type)
        yield pa.table([columns[name] for name in schema.names], schema=schema)
        done += count
