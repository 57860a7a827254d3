"""A map as a file: the user's columns with the places, topics, duplicates and tags of their rows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import AtlasTypeError, AtlasValueError, StorageError, listing, suggestion
from localatlas.export_formats import FORMATS, Writer, one_dictionary, with_dictionary
from localatlas.protocols.storage import POSITION_COLUMN
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
    stored = projection.stored
    wanted = _wanted(projection, columns)
    rows = _rows(projection, selection)
    made = _made(projection, wanted, rows)
    # A name without an ending that somebody might take for a finished file.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        _write(writer, temporary, stored, wanted, made, rows)
        _check_path(path, overwrite=overwrite)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _check_path(path: Path, *, overwrite: bool) -> None:
    if path.is_dir() or not path.parent.is_dir():
        problem = "is a folder" if path.is_dir() else f"would lie in {path.parent}, which is no folder"
        raise AtlasValueError(f"{path} {problem}; give the path of a file in a folder that is there")
    if path.exists() and not overwrite:
        raise AtlasValueError(f"{path} is there already; overwrite=True replaces it")


def _wanted(projection: AtlasProjection, columns: Sequence[str] | None) -> dict[str, str]:
    """Return the columns of the file, each with what the map calls it; `""` for the user's own."""
    user = list(projection.stored.schema.names)
    every = dict.fromkeys(user, "")
    taken = {name.casefold() for name in user}
    for name in _names(projection):
        shown = name
        while shown.casefold() in taken:
            shown = f"{PREFIX}{shown}"
        taken.add(shown.casefold())
        every[shown] = name
    if columns is None:
        return every
    if isinstance(columns, str | bytes) or not all(isinstance(name, str) for name in columns):
        raise AtlasTypeError("columns must be a list of names")
    every[POSITION_COLUMN] = ""
    unknown = [name for name in columns if name not in every]
    if unknown:
        raise AtlasValueError(
            f"there is no column {unknown[0]!r} to export{suggestion(unknown[0], every)}; there are "
            f"{listing(every, shown=30)}"
        )
    if not columns or len(set(columns)) < len(columns):
        raise AtlasValueError("columns must name at least one column, and none twice")
    return {name: every[name] for name in columns}


def _names(projection: AtlasProjection) -> list[str]:
    """Return what the map adds to the user's columns."""
    stored = projection.stored
    topics = 0 if stored.topic_model is None else stored.topic_model.depths
    names = ["x", "y", *(f"topic_depth_{level + 1}" for level in range(topics))]
    if stored.duplicate_groups is not None:
        names += ["duplicate_class", "cluster_id"]
    return [*names, *(tag["tag_name"] for tag in projection.tags.get_tags())]


def _rows(projection: AtlasProjection, selection: Any) -> NDArray[np.bool_]:
    if selection is None:
        return projection.stored.alive
    from localatlas.selections.on_map import rows_of

    return rows_of(projection, selection)


def _made(
    projection: AtlasProjection, wanted: Mapping[str, str], rows: NDArray[np.bool_]
) -> dict[str, pa.ChunkedArray]:
    """Return the map's own columns of the selected rows, by their names in the file."""
    # Views leave deleted rows out.
    chosen = pa.array(rows[projection.stored.alive])
    tables: dict[str, pa.Table] = {}
    made = {}
    for name, own in wanted.items():
        view = _view_of(own)
        if own and view is None:
            made[name] = pa.chunked_array([pa.array(projection.tags.rows(own)[rows])])
        elif view is not None:
            if view not in tables:
                tables[view] = getattr(projection, view).tb.filter(chosen)
            made[name] = tables[view][own]
    return made


def _view_of(own: str) -> str | None:
    """Return the view that has a column; None for a tag, or no column of the map's."""
    if re.fullmatch(r"topic_depth_\d+", own):
        return "topics"
    return {"x": "embeddings", "y": "embeddings", "duplicate_class": "duplicates", "cluster_id": "duplicates"}.get(own)


def _write(
    writer: type[Writer],
    path: Path,
    stored: StoredMap,
    wanted: Mapping[str, str],
    made: Mapping[str, pa.ChunkedArray],
    rows: NDArray[np.bool_],
) -> None:
    """Write the selected rows block by block."""
    given = stored.store.schema(stored.version) or pa.schema([])
    schema = pa.schema([pa.field(name, made[name].type) if own else given.field(name) for name, own in wanted.items()])
    categories: dict[str, pa.Array] = {}
    if writer.one_dictionary:
        names = [name for name, own in wanted.items() if not own and pa.types.is_dictionary(schema.field(name).type)]
        categories = one_dictionary((block.table for block in blocks(stored, names)), names)
    with writer(path, schema) as out:
        for table in _tables(stored, schema, made, rows, categories):
            out.write(table)


def _tables(
    stored: StoredMap,
    schema: pa.Schema,
    made: Mapping[str, pa.ChunkedArray],
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
        columns = {name: column.slice(done, count) for name, column in made.items()}
        for name in read:
            values = block.values(name).filter(pa.array(chosen))
            columns[name] = with_dictionary(values, categories.get(name), schema.field(name).type)
        yield pa.table([columns[name] for name in schema.names], schema=schema)
        done += count
