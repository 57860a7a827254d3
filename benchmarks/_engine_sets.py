"""Vectors and classes for the engine's benchmark: `prepare(name, ...)` makes what is not there yet.

A set is two files in the cache folder, NAME.vectors.npy (float32 [N, D]) and NAME.classes.npy (int64 [N], -1 for
none): distinct vectors in a random order, so that the first rows are a sample.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from _page import SEED
from _rows import wordnet

SETS = {"text": "cosine", "windows": "cosine", "digits": "euclidean", "fashion": "euclidean"}
BATCH = 2_000
COMPONENTS = 50
WINDOW, STEP, WINDOWS = 24, 6, 200_000
FASHION = Path("/usr/share/datasets/fashion-mnist")
Found = tuple[np.ndarray, np.ndarray]


def prepare(name: str, cache: Path, fashion: Path = FASHION, given: tuple[Path, Path | None] | None = None) -> int:
    """Make a set where it is not there and return its number of rows, 0 where its source is not on this machine.

    Args:
        name: of the set.
        cache: the folder of sets.
        fashion: where Debian's dataset-fashion-mnist lies.
        given: files with the vectors, and the classes, that are to be taken for the texts' own.
    """
    vectors, classes = files(name, cache)
    if not vectors.exists():
        found = _loaded(*given) if given and name == "text" else _made(name, fashion)
        if found is None:
            return 0
        cache.mkdir(parents=True, exist_ok=True)
        table, labels = _sampled(*found, unit=SETS[name] == "cosine")
        np.save(classes, labels)
        np.save(vectors, table)
    return len(np.load(vectors, mmap_mode="r"))


def files(name: str, cache: Path) -> tuple[Path, Path]:
    """Return where a set's vectors and classes are."""
    return cache / f"{name}.vectors.npy", cache / f"{name}.classes.npy"


def _loaded(vectors: Path, classes: Path | None) -> Found:
    table = np.load(vectors)
    return table, np.load(classes) if classes else np.full(len(table), -1)


def _made(name: str, fashion: Path) -> Found | None:
    if name == "digits":
        from sklearn.datasets import load_digits

        digits = load_digits()
        return digits.data, digits.target
    if name == "fashion":
        return _fashion(fashion)
    rows = wordnet()
    if name == "text":
        return embedded(rows["text"]), rows["class"].to_numpy()
    vectors = embedded(_windows(rows["text"]))
    return vectors, np.full(len(vectors), -1)


def _fashion(folder: Path) -> Found | None:
    """The 60,000 training pictures in 50 principal components."""
    pictures, labels = folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"
    if not pictures.exists():
        return None
    from sklearn.decomposition import PCA

    pixels = np.frombuffer(gzip.decompress(pictures.read_bytes())[16:], np.uint8).reshape(-1, 784)
    classes = np.frombuffer(gzip.decompress(labels.read_bytes())[8:], np.uint8)
    return PCA(COMPONENTS, random_state=SEED).fit_transform(pixels.astype(np.float32)), classes


def _windows(texts: Iterable[str]) -> list[str]:
    """Windows of some words over all texts, one after the other: as many rows as are wanted, alike as passages are."""
    words = [word for text in texts for word in text.split()]
    starts = range(0, min(len(words) - WINDOW, WINDOWS * STEP), STEP)
    return [" ".join(words[start : start + WINDOW]) for start in starts]


def embedded(texts: Iterable[str]) -> np.ndarray:
    """Return the default embedder's vectors."""
    from atlas_plugin_text import UniversalSentenceEncoder
    from localatlas.protocols import Context

    embedder, listed = UniversalSentenceEncoder(UniversalSentenceEncoder.Options()), list(texts)
    parts = [listed[start : start + BATCH] for start in range(0, len(listed), BATCH)]
    return np.concatenate([embedder.embed(part, Context(), task="search_document") for part in parts])


def _sampled(vectors: np.ndarray, classes: np.ndarray, *, unit: bool) -> Found:
    table = np.ascontiguousarray(vectors, dtype=np.float32)
    if unit:
        table = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    # As an index does: equal vectors are one row.
    first = list({row.tobytes(): place for place, row in reversed(list(enumerate(table)))}.values())
    kept = np.random.default_rng(SEED).permutation(np.sort(first))
    return table[kept], np.asarray(classes, dtype=np.int64)[kept]
