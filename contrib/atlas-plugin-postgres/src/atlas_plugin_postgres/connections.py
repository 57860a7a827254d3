"""Connections to a home's database: lent one at a time, kept for the next, and the tables made at the first."""

from __future__ import annotations

import atexit
import functools
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from localatlas.errors import InvalidOptionError, StorageError

if TYPE_CHECKING:
    import psycopg

__all__ = ["Database", "database"]

HOME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# Any number that is ours alone: who makes the tables holds it.
MAKING = 7_461_024
TABLES = """
CREATE SCHEMA IF NOT EXISTS {home};
CREATE TABLE IF NOT EXISTS {home}.datasets (
    id serial PRIMARY KEY, organization text NOT NULL, slug text NOT NULL, uid uuid NOT NULL DEFAULT gen_random_uuid(),
    newest integer NOT NULL DEFAULT 0, next_position bigint NOT NULL DEFAULT 0, UNIQUE (organization, slug));
CREATE TABLE IF NOT EXISTS {home}.versions (
    dataset integer NOT NULL REFERENCES {home}.datasets ON DELETE CASCADE, version integer NOT NULL,
    columns bytea NOT NULL, pieces bigint[] NOT NULL, gone bytea NOT NULL, rows bigint NOT NULL,
    PRIMARY KEY (dataset, version));
CREATE TABLE IF NOT EXISTS {home}.pieces (
    id bigserial PRIMARY KEY, dataset integer NOT NULL REFERENCES {home}.datasets ON DELETE CASCADE,
    low bigint NOT NULL, high bigint NOT NULL);
CREATE TABLE IF NOT EXISTS {home}.cells (
    piece bigint NOT NULL REFERENCES {home}.pieces ON DELETE CASCADE, name text NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (piece, name));
CREATE TABLE IF NOT EXISTS {home}.objects (
    dataset integer NOT NULL REFERENCES {home}.datasets ON DELETE CASCADE, name text COLLATE "C" NOT NULL,
    part integer NOT NULL, stamp uuid NOT NULL, data bytea NOT NULL, PRIMARY KEY (dataset, name, part));
CREATE INDEX IF NOT EXISTS pieces_of_dataset ON {home}.pieces (dataset);
ALTER TABLE {home}.cells ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE {home}.objects ALTER COLUMN data SET STORAGE EXTERNAL;
"""


class Database:
    """A home: one schema of one database.

    Args:
        where: the address that libpq reads.
        home: the schema.
    """

    def __init__(self, where: str, home: str) -> None:
        self.where = where
        self.home = home
        self._idle: list[psycopg.Connection[Any]] = []
        self._guard = threading.Lock()
        self._process = os.getpid()
        self._ready = False
        atexit.register(self.close)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection; every statement outside `transaction()` commits by itself."""
        lent = self._taken() or self.connect()
        try:
            yield lent
        finally:
            if lent.closed or lent.broken or lent.info.transaction_status:
                lent.close()
            else:
                with self._guard:
                    self._idle.append(lent)

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection, and make the home's tables if this process has not seen them. Raises StorageError."""
        import psycopg

        try:
            opened = psycopg.connect(self.where, autocommit=True, application_name="localatlas")
        except psycopg.OperationalError as error:
            message = f"PostgreSQL at {self.where!r} cannot be reached: {' '.join(str(error).split())}"
            raise StorageError(message) from error
        with self._guard:
            if not self._ready:
                self._make_tables(opened)
                self._ready = True
        opened.execute(f"SET search_path TO {self.home}")
        return opened

    def close(self) -> None:
        """Close what is idle."""
        while (idle := self._taken()) is not None:
            idle.close()

    def _taken(self) -> psycopg.Connection[Any] | None:
        with self._guard:
            if self._process != os.getpid():
                # A forked process must not speak on its parent's connections.
                self._idle, self._process = [], os.getpid()
            return self._idle.pop() if self._idle else None

    def _make_tables(self, opened: psycopg.Connection[Any]) -> None:
        # Of several processes that make them at once, the others wait: IF NOT EXISTS alone is no promise.
        with opened.transaction():
            opened.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING])
            opened.execute("SET LOCAL client_min_messages TO warning")
            found = opened.execute("SELECT to_regclass(%s)", [f"{self.home}.objects"]).fetchone()
            if found is None or found[0] is None:
                opened.execute(TABLES.format(home=self.home).encode())


@functools.cache
def database(address: str) -> Database:
    """Return the database of a home's address. Raises InvalidOptionError."""
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres"):
        message = f"storage 'postgresql' cannot open {address!r}: its scheme is not postgresql:// or postgres://"
        raise InvalidOptionError(message)
    query = parse_qsl(parts.query)
    home = dict(query).get("home", "localatlas")
    if not HOME.fullmatch(home):
        message = f"{home!r} in {address!r} cannot name a home: use small letters, digits and _, a letter first"
        raise InvalidOptionError(message)
    rest = urlencode([(name, value) for name, value in query if name != "home"])
    # libpq wants the two slashes also where nothing stands between them, which urlunsplit leaves out.
    return Database("postgresql://" + urlunsplit(("", parts.netloc, parts.path, rest, "")).removeprefix("//"), home)
