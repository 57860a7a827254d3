"""Searching images with words: a query and an image meet in ImageNet's classes.

The default text embedder says which classes a query speaks of, the network's classifier which classes an image shows;
the two distributions are compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from localatlas import defaults, registries
from localatlas.protocols import Context, Embedder, SupportsCheck
from numpy.typing import NDArray

from atlas_plugin_image.files import TEXTS_SHA256, class_texts
from atlas_plugin_image.kept import kept
from atlas_plugin_image.words import class_probabilities

__all__ = ["text_similarity"]

# Measured on 796 Tux Paint stamps and 1,636 Noto emoji (docs/explanation/images.md). Sharper than these, only the one
# nearest class counts, which fails for words that name a group; flatter, every image is a little of everything.
QUERY_TEMPERATURE = 0.6
IMAGE_TEMPERATURE = 2.5
DESCRIPTION_CHARACTERS = 200

_in_memory: dict[str, bytes] = {}


def text_similarity(texts: Sequence[str], vectors: NDArray[np.float32], context: Context) -> NDArray[np.float32]:
    """Return float32 [M, N] in [0, 1], the Bhattacharyya coefficient of a text's classes and an image's.

    Source: Bhattacharyya, "On a measure of divergence between two statistical populations", 1943.

    Args:
        texts: M queries, in any language of the default text embedder.
        vectors: float32 [N, 1280], L2-normalised.
        context: where the class texts' vectors are kept.
    """
    embedder = _text_embedder()
    quiet = context.with_(report=Context().report)
    queries = embedder.embed(list(texts), _own(quiet), task="search_query")
    asked = np.sqrt(_classes_meant(queries @ _class_vectors(embedder, quiet).T))
    found = np.empty((len(texts), len(vectors)), dtype=np.float32)
    for rows, likely in class_probabilities(vectors, IMAGE_TEMPERATURE):
        found[:, rows] = asked @ np.sqrt(likely).T
        context.progress(rows.stop / len(vectors), "comparing with images")
    return np.clip(found, 0.0, 1.0)


def _classes_meant(similar: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the classes that each query speaks of, float32 [M, 1000], from its similarity with each class.

    Similarities are counted in standard deviations, so that text embedders of any spread do.
    """
    spread = similar.std(axis=1, keepdims=True)
    centred = (similar - similar.max(axis=1, keepdims=True)) / np.maximum(spread, np.finfo(np.float32).tiny)
    weights = np.exp(centred / np.float32(QUERY_TEMPERATURE))
    meant: NDArray[np.float32] = weights / weights.sum(axis=1, keepdims=True)
    return meant


def _text_embedder() -> Embedder:
    embedder = registries.embedders.create(defaults.embedder("text") or "")
    if isinstance(embedder, SupportsCheck):
        embedder.check()
    return embedder


def _own(context: Context) -> Context:
    """Return the context with a folder for the text embedder within ours."""
    if context.cache == Path():
        return context
    folder = context.cache / "text"
    folder.mkdir(parents=True, exist_ok=True)
    return context.with_(cache=folder)


def _class_vectors(embedder: Embedder, context: Context) -> NDArray[np.float32]:
    """Return the classes' vectors under the text embedder, float32 [1000, D], made once for the user."""
    key = f"{embedder.fingerprint} {TEXTS_SHA256} {DESCRIPTION_CHARACTERS}"
    name = f"classes-{hashlib.sha256(key.encode()).hexdigest()[:16]}.f32"

    def make() -> bytes:
        texts = class_texts(DESCRIPTION_CHARACTERS)
        size = max(embedder.batch_size, 1)
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        made = [embedder.embed(batch, _own(context), task="search_document") for batch in batches]
        return np.concatenate(made).astype("<f4").tobytes()

    if name not in _in_memory:
        _in_memory[name] = kept(context.cache, name, make)
    return np.frombuffer(_in_memory[name], "<f4").reshape(-1, embedder.dim)
