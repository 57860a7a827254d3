"""Weights: found on this machine or fetched from the hub by the name that the user gave, and hashed."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localatlas import models
from localatlas.config import settings
from localatlas.errors import ModelNotAvailableError
from localatlas.protocols.components import Modality

__all__ = ["Source", "configuration", "hash_of"]

# No pickles (*.bin), no code (*.py), no exports for other runtimes.
WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*/*.json", "*/*.safetensors")
UNWANTED = ("onnx/*", "openvino/*")


@dataclass(frozen=True)
class Source:
    """Where the weights of one model may be.

    Attributes:
        name: what the user calls it.
        repository: its name on the hub; "" if it is none of the hub's.
        modality: what it embeds.
        needs: the files without which a folder is no model, as patterns.
        given: the folder that the user named, if any.
    """

    name: str
    repository: str
    modality: Modality
    needs: tuple[str, ...] = models.NEEDED
    given: str | None = None

    def here(self) -> Path | None:
        """Return the folder with the weights, without any network.

        Raises:
            ModelNotAvailableError: the folder that the user named holds no such model.
        """
        if self.given is None:
            return models.locate(self.name, self.repository, self.needs)
        folder = Path(self.given).expanduser()
        missing = models.missing_from(folder, self.needs) if folder.is_dir() else "such folder"
        if missing:
            raise self._missing(reason=f"model_path={self.given!r} holds no weights of {self.name!r}: no {missing}")
        return folder

    def folder(self) -> Path:
        """Return the folder with the weights; fetch them if they are not here and the hub may be asked.

        Raises:
            ModelNotAvailableError: they are not here and cannot be fetched.
        """
        return self.here() or self._from_hub(None)

    def fetch(self, folder: Path) -> None:
        """Bring the weights from the hub into a folder. Raises ModelNotAvailableError."""
        self._from_hub(folder)

    def _from_hub(self, folder: Path | None) -> Path:
        if settings().offline or not self.repository:
            raise self._missing()
        # Who only packs the weights for another machine needs nothing that runs them.
        wanted = ("huggingface_hub", *(("torch",) if folder is None else ()))
        absent = [module for module in wanted if importlib.util.find_spec(module) is None]
        if absent:
            raise self._missing(hub=f"not asked: {' and '.join(absent)} is not installed")
        from huggingface_hub import snapshot_download

        try:
            got = snapshot_download(
                self.repository, allow_patterns=list(WANTED), ignore_patterns=list(UNWANTED), local_dir=folder
            )
        except (OSError, ValueError, RuntimeError) as error:
            # Its errors of connection, of name and of permission derive from these.
            first = (str(error).strip().splitlines() or [""])[0]
            raise self._missing(hub=f"{type(error).__name__}: {first}") from error
        shutil.rmtree(Path(got) / ".cache", ignore_errors=True)  # what the library notes beside files of a local folder
        lacking = models.missing_from(Path(got), self.needs)
        if lacking:
            raise self._missing(hub=f"{self.repository} has no {lacking}")
        return Path(got)

    def _missing(self, *, reason: str = "", hub: str = "") -> ModelNotAvailableError:
        return models.not_available(self.name, self.modality, self.repository, self.needs, reason=reason, hub=hub)


def configuration(folder: Path, name: str = "config.json") -> Mapping[str, Any]:
    """Return a JSON file of a model; an empty one if it is not there. Raises ModelNotAvailableError if damaged."""
    path = folder / name
    if not path.is_file():
        return {}
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelNotAvailableError(
            f"{path} is damaged ({error}), and nothing was embedded; fetch it again"
        ) from error
    return found


def hash_of(folder: Path) -> str:
    """Return 16 hex digits over the names and contents of all files that decide a model's vectors."""
    paths = sorted(path for pattern in WANTED for path in folder.glob(pattern) if path.is_file())
    stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return _hash(str(folder), tuple(stamps))


@functools.lru_cache(maxsize=16)
def _hash(folder: str, stamps: Sequence[tuple[str, int, int]]) -> str:
    """Hash files once for every state in which they were seen: reading half a gigabyte takes a second."""
    total = hashlib.sha256()
    for path, _, _ in stamps:
        total.update(Path(path).relative_to(folder).as_posix().encode())
        with Path(path).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]
