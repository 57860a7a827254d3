"""Named bytes under a home, each written whole or not at all: the protocol, and folders of this machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["Files", "Held", "LocalFiles"]

TEMPORARY = ".tmp-"


@dataclass(frozen=True)
class Held:
    """A file that is about to be changed: what it holds, and how to replace that."""

    data: bytes
    replace: Callable[[bytes], None]


class Files(Protocol):
    """Named bytes. Names are relative POSIX paths; a missing one raises KeyError."""

    def read(self, name: str) -> bytes:
        """Return the bytes."""
        ...

    def write(self, name: str, data: bytes | Path) -> None:
        """Write or replace at once."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Write unless the name exists; False if it does. One of several that try at once succeeds."""
        ...

    def change(self, name: str) -> AbstractContextManager[Held]:
        """Read a file that others may change too; `replace` never overwrites a change that was not seen."""
        ...

    def local(self, name: str) -> Path:
        """Return a file of this machine with the bytes."""
        ...

    def names(self, folder: str, prefix: str = "") -> list[str]:
        """Return the names in `folder`, relative to it, that start with `prefix`, sorted."""
        ...

    def folders(self, folder: str = "") -> list[str]:
        """Return the names of the folders right below `folder`, sorted."""
        ...

    def remove(self, name: str) -> None:
        """Remove one file, if it is there."""
        ...

    def remove_folder(self, folder: str, *, older_than: float = 0.0) -> None:
        """Remove a folder with all in it, unless something in it changed within the last `older_than` seconds."""
        ...


class LocalFiles:
    """Files in a folder of this machine.

    Args:
        root: the folder; made when first written to.
        sync: flush to the disk before a name is replaced.
    """

    def __init__(self, root: Path, *, sync: bool = False) -> None:
        self.root = root
        self._sync = sync

    def read(self, name: str) -> bytes:
        """Return the bytes. Raises KeyError."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise KeyError(name) from None

    def write(self, name: str, data: bytes | Path) -> None:
        """Write or replace at once; a `Path` on the same file system is linked."""
        target = self.root / name
        staged = self._stage(target, data)
        try:
            staged.replace(target)
        except OSError:
            staged.unlink(missing_ok=True)
            raise

    def create(self, name: str, data: bytes) -> bool:
        """Write unless the name exists; False if it does."""
        target = self.root / name
        staged = self._stage(target, data)
        try:
            # A hard link, unlike a rename, fails when its target exists.
            os.link(staged, target)
        except FileExistsError:
            return False
        finally:
            staged.unlink(missing_ok=True)
        return True

    @contextmanager
    def change(self, name: str) -> Iterator[Held]:
        """Hold a kernel lock while a file is changed, so that nobody else changes it meanwhile."""
        target = self.root / name
        if not target.exists():
            raise KeyError(name)
        handle = os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Held(self.read(name), lambda data: self._flushed_write(name, data))
        finally:
            os.close(handle)

    def local(self, name: str) -> Path:
        """Return the file itself. Raises KeyError."""
        path = self.root / name
        if not path.is_file():
            raise KeyError(name)
        return path

    def names(self, folder: str, prefix: str = "") -> list[str]:
        """Return the names in `folder`, relative to it, that start with `prefix`, sorted."""
        base = self.root / folder
        # Only the deepest folder that the prefix names is walked: a prefix is asked for far more often than all.
        start = base / prefix.rpartition("/")[0]
        found = [
            Path(parent, file).relative_to(base).as_posix()
            for parent, _, files in os.walk(start)
            for file in files
            if not file.startswith(TEMPORARY)
        ]
        return sorted(name for name in found if name.startswith(prefix))

    def folders(self, folder: str = "") -> list[str]:
        """Return the names of the folders right below `folder`, sorted."""
        try:
            return sorted(entry.name for entry in os.scandir(self.root / folder) if entry.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def remove(self, name: str) -> None:
        """Remove one file, if it is there."""
        with suppress(FileNotFoundError, NotADirectoryError):
            (self.root / name).unlink()

    def remove_folder(self, folder: str, *, older_than: float = 0.0) -> None:
        """Remove a folder with all in it, unless something in it changed within the last `older_than` seconds."""
        path = self.root / folder
        if older_than and time.time() - _last_change(path) < older_than:
            return
        # Others may be removing it too: what is gone is gone.
        while path.exists():
            with suppress(FileNotFoundError):
                shutil.rmtree(path)

    def _stage(self, target: Path, data: bytes | Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = target.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")
        if isinstance(data, Path):
            try:
                os.link(data.resolve(), staged)
            except OSError:
                shutil.copyfile(data, staged)
        else:
            staged.write_bytes(data)
        if self._sync:
            with staged.open("rb") as stream:
                os.fsync(stream.fileno())
        return staged

    def _flushed_write(self, name: str, data: bytes) -> None:
        if self._sync:
            # Lance writes its files without flushing them, and they must be on the disk before this one names them.
            os.sync()
        self.write(name, data)
        if self._sync:
            os.sync()


def _last_change(folder: Path) -> float:
    """Return when something in a folder last changed, in seconds since the epoch; what goes meanwhile changes now."""
    try:
        return max((Path(parent).stat().st_mtime for parent, _, _ in os.walk(folder)), default=0.0)
    except FileNotFoundError:
        return time.time()
