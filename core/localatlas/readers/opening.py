"""`localatlas.read`: one entry for every source of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from localatlas.errors import InvalidDataError, InvalidOptionError, suggestion
from localatlas.ingest import to_table
from localatlas.ingest.downloads import shown_url
from localatlas.ingest.libraries import tables_of
from localatlas.paths import expanded
from localatlas.readers.reading import Reading, of_files, of_parts
from localatlas.readers.rows import Rows
from localatlas.readers.shaping import Shape, shape_of
from localatlas.readers.sources import TextOptions, are_paths, files_of, is_known
from localatlas.readers.sql import Parameters, is_connection, is_database_file, query_tables

__all__ = ["open_source", "read", "stream"]

OPTIONS = ("query", "parameters", "driver", "vectors", "images", "types", "like", "delimiter", "limit")


def read(
    source: Any,
    *,
    query: str | None = None,
    parameters: Parameters = None,
    driver: str | None = None,
    vectors: Any = None,
    images: str | None = None,
    types: Mapping[str, Any] | None = None,
    like: pa.Schema | None = None,
    delimiter: str | None = None,
    limit: int | None = None,
    **options: Any,
) -> Rows:
    """Return the rows of a source, whole: `dataset.add_data(**localatlas.read(source))`.

    Args:
        source: a path, a pattern such as "parts/*.parquet", a list of paths, a folder of images or of files; a database
            connection, an SQLAlchemy engine or an address of a database; whatever `add_data` takes; or what an
            installed plugin reads (the hook `localatlas_read`).
        query: the SELECT that a database is asked.
        parameters: of the query.
        driver: the module of an ADBC driver that opens the address, instead of SQLAlchemy.
        vectors: the column, the `.npy` file or the array that holds the rows' vectors; or a list of columns of numbers,
            one for each dimension.
        images: the column that holds the rows' images: paths (relative to the file), URLs or bytes.
        types: Arrow types of CSV columns, for instance {"code": "string"}; the others are found out.
        like: a schema, such as a dataset's: columns of CSV and JSON files that have its names take its types.
        delimiter: of a CSV file; the ending's by default.
        limit: the number of rows to read.
        options: a plugin's.

    Raises:
        InvalidDataError: the source cannot be read, or files do not go together; the message names the file.
        InvalidOptionError: an option is unknown, or does not go with the source.
        AtlasTypeError: the source is of a type that nobody reads.
    """
    shape = shape_of(vectors, images)
    asked = _given(
        options, query=query, parameters=parameters, driver=driver, types=types, like=like, delimiter=delimiter
    )
    return _open(source, shape, asked).limited(limit).whole()


def stream(source: Any, **options: Any) -> Iterator[Rows]:
    """Yield the rows of a source in parts of some ten megabytes, in order, where its format lets it; as `read`.

    Files are looked at first, all of them, so that a file that does not fit is refused before the first part.
    """
    return open_source(source, **options).parts()


def open_source(source: Any, **options: Any) -> Reading:
    """Return a source that has been looked at; the options are those of `read`."""
    shape = shape_of(options.pop("vectors", None), options.pop("images", None))
    limit = options.pop("limit", None)
    return _open(source, shape, _given(options)).limited(limit)


def _given(options: Mapping[str, Any], **named: Any) -> dict[str, Any]:
    return {name: value for name, value in {**named, **options}.items() if value is not None}


def _open(source: Any, shape: Shape, options: dict[str, Any]) -> Reading:
    for recognise in (_rows, _files, _database, _object, _plugin, _address):
        reading = recognise(source, shape, options)
        if reading is not None:
            return reading
    if are_paths(source):
        files_of(source, TextOptions())  # says what is wrong with them
    if isinstance(source, str):
        raise InvalidDataError(
            f"{shown_url(source)}: no installed plugin reads this address. Files are read from this machine: fetch it "
            'first; a database needs query="select ..."'
        )
    table = to_table(source)  # takes pandas' frames of every age, and says what is taken instead of anything else
    return of_parts(lambda: iter([Rows(table)]), shape)


def _rows(source: Any, shape: Shape, options: dict[str, Any]) -> Reading | None:
    if not isinstance(source, Rows):
        return None
    _check_options(options)
    return of_parts(lambda: iter([source]), shape)


def _files(source: Any, shape: Shape, options: dict[str, Any]) -> Reading | None:
    if not are_paths(source) or "query" in options or "driver" in options or _is_foreign(source):
        return None
    _check_options(options, "types", "like", "delimiter")
    return of_files(files_of(source, TextOptions(**options)), shape)


def _is_foreign(source: Any) -> bool:
    """Whether the source is one file whose ending is not ours: a plugin may know it."""
    return isinstance(source, str | Path) and (path := expanded(source)).is_file() and not is_known(path)


def _database(source: Any, shape: Shape, options: dict[str, Any]) -> Reading | None:
    if is_database_file(source):
        if "driver" in options:
            return None
        if not expanded(source).is_file():
            raise InvalidDataError(f"there is no file {source}")
    elif isinstance(source, str | Path) or not is_connection(source):
        return None
    _check_options(options, "query", "parameters")
    if "query" not in options:
        raise InvalidOptionError(f'a database such as {source!r} needs query="select ..."')
    return _of_query(source, shape, options)


def _object(source: Any, shape: Shape, options: dict[str, Any]) -> Reading | None:
    if isinstance(source, str | bytes | Path):
        return None
    tables = tables_of(source)
    if tables is None and not hasattr(source, "__arrow_c_stream__") and not isinstance(source, list | tuple):
        return None
    _check_options(options)
    if tables is None:
        tables = iter([to_table(source)])
    return of_parts(lambda: (Rows(to_table(table)) for table in tables), shape)


def _plugin(source: Any, shape: Shape, options: dict[str, Any]) -> Reading | None:
    from localatlas import hooks

    brought = hooks.call("localatlas_read", source=source, options=dict(options))
    if brought is None:
        return None
    return of_parts(lambda: iter([brought if isinstance(brought, Rows) else Rows(to_table(brought))]), shape)


def _address(source: Any, shape: Shape, options: dict[str, Any]) -> Reading | None:
    if not isinstance(source, str | Path) or not {"query", "driver"} & options.keys():
        return None
    _check_options(options, "query", "parameters", "driver")
    if "query" not in options:
        raise InvalidOptionError(f'driver={options["driver"]!r} opens a database, which needs query="select ..."')
    return _of_query(source, shape, options)


def _of_query(source: Any, shape: Shape, options: Mapping[str, Any]) -> Reading:
    arguments = options["query"], options.get("parameters"), options.get("driver")
    return of_parts(lambda: map(Rows, query_tables(source, *arguments)), shape)


def _check_options(options: Mapping[str, Any], *taken: str) -> None:
    """Refuse options that the source does not take. Raises InvalidOptionError."""
    for name in options:
        if name in taken:
            continue
        if name in OPTIONS:
            raise InvalidOptionError(f"{name}={options[name]!r} does not go with this source")
        raise InvalidOptionError(f"read takes no option {name!r}{suggestion(name, OPTIONS)}")
