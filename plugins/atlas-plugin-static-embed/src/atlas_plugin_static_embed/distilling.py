"""Makes a table from any embedder: the words of some texts, embedded one by one, shortened and weighted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from localatlas import embed, embedders, models
from localatlas.errors import InvalidDataError, InvalidOptionError
from numpy.typing import NDArray

from atlas_plugin_static_embed.embedder import sums
from atlas_plugin_static_embed.table import FILE, Origin, Table, save
from atlas_plugin_static_embed.words import counted

__all__ = ["distil"]

NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
# Texts that the common direction is found on.
SAMPLE = 5_000
FEWEST_WORDS = 8


def distil(
    texts: Iterable[str],
    name: str,
    *,
    model: Any = None,
    words: int = 30_000,
    dim: int = 256,
    min_count: int = 2,
    sif: float = 0.1,
    progress: bool = True,
) -> Path:
    """Distil a table from an embedder and keep it under a name; return its file.

    Args:
        texts: like those that will be mapped; their words and how often each occurs make the table.
        name: what `table=` will say, or the path of a file that ends in .npz.
        model: the embedder to distil: a name, options or an instance; None is the built-in one.
        words: the most frequent words that get a vector, up to 1,000,000.
        dim: numbers a vector, at most those of the model.
        min_count: how often a word must occur.
        sif: the constant a of the weights a / (a + p) of a word with the share p of all words. Smaller pushes frequent
            words down harder: 0.001 is usual for GloVe, and was measured to be far too small here.
        progress: show a bar while words are embedded.

    Raises:
        InvalidOptionError: a value is out of range, or the name cannot be used.
        InvalidDataError: the texts have too few different words.
        ModelNotAvailableError, UnknownPluginError: the embedder cannot work here.
    """
    _check(name, words, dim, min_count, sif)
    kept = list(texts)
    known = counted(kept, words, min_count)
    if len(known) < FEWEST_WORDS:
        message = f"the texts have {len(known)} different words that occur {min_count} times; a table needs more"
        raise InvalidDataError(f"{message}: give more texts, or a lower min_count")
    made = embed.text([word for word, _ in known], model=model, progress=progress)
    vectors, variance = _shortened(np.asarray(made["embeddings"], dtype=np.float64), dim)
    share = np.array([count for _, count in known], dtype=np.float64)
    occurrences = int(share.sum())
    weights = sif / (sif + share / occurrences)
    # A word that is not in the table is as rare as the rarest that is, and half as telling: it has no meaning.
    unknown = float(weights[-1]) / 2
    origin = Origin(made["model"], _fingerprint(model, made["model"]), len(kept), occurrences, variance, sif)
    numbers = {word: number for number, (word, _) in enumerate(known)}
    weighted = (vectors * weights[:, None]).astype(np.float16).astype(np.float32)
    first = Table(numbers, weighted, np.zeros(vectors.shape[1], np.float32), unknown, origin)
    table = Table(numbers, weighted, _common(kept, first), unknown, origin)
    path = Path(name).expanduser() if name.endswith(".npz") else models.added_models() / name / FILE
    save(table, path)
    return path


def _shortened(vectors: NDArray[np.float64], dim: int) -> tuple[NDArray[np.float64], float]:
    """Return the principal components float64 [V, dim], rows of mean length 1, and the share of variance they keep."""
    centred = vectors - vectors.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred)
    values, axes = np.maximum(values[::-1], 0.0), axes[:, ::-1]
    kept = min(dim, vectors.shape[1])
    # eigh leaves the signs open; the largest entry of each axis is made positive.
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    short = centred @ (axes * signs)[:, :kept]
    length = float(np.linalg.norm(short, axis=1).mean())
    total = float(values.sum())
    return short / (length or 1.0), float(values[:kept].sum() / total) if total else 1.0


def _common(texts: list[str], table: Table) -> NDArray[np.float32]:
    """Return float32 [D] of length 1, the first singular direction of some texts' unit vectors."""
    step = max(len(texts) // SAMPLE, 1)
    found = sums(texts[::step], table).astype(np.float64)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    unit = found / np.maximum(lengths, np.finfo(np.float64).tiny)
    direction = np.linalg.eigh(unit.T @ unit)[1][:, -1]
    sign = np.sign(direction[np.abs(direction).argmax()])
    return np.asarray(direction * sign, dtype=np.float32)


def _fingerprint(model: Any, name: str) -> str:
    found = model if hasattr(model, "fingerprint") else embedders.create(model if isinstance(model, str) else name)
    return str(found.fingerprint)


def _check(name: str, words: int, dim: int, min_count: int, sif: float) -> None:
    if not (name.endswith(".npz") or NAME.fullmatch(name)):
        raise InvalidOptionError(
            f"{name!r} is no name of a table: letters, digits, '.', '_' and '-', or a path to .npz"
        )
    for label, value, low, high in (
        ("words", words, FEWEST_WORDS, 1_000_000),
        ("dim", dim, 2, 65_536),
        ("min_count", min_count, 1, 1_000_000),
        ("sif", sif, 1e-8, 1.0),
    ):
        if not low <= value <= high:
            raise InvalidOptionError(f"{label}={value!r}: it is {low:,} to {high:,}")
