"""Queries through real engines: SQLite by four roads, and DuckDB."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy
from adbc_driver_sqlite import dbapi
from localatlas import AtlasDataset, read, readers
from localatlas.errors import InvalidDataError, InvalidOptionError

ROWS = [(1, "tea", 0.5), (2, "Ünïcödé ☃", None), (3, "", 2.0)]
NAMED = [{"id": id_, "text": text, "score": score} for id_, text, score in ROWS]
QUERY = "select id, text, score from reviews order by id"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table reviews (id integer primary key, text text, score real)")
        connection.executemany("insert into reviews values (?, ?, ?)", ROWS)
    return path


@pytest.fixture(params=["path", "text", "dbapi", "engine", "connection", "url", "address", "adbc", "driver"])
def source(request: pytest.FixtureRequest, database: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Every way to say which database, with the options that it needs."""
    address = f"sqlite:///{database}"
    if request.param == "path":
        yield database, {}
    elif request.param == "text":
        yield str(database), {}
    elif request.param == "dbapi":
        with closing(sqlite3.connect(database)) as connection:
            yield connection, {}
    elif request.param == "address":
        yield address, {}
    elif request.param == "url":
        yield sqlalchemy.make_url(address), {}
    elif request.param == "adbc":
        with dbapi.connect(str(database)) as connection:
            yield connection, {}
    elif request.param == "driver":
        yield str(database), {"driver": "adbc_driver_sqlite"}
    else:
        engine = sqlalchemy.create_engine(address)
        if request.param == "engine":
            yield engine, {}
        else:
            with engine.connect() as connection:
                yield connection, {}
        engine.dispose()


def test_a_query_gives_its_rows_by_every_road(source: tuple[Any, dict[str, Any]]) -> None:
    where, options = source
    table = read(where, query=QUERY, **options).table
    assert table.to_pylist() == NAMED
    assert table.schema.types == [pa.int64(), pa.string(), pa.float64()]


def test_rows_of_a_query_are_added(database: Path, components: str) -> None:
    made = AtlasDataset("shop", unique_id_field="id")
    made.add_data(**read(database, query=QUERY))
    assert made.get_data([2]) == [NAMED[1]]


def test_no_rows_are_a_table_with_columns(source: tuple[Any, dict[str, Any]]) -> None:
    where, options = source
    table = read(where, query="select id, text from reviews where id > 99", **options).table
    assert (table.num_rows, table.column_names) == (0, ["id", "text"])


@pytest.mark.parametrize(
    ("query", "words"), [("select nothing from reviews", "nothing"), ("select * form x", "form|syntax")]
)
def test_a_query_that_the_database_refuses_is_shown(source: tuple[Any, dict[str, Any]], query: str, words: str) -> None:
    where, options = source
    with pytest.raises(
        InvalidDataError, match=rf"the database refused the query '{re.escape(query[:8])}(.|\n)*({words})"
    ):
        read(where, query=query, **options)


@pytest.mark.parametrize("kind", ["sqlalchemy", "sqlite3"])
def test_a_statement_that_returns_nothing_is_refused(database: Path, kind: str) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{database}")
    with closing(sqlite3.connect(database)) as plain:
        source = engine if kind == "sqlalchemy" else plain
        with pytest.raises(InvalidDataError, match="returns no rows; give a SELECT"):
            read(source, query="delete from reviews")
    engine.dispose()
    assert read(database, query=QUERY).table.num_rows == 3


def test_a_file_of_sqlite_is_opened_for_reading_only(database: Path) -> None:
    with pytest.raises(InvalidDataError, match="readonly"):
        read(database, query="delete from reviews returning id")


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ({"low": 2}, "select id from reviews where id >= :low order by id"),
        ([2], "select id from reviews where id >= ? order by id"),
    ],
)
def test_parameters_are_the_connections(database: Path, parameters: Any, query: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        assert read(connection, query=query, parameters=parameters).table["id"].to_pylist() == [2, 3]
    if isinstance(parameters, dict):
        engine = sqlalchemy.create_engine(f"sqlite:///{database}")
        assert read(engine, query=query, parameters=parameters).table["id"].to_pylist() == [2, 3]
        engine.dispose()


def test_types_of_several_blocks_meet(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (n, late)")
        connection.executemany("insert into t values (?, ?)", [(row, None) for row in range(15_000)] + [(0.5, "x")])
        table = read(connection, query="select * from t").table
    assert table.schema.types == [pa.float64(), pa.string()]
    assert (table["n"][14_999].as_py(), table["late"][15_000].as_py()) == (14_999.0, "x")


def test_a_column_of_several_kinds_is_refused_by_name() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (n)")
        connection.executemany("insert into t values (?)", [(1,), ("a",)])
        with pytest.raises(InvalidDataError, match="column 'n' mixes the types int, str"):
            read(connection, query="select * from t")


def test_types_of_sqlalchemy_survive(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'types.db'}")
    types = sqlalchemy
    table = types.Table(
        "t",
        types.MetaData(),
        types.Column("when", types.DateTime),
        types.Column("day", types.Date),
        types.Column("raw", types.LargeBinary),
        types.Column("yes", types.Boolean),
    )
    row = {"when": dt.datetime(2024, 1, 2, 3, 4, 5), "day": dt.date(2024, 1, 2), "raw": b"\x00x", "yes": True}  # noqa: DTZ001  without a zone
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), row)
    stored = read(engine, query="select * from t").table.to_pylist()
    # The text of a query carries no types: SQLite keeps times as text and truth as a number.
    assert stored == [{"when": "2024-01-02 03:04:05.000000", "day": "2024-01-02", "raw": b"\x00x", "yes": 1}]
    engine.dispose()


@pytest.mark.parametrize("form", ["relation", "connection", "file"])
def test_duckdb_keeps_its_types(tmp_path: Path, form: str, components: str) -> None:
    query = (
        "select 1::tinyint as small, 12.50::decimal(8, 2) as price, date '2024-01-02' as day, [1, 2] as list, "
        "{'a': 'x'} as struct, timestamptz '2024-01-02 03:04:05+00' as moment"
    )
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"create table t as {query}")
        if form == "relation":
            rows = read(connection.sql("select * from t"))
            AtlasDataset("direct").add_data(connection.sql("select * from t"))
            assert AtlasDataset("direct").total_datums == 1
        elif form == "connection":
            rows = read(connection, query="select * from t")
    if form == "file":
        rows = read(path, query="select * from t")
    assert rows.table["small"].type == pa.int8()
    (row,) = rows.table.to_pylist()
    assert row["price"] == decimal.Decimal("12.50")
    assert (row["day"], row["list"], row["struct"]) == (dt.date(2024, 1, 2), [1, 2], {"a": "x"})
    assert row["moment"].timestamp() == 1704164645


def test_a_relation_that_reads_a_file_is_streamed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n\n1\n2\n")
    relation = duckdb.read_csv(str(tmp_path / "a.csv")).project("n * 2 as n")
    assert [part.table["n"].to_pylist() for part in readers.stream(relation)] == [[2, 4]]


def test_identifiers_become_text() -> None:
    key = uuid.uuid4()

    class Cursor:
        description = (("key",),)
        rows = [(key,)]  # noqa: RUF012  never changed

        def execute(self, query: str) -> None: ...

        def fetchmany(self, size: int) -> list[Any]:
            rows, self.rows = self.rows, []
            return rows

        def close(self) -> None: ...

    class Connection:
        cursor = Cursor

    assert read(Connection(), query="select key").table.to_pylist() == [{"key": str(key)}]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, 'needs query="select'),
        ({"query": "select 1", "types": {"a": "string"}}, "types=.* does not go with this source"),
        ({"query": "select 1", "qeury": "x"}, "no option 'qeury', did you mean 'query'"),
    ],
)
def test_options_that_do_not_go_with_a_connection_are_refused(options: dict[str, Any], words: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(InvalidOptionError, match=words):
        read(connection, **options)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidDataError, match="there is no file"):
        read(tmp_path / "none.db", query="select 1")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("module", "source", "options", "words"),
    [
        ("sqlalchemy", "postgresql://host/db", {}, "pip install sqlalchemy"),
        ("duckdb", "shop.duckdb", {}, "pip install duckdb"),
        ("adbc_driver_sqlite.dbapi", "file:x", {"driver": "adbc_driver_sqlite"}, "pip install adbc-driver-sqlite"),
    ],
)
def test_a_library_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, source: str, options: dict[str, Any], words: str
) -> None:
    import sys

    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.duckdb").touch()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidOptionError, match=words):
        read(source, query="select 1", **options)
