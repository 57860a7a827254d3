"""The file of a table: written whole, read without running anything that is in it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from localatlas import models
from localatlas.errors import InvalidDataError, ModelNotAvailableError
from numpy.typing import NDArray

from atlas_plugin_static_embed.words import CUTTING_VERSION

__all__ = ["FILE", "Origin", "Table", "fingerprint", "load", "path_of", "save"]

FILE = "static-table.npz"
FORMAT = 1


@dataclass(frozen=True)
class Origin:
    """What a table was made from.

    Attributes:
        model: the embedder's name.
        fingerprint: of its weights and preprocessing.
        texts: how many texts the words were counted in.
        occurrences: how many words these had.
        variance: the share of the vectors' variance that the principal components keep.
        sif: the constant of the weights.
    """

    model: str
    fingerprint: str
    texts: int
    occurrences: int
    variance: float
    sif: float


@dataclass(frozen=True)
class Table:
    """A weighted vector a word.

    Attributes:
        words: the number of each word.
        vectors: float32 [V, D], weighted.
        common: float32 [D], the direction that all texts share, of length 1; it is taken out of every text.
        unknown: the weight of a word that is not in the table.
        origin: what the table was made from.
    """

    words: dict[str, int]
    vectors: NDArray[np.float32]
    common: NDArray[np.float32]
    unknown: float
    origin: Origin


def save(table: Table, path: Path) -> None:
    """Write a table, so that a reader sees all of it or none. The same table gives the same bytes."""
    said = {"format": FORMAT, "cutting": CUTTING_VERSION, "unknown": table.unknown, "origin": asdict(table.origin)}
    parts = {
        "about.json": json.dumps(said, indent=1, sort_keys=True).encode(),
        "words.txt": "\n".join(sorted(table.words, key=table.words.__getitem__)).encode(),
        "vectors.npy": _array(table.vectors.astype(np.float16)),
        "common.npy": _array(table.common),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as file:
        for name, data in parts.items():
            file.writestr(zipfile.ZipInfo(name), data)
    temporary.replace(path)


def path_of(name: str) -> Path:
    """Return the file of a table by its name or path.

    Raises:
        ModelNotAvailableError: it is not here; the message says where it was looked for and how to make it.
    """
    given = Path(name).expanduser()
    if given.suffix == ".npz" and given.is_file():
        return given
    folder = models.locate(name, needs=(FILE,)) if given.suffix != ".npz" else None
    if folder is not None:
        return folder / FILE
    looked = "no such file" if given.suffix == ".npz" else ", ".join(map(str, models.places(name, needs=(FILE,))))
    message = f"there is no table {name!r} on this machine, and nothing was embedded; looked in: {looked}"
    raise ModelNotAvailableError(f"{message}. Make one: localatlas distil {name} FILE --text COLUMN")


def load(path: Path) -> Table:
    """Return the table of a file, kept in memory until the file changes. Raises InvalidDataError."""
    status = path.stat()
    return _read(path, status.st_mtime_ns, status.st_size)


def fingerprint(path: Path) -> str:
    """Return 16 hex digits of the SHA-256 of a file, worked out again when the file changes."""
    status = path.stat()
    return _hash(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int, _size: int) -> Table:
    try:
        with zipfile.ZipFile(path) as file:
            said = json.loads(file.read("about.json"))
            words = file.read("words.txt").decode().split("\n")
            vectors, common = (np.load(io.BytesIO(file.read(name))) for name in ("vectors.npy", "common.npy"))
        if (said["format"], said["cutting"]) != (FORMAT, CUTTING_VERSION):
            raise InvalidDataError(f"{path} is a table of another version of this plugin; distil it anew")
        if vectors.shape != (len(words), *common.shape):
            raise InvalidDataError(f"{path} has {len(words):,} words and vectors {vectors.shape}")
        numbers = {word: number for number, word in enumerate(words)}
        return Table(numbers, vectors.astype(np.float32), common, float(said["unknown"]), Origin(**said["origin"]))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        if isinstance(error, InvalidDataError):
            raise
        raise InvalidDataError(f"{path} is no table of this plugin, or it is damaged: {error}") from error


@lru_cache(maxsize=8)
def _hash(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _array(array: NDArray[np.floating]) -> bytes:
    data = io.BytesIO()
    np.save(data, np.ascontiguousarray(array), allow_pickle=False)
    return data.getvalue()
