"""Vectors that earlier builds of the dataset made, finished or not, by the hash of their content."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from localatlas.pipeline.journal import PARTIAL_VECTORS, Journal
from localatlas.pipeline.stages import load_array

__all__ = ["KnownVectors", "covers"]


def _as_keys(hashes: NDArray[np.uint8]) -> NDArray[np.void]:
    """View uint8 [C, 16] as [C] keys that sort and compare whole."""
    return np.ascontiguousarray(hashes).view(np.dtype("S16")).ravel()


class KnownVectors:
    """Looks contents up in the results of earlier builds with the same embedder."""

    def __init__(self, folders: Iterable[Path], fingerprint: str) -> None:
        """Read from those result folders whose embedder has this fingerprint."""
        self._sources = [
            source
            for folder in folders
            if _fingerprint(folder) == fingerprint and (source := _source(folder)) is not None
        ]

    def fill(self, hashes: NDArray[np.uint8], out: NDArray[np.float32]) -> NDArray[np.intp]:
        """Write the vectors of known contents to `out` [B, D]; return the rows of `out` that are not known."""
        missing = np.arange(len(hashes))
        keys = _as_keys(hashes)
        for source_keys, rows, vectors in self._sources:
            if not len(missing) or vectors.shape[1] != out.shape[1]:
                continue
            at = np.minimum(np.searchsorted(source_keys, keys[missing]), len(source_keys) - 1)
            found = source_keys[at] == keys[missing]
            out[missing[found]] = vectors[rows[at[found]]]
            missing = missing[~found]
        return missing


def covers(folder: Path, older: Path) -> bool:
    """Whether a finished result knows every content that another one of the same embedder, finished or not, knows."""
    if _fingerprint(folder) != _fingerprint(older) or not (older / "contents.npy").exists():
        return False
    return bool(
        np.isin(_as_keys(load_array(older / "contents.npy")), _as_keys(load_array(folder / "contents.npy"))).all()
    )


def _fingerprint(folder: Path) -> str | None:
    path = folder / "fingerprint"
    return path.read_text() if path.exists() else None


def _source(folder: Path) -> tuple[NDArray[np.void], NDArray[np.intp], NDArray[np.float32]] | None:
    """Return sorted keys, the vector row of each, and the vectors; None when nothing is there yet."""
    keys = _as_keys(load_array(folder / "contents.npy"))
    if (folder / "vectors.npy").exists():
        rows = load_array(folder / "vector_of.npy").astype(np.intp)
        vectors = load_array(folder / "vectors.npy")
    elif (folder / PARTIAL_VECTORS).exists():
        size = int((folder / "batch_size").read_text())
        safe = np.isin(np.arange(len(keys)) // size, list(Journal.read(folder)))
        rows, keys = np.flatnonzero(safe), keys[safe]
        vectors = load_array(folder / PARTIAL_VECTORS)
    else:
        return None
    if not len(keys):
        return None
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order], vectors
