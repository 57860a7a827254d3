"""The storage `postgresql`: the datasets of a home, each a row of one table and what refers to it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import ClassVar

from localatlas.errors import AtlasValueError, DatasetExistsError, DatasetNotFoundError
from localatlas.protocols import DatasetKey, DatasetStore

from atlas_plugin_postgres.connections import Database, database
from atlas_plugin_postgres.dataset import PostgresDataset
from atlas_plugin_postgres.objects import write
from atlas_plugin_postgres.options import PostgresStorageOptions
from atlas_plugin_postgres.published import holds_map, published_name

__all__ = ["PostgresStorage"]

RECORD = "dataset.json"


class PostgresStorage:
    """Keeps datasets in PostgreSQL: rows in versions, objects by name, one advisory lock per dataset."""

    Options: ClassVar[type[PostgresStorageOptions]] = PostgresStorageOptions
    durable: ClassVar[bool] = True

    def __init__(self, options: PostgresStorageOptions) -> None:
        self.options = options

    @staticmethod
    def example_address(folder: Path) -> str:
        """Return an address for the kit: a home of its own in the database that ATLAS_POSTGRES names."""
        server = os.environ.get("ATLAS_POSTGRES")
        if not server:
            message = (
                "the kit needs a database to try: set ATLAS_POSTGRES to postgresql://…, a database that may be filled"
            )
            raise AtlasValueError(message)
        name = "".join(letter if letter.isalnum() else "_" for letter in f"{folder.parent.name}_{folder.name}".lower())
        return f"{server}{'&' if '?' in server else '?'}home=check_{name[-40:]}"

    def datasets(self) -> list[DatasetKey]:
        """Return the keys of all datasets, sorted."""
        with self._home().connection() as connection:
            found = connection.execute("SELECT organization, slug FROM datasets").fetchall()
        return sorted(DatasetKey(organization, slug) for organization, slug in found)

    def exists(self, key: DatasetKey) -> bool:
        """Whether the dataset is there."""
        return self._found(key) is not None

    def create(self, key: DatasetKey, record: bytes) -> DatasetStore:
        """Make an empty dataset whose object `dataset.json` is `record`, in one commit. Raises DatasetExistsError."""
        import psycopg

        insert = "INSERT INTO datasets (organization, slug) VALUES (%s, %s) RETURNING id"
        with self._home().connection() as connection:
            try:
                with connection.transaction():
                    made = connection.execute(insert, [key.organization, key.slug]).fetchone()
                    if made:
                        write(connection, made[0], RECORD, record)
            except psycopg.errors.UniqueViolation as error:
                message = f"the dataset {str(key)!r} exists already in {self.options.address}"
                raise DatasetExistsError(message) from error
        return self.open(key)

    def open(self, key: DatasetKey) -> DatasetStore:
        """Open a dataset. Raises DatasetNotFoundError."""
        number, folder = self._there(key)
        return PostgresDataset(self._home(), key, number, folder, self.options.compact_after_pieces)

    def delete(self, key: DatasetKey) -> None:
        """Remove a dataset and all it holds. Raises DatasetNotFoundError."""
        number, folder = self._there(key)
        with self._home().connection() as connection, connection.transaction():
            connection.execute("DELETE FROM datasets WHERE id = %s", [number])
            table = published_name(number)
            if holds_map(connection, self._home().home, table):
                connection.execute(f"DROP TABLE {table}".encode())
        shutil.rmtree(folder, ignore_errors=True)

    def _home(self) -> Database:
        return database(self.options.address)

    def _found(self, key: DatasetKey) -> tuple[int, Path] | None:
        query = "SELECT id, uid FROM datasets WHERE organization = %s AND slug = %s"
        with self._home().connection() as connection:
            found = connection.execute(query, [key.organization, key.slug]).fetchone()
        return None if found is None else (found[0], _cache(self.options.cache) / str(found[1]))

    def _there(self, key: DatasetKey) -> tuple[int, Path]:
        if (found := self._found(key)) is None:
            raise DatasetNotFoundError(f"there is no dataset {str(key)!r} in {self.options.address}")
        return found


def _cache(given: str) -> Path:
    if given:
        return Path(given).expanduser().resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "localatlas" / "postgres"
