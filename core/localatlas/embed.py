"""Embedding without a dataset: `embed.text(...)`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas import registries, resolve
from localatlas.config import settings
from localatlas.errors import AtlasTypeError, InvalidDataError, InvalidOptionError, listing
from localatlas.pipeline.contracts import blame, check_vectors
from localatlas.pipeline.embedding import EmbedBatch
from localatlas.protocols import Context, Embedder, Resources
from localatlas.protocols.components import TaskType
from localatlas.resolve import Choice

__all__ = ["text"]

MODES = ("local", "remote", "dynamic")


def text(
    texts: Sequence[str],
    *,
    model: Any = None,
    task_type: TaskType = "search_document",
    inference_mode: str = "local",
) -> dict[str, Any]:
    """Embed texts on this machine.

    Args:
        texts: a list, array or column of strings.
        model: an embedder's name, options or instance; None is the built-in one. A name is that model or an error.
        task_type: "search_document", "search_query", "classification" or "clustering", for models that tell them apart.
        inference_mode: kept from the SDK; everything runs here.

    Returns:
        `embeddings` (float32 [N, D], L2-normalised), `model` (its true name), `inference_mode` ("local"), and `usage`
        with `prompt_tokens` and `total_tokens` 0: nothing is metered.

    Raises:
        AtlasTypeError: `texts` is one string, or holds something else than strings.
        InvalidDataError: a text is blank.
        UnknownPluginError: there is no such model.
    """
    items = _strings(texts)
    if task_type not in get_args(TaskType):
        raise InvalidOptionError(f"task_type={task_type!r}: it is one of {listing(get_args(TaskType))}")
    if inference_mode not in MODES:
        raise InvalidOptionError(f"inference_mode={inference_mode!r}: it is one of {listing(MODES)}; all run locally")
    choice = resolve.embedder(model, "text")
    return {
        "embeddings": _embed(choice, items, task_type),
        "usage": {"prompt_tokens": 0, "total_tokens": 0},
        "model": choice.entry.name,
        "inference_mode": "local",
    }


def _strings(texts: Any) -> list[str]:
    if isinstance(texts, str | bytes):
        raise AtlasTypeError("texts must be a list of strings, got one; write embed.text([text])")
    if not isinstance(texts, Iterable):
        raise AtlasTypeError(f"texts must be a list, array or column of strings, got a {type(texts).__qualname__}")
    items = texts.to_pylist() if isinstance(texts, pa.Array | pa.ChunkedArray) else list(texts)
    wrong = [row for row, item in enumerate(items) if not isinstance(item, str)]
    if wrong:
        raise AtlasTypeError(f"texts must hold strings; row {wrong[0]} is a {type(items[wrong[0]]).__qualname__}")
    blank = [row for row, item in enumerate(items) if not item.strip()]
    if blank:
        raise InvalidDataError(f"{len(blank):,} texts are blank, at the rows {listing(blank)}; leave them out")
    return items


def _embed(choice: Choice[Embedder], items: list[str], task: TaskType) -> NDArray[np.float32]:
    now, embedder = settings(), choice.component
    cache = now.cache / choice.entry.qualified.replace(":", "-")
    cache.mkdir(parents=True, exist_ok=True)
    size = max(embedder.batch_size, 1)
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    work = EmbedBatch(embedder, Context(seed=now.seed, cache=cache), task)
    with blame(choice.entry):
        if embedder.in_workers and len(batches) > 1:
            executor = registries.executors.create(now.executor)
            results = executor.map_batches(work, batches, Resources(min(now.jobs, len(batches))))
        else:
            results = map(work, batches)
        found = [
            check_vectors(choice.entry, vectors, len(batch), embedder.dim)
            for batch, (vectors, _) in zip(batches, results, strict=True)
        ]
    return np.concatenate(found) if found else np.empty((0, embedder.dim), dtype=np.float32)
