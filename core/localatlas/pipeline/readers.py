"""Who reads which version of a map, so that no file goes while somebody may still open it."""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from localatlas.pipeline.records import IndexRecord, MapRecord
from localatlas.protocols import DatasetStore

__all__ = ["Reader", "Version", "nobody_reads", "versions_read"]

# The id of a map or an index, and its version: version 3 is below data/<id>/v3, version 1 directly below data/<id>.
Version = tuple[str, int]


class Reader:
    """Finds the pages of one version of a map; as long as it lives, that version's files stay.

    It holds a shared lock on a file of this machine; the kernel frees it with the process. On an object store, readers
    on other machines are not seen.
    """

    def __init__(self, store: DatasetStore, index: IndexRecord, record: MapRecord) -> None:
        """Hold a version."""
        self._store, self._prefix = store, record.prefix
        (store.scratch() / "readers").mkdir(exist_ok=True)
        for name in (index.id, record.id):
            descriptor = _hold(store, (name, index.revision), index.version)
            weakref.finalize(self, os.close, descriptor)

    def __call__(self, name: str) -> Path:
        """Return the file of a page. Raises KeyError."""
        return self._store.path(f"{self._prefix}/pages/{name}")


def _hold(store: DatasetStore, version: Version, rows: int) -> int:
    """Return the descriptor of a locked file that says which version of the rows is read."""
    descriptor = os.open(_file(store, version), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if not os.fstat(descriptor).st_size:
        # `compact` must keep these rows. Two who write at once write the same.
        os.write(descriptor, b"%d\n" % rows)
    return descriptor


@contextmanager
def nobody_reads(store: DatasetStore, version: Version) -> Generator[bool, None, None]:
    """Yield whether nobody on this machine reads a version, and keep it so for the block."""
    path = _file(store, version)
    if not path.exists():
        yield True
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        path.unlink(missing_ok=True)


def versions_read(store: DatasetStore) -> set[int]:
    """Return the versions of the rows that somebody on this machine sees through a map."""
    found: set[int] = set()
    for path in (store.scratch() / "readers").glob("*"):
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found |= {int(line) for line in file.read().split()}
    return found


def _file(store: DatasetStore, version: Version) -> Path:
    name, revision = version
    return store.scratch() / "readers" / f"{name}-{revision}"
