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
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["StageStore", "content_key", "disk_mb", "load_array", "save_array"]

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
        folder = self._root / stage
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f".{key}.lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

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

    def discard(self, folder: Path) -> None:
        """Remove a result; one that dies while it does so leaves nothing that looks like a result."""
        doomed = self._root / "discarded" / f"{folder.parent.name}-{folder.name}"
        doomed.parent.mkdir(exist_ok=True)
        folder.rename(doomed)
        shutil.rmtree(doomed.parent, ignore_errors=True)

    def _folder(self, stage: str, key: str) -> Path:
        return self._root / stage / key

    def _partial(self, stage: str, key: str) -> Path:
        return self._root / stage / f".{key}"


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
