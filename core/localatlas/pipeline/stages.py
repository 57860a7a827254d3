"""Stage results on local disk, each under the key of what it was made from.

A stage works in a folder of its own that becomes the result by one rename, so that a result is whole or not
there. What an interrupted stage left in its folder is found again by the next run with the same key.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["StageStore", "content_key", "disk_mb", "load_array", "save_array", "save_bytes"]

# Raised when the meaning of a stage result changes, so that old results are not taken for new ones.
FORMAT = 1


def content_key(stage: str, parts: Mapping[str, Any]) -> str:
    """Return the key of a stage result: a hash of everything that it is made from."""
    text = json.dumps({"format": FORMAT, "stage": stage, **parts}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class StageStore:
    """The stage results of one dataset."""

    def __init__(self, root: Path) -> None:
        """Keep results under `root`, a folder that belongs to the dataset."""
        self._root = root

    def find(self, stage: str, key: str) -> Path | None:
        """Return the folder of a finished result, or None."""
        folder = self._folder(stage, key)
        return folder if folder.is_dir() else None

    def finished(self, stage: str) -> list[Path]:
        """Return the folders of all finished results of a stage, oldest first."""
        return sorted((self._root / stage).glob("[!.]*"), key=lambda folder: (folder.stat().st_mtime_ns, folder.name))

    def unfinished(self, stage: str) -> list[Path]:
        """Return the working folders that interrupted runs left."""
        return sorted(folder for folder in (self._root / stage).glob(".*") if folder.is_dir())

    @contextmanager
    def claim(self, stage: str, key: str) -> Iterator[None]:
        """Keep other processes from working on the same result at once; waits for one that does.

        The kernel frees the lock of a process that died.
        """
        (self._root / stage).mkdir(parents=True, exist_ok=True)
        path = self._root / stage / f".{key}.lock"
        while True:
            with path.open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if _is_at(file, path):
                    yield
                    return

    def mark(self, stage: str, key: str, version: int) -> None:
        """Note that a build over a version of the rows uses a result, or is about to make it."""
        if version > self.used(stage, key):
            save_bytes(self._used(stage, key), str(version).encode())

    def used(self, stage: str, key: str) -> int:
        """Return the newest version of the rows that a build used a result for; -1 for none."""
        path = self._used(stage, key)
        return int(path.read_text()) if path.exists() else -1

    def begin(self, stage: str, key: str) -> Path:
        """Return the folder to work in; it holds what an earlier, interrupted run left."""
        partial = self._partial(stage, key)
        partial.mkdir(parents=True, exist_ok=True)
        return partial

    def finish(self, stage: str, key: str) -> Path:
        """Turn the working folder into the result."""
        folder = self._folder(stage, key)
        self._partial(stage, key).rename(folder)
        (folder.parent / f".{key}.lock").unlink(missing_ok=True)
        return folder

    def discard(self, folder: Path, unless_used_since: int | None = None) -> bool:
        """Remove a result, or what an interrupted run left; whoever dies doing so leaves nothing like a result.

        Returns False, and removes nothing, when somebody works on it, or uses it for the version `unless_used_since`
        of the rows or a later one.
        """
        stage, key = folder.parent.name, folder.name.lstrip(".")
        if unless_used_since is not None and self.used(stage, key) >= unless_used_since:
            return False
        lock = folder.parent / f".{key}.lock"
        with lock.open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if not _is_at(file, lock) or not folder.exists():
                return False
            if unless_used_since is not None and self.used(stage, key) >= unless_used_since:
                return False
            doomed = self._root / "discarded" / f"{stage}-{folder.name}"
            doomed.parent.mkdir(exist_ok=True)
            folder.rename(doomed)
            self._used(stage, key).unlink(missing_ok=True)
            lock.unlink()
        shutil.rmtree(doomed.parent, ignore_errors=True)
        return True

    def _used(self, stage: str, key: str) -> Path:
        return self._root / stage / f".{key}.used"

    def _folder(self, stage: str, key: str) -> Path:
        return self._root / stage / key

    def _partial(self, stage: str, key: str) -> Path:
        return self._root / stage / f".{key}"


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Whether an open file is still the one of that name: a lock on one that was removed keeps nobody out."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def save_bytes(path: Path, data: bytes) -> None:
    """Write a file, so that a reader sees all of it or none."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(data)
    temporary.replace(path)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array as `.npy`, so that a reader sees all of it or none."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    os.replace(temporary, path)  # noqa: PTH105  Path.replace is the same call under another name


def load_array(path: Path) -> NDArray[Any]:
    """Memory-map an array, read-only; an empty one, which cannot be mapped, is read."""
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]  # numpy says Any
    except ValueError:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
        array.setflags(write=False)
        return array


def disk_mb(folder: Path) -> float:
    """Return what a folder's files take, in MB of 10^6 bytes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
