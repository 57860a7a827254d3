"""The rows of a query, through whatever connection the caller has.

An ADBC or DuckDB connection hands over Arrow tables; SQLAlchemy and every other connection of Python's DB-API hand over
Python's values, which become Arrow's as a list of dicts does. None of these libraries is imported before it is needed.
"""

from __future__ import annotations

import importlib
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from localatlas.errors import AtlasError, InvalidDataError, InvalidOptionError
from localatlas.ingest.downloads import shown_url
from localatlas.ingest.libraries import is_instance
from localatlas.ingest.values import to_array
from localatlas.paths import expanded
from localatlas.readers.joining import check_twice

__all__ = ["Parameters", "is_connection", "is_database_file", "query_tables"]

BATCH_ROWS = 10_000
DATABASE_ENDINGS = {".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".duckdb": "duckdb", ".ddb": "duckdb"}
Parameters = Sequence[Any] | Mapping[str, Any] | None


def is_connection(source: Any) -> bool:
    """Whether a query can be put to this object."""
    return is_instance(source, "sqlalchemy", "Engine", "Connection", "URL", "Session") or hasattr(source, "cursor")


def query_tables(source: Any, query: str, parameters: Parameters, driver: str | None) -> Iterator[pa.Table]:
    """Yield the rows of `query`; the first table is there even if there are no rows.

    Args:
        source: a connection, an SQLAlchemy engine or URL, or an address such as "postgresql://…".
        query: one SELECT.
        parameters: as the connection takes them; SQLAlchemy's are named, `:name` in the query.
        driver: the module of an ADBC driver that opens the address, such as "adbc_driver_postgresql".

    Raises:
        InvalidDataError: the database refuses the connection or the query, or it returns no rows at all.
    """
    with _blamed(query):
        if driver is not None:
            with closing(_adbc(source, driver)) as connection:
                yield from _cursor(connection, query, parameters)
        elif is_database_file(source):
            with closing(_opened(expanded(source))) as connection:
                yield from query_tables(connection, query, parameters, None)
        elif isinstance(source, str) or is_instance(source, "sqlalchemy", "Engine", "Connection", "URL", "Session"):
            yield from _sqlalchemy(source, query, parameters)
        elif is_instance(source, "duckdb", "DuckDBPyConnection"):
            yield from _relation(source.sql(query, params=parameters))
        else:
            yield from _cursor(source, query, parameters)


@contextmanager
def _blamed(query: str) -> Iterator[None]:
    try:
        yield
    except (AtlasError, GeneratorExit):
        raise
    except Exception as error:  # every driver raises errors of its own
        raise InvalidDataError(
            f"the database refused the query {query[:200]!r}: {type(error).__name__}: {error}"
        ) from error


def is_database_file(source: Any) -> bool:
    """Whether a source is the path of a database, by its ending; an address such as `sqlite:///x.db` is none."""
    if isinstance(source, str) and "://" in source:
        return False
    return isinstance(source, str | Path) and Path(source).suffix.lower() in DATABASE_ENDINGS


def _opened(path: Path) -> Any:
    """Open a database's file for reading only."""
    if DATABASE_ENDINGS[path.suffix.lower()] == "sqlite":
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    return _library("duckdb", f"{path.name} is a file of DuckDB").connect(str(path), read_only=True)


def _adbc(address: Any, driver: str) -> Any:
    return _library(f"{driver}.dbapi", f"driver={driver!r}").connect(str(address))


def _library(module: str, wanted: str) -> Any:
    """Import what is no dependency of localatlas. Raises InvalidOptionError."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.partition(".")[0].replace("_", "-")
        raise InvalidOptionError(f"{wanted}, and {module} is not installed: pip install {name}") from error


def _sqlalchemy(source: Any, query: str, parameters: Parameters) -> Iterator[pa.Table]:
    sqlalchemy = _library(
        "sqlalchemy",
        f"{shown_url(str(source))} is opened through SQLAlchemy (or give an open connection, or "
        'driver="adbc_driver_...")',
    )
    statement = sqlalchemy.text(query)
    if is_instance(source, "sqlalchemy", "Connection", "Session"):
        yield from _fetched(source.execute(statement, parameters or {}))
        return
    engine = sqlalchemy.create_engine(source) if not hasattr(source, "connect") else source
    try:
        with engine.connect() as connection:
            streaming = connection.execution_options(stream_results=True)
            yield from _fetched(streaming.execute(statement, parameters or {}))
    finally:
        if engine is not source:
            engine.dispose()


def _fetched(result: Any) -> Iterator[pa.Table]:
    if not result.returns_rows:
        raise InvalidDataError("the query returns no rows; give a SELECT")
    yield from _tables(list(result.keys()), result)


def _cursor(connection: Any, query: str, parameters: Parameters) -> Iterator[pa.Table]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(query, *(() if parameters is None else (parameters,)))
        if not cursor.description:
            raise InvalidDataError("the query returns no rows; give a SELECT")
        if hasattr(cursor, "fetch_record_batch"):
            yield from _reader(cursor.fetch_record_batch())
        else:
            yield from _tables([column[0] for column in cursor.description], cursor)


def _relation(relation: Any) -> Iterator[pa.Table]:
    # Not through a cursor of DuckDB: it would not see the frames that the connection sees, and copies its rows.
    if relation is None:
        raise InvalidDataError("the query returns no rows; give a SELECT")
    yield from _reader(pa.RecordBatchReader.from_stream(relation))


def _reader(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    check_twice(reader.schema.names)
    yield reader.schema.empty_table()
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _tables(names: list[str], rows: Any) -> Iterator[pa.Table]:
    check_twice(names)
    yield pa.table({name: pa.nulls(0) for name in names})
    while block := rows.fetchmany(BATCH_ROWS):
        columns = zip(*block, strict=True)
        yield pa.table(
            {name: to_array(name, [*map(_plain, column)]) for name, column in zip(names, columns, strict=True)}
        )


def _plain(value: Any) -> Any:
    # Arrow has no UUIDs that every store keeps; their usual form is text.
    return str(value) if isinstance(value, uuid.UUID) else value
