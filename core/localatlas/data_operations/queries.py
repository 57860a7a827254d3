"""What a person looks for, in words or as a picture, as vectors of an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.config import settings
from localatlas.errors import AtlasTypeError, AtlasValueError, NotReadyError
from localatlas.pipeline.contracts import blame, check_vectors
from localatlas.protocols import Context, Embedder, SupportsTextSearch
from localatlas.registry import Entry
from localatlas.resolve import Choice

__all__ = ["as_list", "embed_queries", "query_context", "text_similarity"]


def as_list(queries: Any) -> list[Any]:
    """Return one query or several as a list; a string, a path, bytes and a picture are one query each.

    Raises:
        AtlasTypeError: what was given is nothing that can be looked for.
        AtlasValueError: a text is blank, or there is no query.
    """
    # A PIL image has no length; an array of pixels has, but is one picture.
    several = isinstance(queries, Sequence) and not isinstance(queries, str | bytes | bytearray)
    items = list(queries) if several else [queries]
    if not items:
        raise AtlasValueError("there is nothing to look for; give a text, an image, or a list of them")
    if any(item is None for item in items):
        raise AtlasTypeError("a query is None; give texts or images")
    if any(isinstance(item, str) and not item.strip() for item in items):
        raise AtlasValueError("a query is blank; give some words to look for")
    if len({isinstance(item, str) for item in items}) > 1:
        raise AtlasTypeError("texts and images cannot be looked for in one call; make two")
    return items


def query_context(by: Entry) -> Context:
    """Return what a component is lent to answer a query in this process."""
    now = settings()
    cache = now.cache / by.qualified.replace(":", "-")
    cache.mkdir(parents=True, exist_ok=True)
    return Context(seed=now.seed, n_jobs=now.jobs, cache=cache)


def embed_queries(choice: Choice[Embedder], queries: Sequence[Any]) -> NDArray[np.float32]:
    """Return texts, or images of any form that `add_data` takes, as vectors float32 [M, D]."""
    embedder = choice.component
    if embedder.modality == "image":
        items: list[Any] = _images(queries)
    else:
        items = list(queries)
        if wrong := [item for item in items if not isinstance(item, str)]:
            raise AtlasTypeError(f"this map is searched by text; got a {type(wrong[0]).__qualname__}")
    with blame(choice.entry):
        vectors = embedder.embed(items, query_context(choice.entry), task="search_query")
    return check_vectors(choice.entry, vectors, len(items), embedder.dim)


def text_similarity(
    choice: Choice[Embedder], texts: Sequence[str], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return how well texts fit an image index's vectors, float32 [M, N].

    Raises:
        NotReadyError: the embedder cannot be searched with words.
    """
    embedder = choice.component
    if not isinstance(embedder, SupportsTextSearch):
        raise NotReadyError(f"{choice.entry} embeds images and cannot be searched with words; search with an image")
    with blame(choice.entry):
        scores = embedder.text_similarity(texts, vectors, query_context(choice.entry))
    return np.ascontiguousarray(scores, dtype=np.float32)


def _images(queries: Sequence[Any]) -> list[bytes]:
    from localatlas.ingest.blobs import to_blobs

    if wrong := [item for item in queries if isinstance(item, str)]:
        raise AtlasTypeError(f"{wrong[0]!r} is a text; give an image as pathlib.Path, bytes or a PIL image")
    images = [image for image in to_blobs(queries) if image is not None]
    if len(images) < len(queries):
        raise AtlasTypeError("a query is null; give an image as pathlib.Path, bytes or a PIL image")
    return images
