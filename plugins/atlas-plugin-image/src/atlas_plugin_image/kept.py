"""Results that outlive a process, in the component's folder of the user's cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

__all__ = ["kept"]


def kept(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Return the bytes that an earlier call left under a name, or make them and leave them there.

    Args:
        folder: where; `Path()`, a context without a cache, keeps nothing.
        name: must say all that the bytes depend on.
        make: returns them.
    """
    if folder == Path():
        return make()
    path = folder / name
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, make())
    return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    """Write a file that others see whole or not at all, also when two processes write it at once."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
