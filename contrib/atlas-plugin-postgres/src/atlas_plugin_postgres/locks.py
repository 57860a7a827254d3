"""One lock per dataset: an advisory lock of the server, which is gone with the connection of whoever dies."""

from __future__ import annotations

import contextlib
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from localatlas.errors import DatasetLockedError

from atlas_plugin_postgres.connections import Database

if TYPE_CHECKING:
    import psycopg

__all__ = ["DatasetLock", "lock_of"]

# The first half of the key of every lock of ours; the second is the dataset's number.
FAMILY = 7_461
_LOCKS: dict[tuple[str, str, int], DatasetLock] = {}
_GUARD = threading.Lock()


class DatasetLock:
    """The lock of one dataset, shared by all who open it in this process; re-entrant within a thread."""

    def __init__(self, database: Database, dataset: int) -> None:
        self._database, self._dataset = database, dataset
        self._threads = threading.RLock()
        self._depth = 0
        self._connection: psycopg.Connection[Any] | None = None

    @contextmanager
    def held(self, timeout: float | None, who: str) -> Iterator[None]:
        """Hold the lock. Raises DatasetLockedError after `timeout` seconds."""
        if not self._threads.acquire(timeout=-1 if timeout is None else timeout):
            raise DatasetLockedError(f"another thread holds the lock of {who} for longer than {timeout} seconds")
        try:
            if self._depth == 0:
                self._connection = self._connected(timeout, who)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._let_go()
        finally:
            self._threads.release()

    def is_held(self) -> bool:
        """Whether anybody holds it, in this process or another."""
        if self._depth:
            return True
        # The server's other databases may use the same numbers.
        query = """SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
        with self._database.connection() as connection:
            return connection.execute(query, [FAMILY, self._number()]).fetchone() is not None

    def _let_go(self) -> None:
        """Unlock before the connection is closed: the server notices a closed one only a little later."""
        import psycopg

        opened, self._connection = self._connection, None
        if opened is None:
            return
        with contextlib.suppress(psycopg.Error):  # a lost connection holds no lock
            opened.execute("SELECT pg_advisory_unlock(%s, %s)", [FAMILY, self._number()])
        opened.close()

    def _number(self) -> int:
        # Homes are schemas of one database and count their datasets each for itself.
        return zlib.crc32(f"{self._database.home}/{self._dataset}".encode()) & 0x7FFF_FFFF

    def _connected(self, timeout: float | None, who: str) -> psycopg.Connection[Any]:
        import psycopg

        opened = self._database.connect()
        try:
            # 0 would mean to wait for ever.
            opened.execute(f"SET lock_timeout TO {0 if timeout is None else max(round(timeout * 1000), 1)}")
            opened.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, self._number()])
        except psycopg.errors.LockNotAvailable as error:
            opened.close()
            message = f"another process holds the lock of {who} for longer than {timeout} seconds"
            raise DatasetLockedError(message) from error
        except BaseException:
            opened.close()
            raise
        return opened


def lock_of(database: Database, dataset: int) -> DatasetLock:
    """Return this process's lock of a dataset."""
    with _GUARD:
        return _LOCKS.setdefault((database.where, database.home, dataset), DatasetLock(database, dataset))
