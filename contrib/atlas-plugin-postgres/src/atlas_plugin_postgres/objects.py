"""A dataset's objects: bytes by name in the database, and files of them on this machine for memory-mapping."""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localatlas.errors import AtlasValueError

from atlas_plugin_postgres.connections import Database

if TYPE_CHECKING:
    import psycopg

__all__ = ["Objects"]

# A value of the server holds at most 1 GB; parts also bound what is in memory at once.
PART = 32 * 1024 * 1024


class Objects:
    """The objects of one dataset.

    Args:
        database: the home.
        dataset: its number.
        folder: where files are kept on this machine.
    """

    def __init__(self, database: Database, dataset: int, folder: Path) -> None:
        self._database, self._dataset, self._folder = database, dataset, folder

    def put(self, name: str, data: bytes | Path) -> None:
        """Write an object whole, in one commit. Raises AtlasValueError."""
        with self._database.connection() as connection, connection.transaction():
            write(connection, self._dataset, name, data)

    def get(self, name: str) -> bytes:
        """Return an object. Raises KeyError."""
        query = "SELECT data FROM objects WHERE dataset = %s AND name = %s ORDER BY part"
        with self._database.connection() as connection:
            parts = connection.execute(query, [self._dataset, name], binary=True).fetchall()
        if not parts:
            raise KeyError(name)
        return b"".join(part for (part,) in parts)

    def path(self, name: str) -> Path:
        """Return a file of this machine with an object's bytes. Raises KeyError."""
        query = "SELECT stamp FROM objects WHERE dataset = %s AND name = %s AND part = 0"
        with self._database.connection() as connection:
            found = connection.execute(query, [self._dataset, name]).fetchone()
        if found is None:
            raise KeyError(name)
        # A name that no other bytes ever had: who mapped older bytes keeps them.
        file = self._folder / "objects" / str(found[0]) / name.rpartition("/")[2]
        if not file.exists():
            self._fetch(name, found[0], file)
        return file

    def names(self, prefix: str) -> list[str]:
        """Return the names that start with `prefix`, sorted."""
        query = "SELECT name FROM objects WHERE dataset = %s AND part = 0 AND starts_with(name, %s) ORDER BY name"
        with self._database.connection() as connection:
            return [name for (name,) in connection.execute(query, [self._dataset, prefix])]

    def remove(self, prefix: str) -> None:
        """Remove every object whose name starts with `prefix`."""
        with self._database.connection() as connection:
            connection.execute(
                "DELETE FROM objects WHERE dataset = %s AND starts_with(name, %s)", [self._dataset, prefix]
            )

    def _fetch(self, name: str, stamp: uuid.UUID, file: Path) -> None:
        query = "SELECT data FROM objects WHERE dataset = %s AND name = %s AND part = %s AND stamp = %s"
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as out, self._database.connection() as connection:
            part = 0
            while found := connection.execute(query, [self._dataset, name, part, stamp], binary=True).fetchone():
                out.write(found[0])
                part += 1
        if part == 0:
            # Replaced or removed since its stamp was read: what is there now is asked for anew.
            Path(partial).unlink()
            file.parent.rmdir()
            self.path(name)
            return
        Path(partial).replace(file)


def write(connection: psycopg.Connection[Any], dataset: int, name: str, data: bytes | Path) -> None:
    """Write an object on a connection that is in a transaction. Raises AtlasValueError."""
    if not name or "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        message = (
            f"{name!r} cannot name an object: a name is a relative path with '/', without empty parts, '.' or '..'"
        )
        raise AtlasValueError(message)
    stamp = uuid.uuid4()
    # Two who put one name at once take turns: a row of the first part alone would not keep their parts together.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, dataset])
    connection.execute("DELETE FROM objects WHERE dataset = %s AND name = %s", [dataset, name])
    for number, part in enumerate(_parts(data)):
        connection.execute(
            "INSERT INTO objects (dataset, name, part, stamp, data) VALUES (%s, %s, %s, %s, %b)",
            [dataset, name, number, stamp, part],
        )


def _parts(data: bytes | Path) -> list[bytes] | Any:
    if isinstance(data, Path):
        return _file_parts(data)
    return [data[start : start + PART] for start in range(0, max(len(data), 1), PART)]


def _file_parts(file: Path) -> Any:
    with file.open("rb") as source:
        yield source.read(PART)
        while part := source.read(PART):
            yield part
