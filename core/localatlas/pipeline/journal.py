"""Which batches of an unfinished embedding are safe."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["PARTIAL_VECTORS", "Journal"]

PARTIAL_VECTORS = "vectors.partial.npy"
_NAME = "journal.bin"
_ENTRY = 8


class Journal:
    """The numbers of the batches whose vectors are safe, 8 bytes each; a torn last entry does not count."""

    def __init__(self, folder: Path) -> None:
        """Go on with the journal in `folder`."""
        self._path = folder / _NAME
        self.done = self.read(folder)
        if self._path.exists():
            # Entries added after a torn one would be read shifted.
            with self._path.open("r+b") as file:
                file.truncate(self._path.stat().st_size // _ENTRY * _ENTRY)

    @staticmethod
    def read(folder: Path) -> set[int]:
        """Return the numbers in a journal that may be another process's."""
        path = folder / _NAME
        raw = path.read_bytes() if path.exists() else b""
        return set(np.frombuffer(raw[: len(raw) // _ENTRY * _ENTRY], dtype="<u8").tolist())

    @staticmethod
    def clear(folder: Path) -> None:
        """Forget all batches."""
        (folder / _NAME).unlink(missing_ok=True)

    def add(self, batch: int) -> None:
        """Note a batch; it is in the kernel's hands when this returns."""
        with self._path.open("ab", buffering=0) as file:
            file.write(np.array([batch], dtype="<u8").tobytes())
        self.done.add(batch)
