"""Embedding without a dataset: `embed.text(...)`, `embed.image(...)`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas import registries, resolve
from localatlas.config import settings
from localatlas.errors import AtlasTypeError, InvalidDataError, InvalidOptionError, listing
from localatlas.models import SupportsRelease, SupportsTokenCount
from localatlas.pipeline.contracts import blame, check_vectors
from localatlas.pipeline.embedding import EmbedBatch
from localatlas.protocols import Context, Embedder, Resources, SupportsCheck, SupportsForecast
from localatlas.protocols.components import TaskType
from localatlas.resolve import Choice

__all__ = ["free_embedding_model", "image", "text"]

MODES = ("local", "remote", "dynamic")
LONG_TEXTS = ("truncate", "mean")
# What the SDK calls devices; "gpu" is any accelerator that is there.
DEVICES = {"nvidia": "cuda", "amd": "cuda"}
# A bar that is gone before it can be read is noise.
BAR_AFTER_SECONDS = 1.0


def text(
    texts: Sequence[str],
    *,
    model: Any = None,
    task_type: TaskType = "search_document",
    dimensionality: int | None = None,
    long_text_mode: Literal["truncate", "mean"] | None = None,
    inference_mode: str = "local",
    device: str | None = None,
    progress: bool = True,
    **options: Any,
) -> dict[str, Any]:
    """Embed texts on this machine.

    Args:
        texts: a list, array or column of strings.
        model: an embedder's name, options or instance; None is the built-in one. A name is that model or an error.
        task_type: "search_document", "search_query", "classification" or "clustering", for models that tell them apart.
        dimensionality: the length of the vectors, for matryoshka models; None is the model's full length.
        long_text_mode: "truncate" reads the beginning of a text that is too long for the model, "mean" averages the
            vectors of its parts; None is the model's own way: the SDK's models truncate.
        inference_mode: kept from the SDK; everything runs here.
        device: "cpu", "gpu", "cuda" or "mps", for models that run elsewhere than on the processor.
        progress: show a bar if it takes more than a second.
        options: further options of the model's plugin.

    Returns:
        `embeddings` (float32 [N, D], L2-normalised), `model` (its true name), `inference_mode` ("local"), and `usage`
        with `prompt_tokens` and `total_tokens`: what the model read, or 0 if its plugin does not count tokens.

    Raises:
        AtlasTypeError: `texts` is one string, or holds something else than strings.
        InvalidDataError: a text is blank.
        InvalidOptionError: the model does not take an option, or not this value.
        ModelNotAvailableError: the weights of the model are not on this machine.
        UnknownPluginError: there is no such model.
    """
    items = _strings(texts)
    _check("task_type", task_type, get_args(TaskType))
    _check("long_text_mode", long_text_mode, (None, *LONG_TEXTS))
    _check("inference_mode", inference_mode, MODES, "; all run locally")
    changes = {"dimensionality": dimensionality, "long_text_mode": long_text_mode, **options}
    choice = _ready(resolve.embedder(model, "text"), changes, device)
    return _answer(choice, items, task_type, bar="Embedding texts" if progress else "")


def image(
    images: Sequence[Any],
    model: Any = None,
    *,
    inference_mode: str = "local",
    device: str | None = None,
    progress: bool = True,
    **options: Any,
) -> dict[str, Any]:
    """Embed images on this machine.

    Args:
        images: a list of paths, URLs, bytes (encoded, as in a file) or PIL images.
        model: an embedder's name, options or instance; None is the built-in one. A name is that model or an error.
        inference_mode: kept from the SDK; everything runs here.
        device: "cpu", "gpu", "cuda" or "mps", for models that run elsewhere than on the processor.
        progress: show a bar if it takes more than a second.
        options: further options of the model's plugin.

    Returns:
        The same as `embed.text`; images have no tokens, so `usage` holds zeros.

    Raises:
        AtlasTypeError: `images` is one image, or holds something else than images.
        InvalidDataError: an image cannot be read.
        InvalidOptionError: the model does not take an option, or not this value.
        ModelNotAvailableError: the weights of the model are not on this machine.
        UnknownPluginError: there is no such model.
    """
    items = _images(images)
    _check("inference_mode", inference_mode, MODES, "; all run locally")
    choice = _ready(resolve.embedder(model, "image"), options, device)
    return _answer(choice, items, "search_document", bar="Embedding images" if progress else "")


def free_embedding_model() -> None:
    """Let go of the weights that models of `embed` hold in this process; the next call loads them again."""
    for entry in registries.embedders.entries():
        if entry.target.partition(":")[0].partition(".")[0] in sys.modules:
            component: Any = registries.embedders.load(entry.qualified)
            if isinstance(component, SupportsRelease):
                component.release()


def _strings(texts: Any) -> list[str]:
    if isinstance(texts, str | bytes):
        raise AtlasTypeError("texts must be a list of strings, got one; write embed.text([text])")
    # What iterates over its keys, its columns or in no order would be embedded without a word.
    odd = isinstance(texts, Mapping | set | frozenset) or hasattr(texts, "columns")
    if odd or not isinstance(texts, Iterable):
        raise AtlasTypeError(f"texts must be a list, array or column of strings, got a {type(texts).__qualname__}")
    items = texts.to_pylist() if isinstance(texts, pa.Array | pa.ChunkedArray) else list(texts)
    wrong = [row for row, item in enumerate(items) if not isinstance(item, str)]
    if wrong:
        raise AtlasTypeError(f"texts must hold strings; row {wrong[0]} is a {type(items[wrong[0]]).__qualname__}")
    blank = [row for row, item in enumerate(items) if not item.strip()]
    if blank:
        raise InvalidDataError(f"{len(blank):,} texts are blank, at the rows {listing(blank)}; leave them out")
    return items


def _images(images: Any) -> list[bytes]:
    if isinstance(images, str | bytes) or not isinstance(images, Iterable):
        raise AtlasTypeError(
            f"images must be a list of paths, URLs, bytes or PIL images, got a {type(images).__qualname__}; "
            "write embed.image([image])"
        )
    from localatlas.ingest.blobs import to_blobs

    items = to_blobs(images)
    missing = [row for row, item in enumerate(items) if item is None]
    if missing:
        raise InvalidDataError(f"{len(missing):,} images are missing, at the rows {listing(missing)}; leave them out")
    return cast("list[bytes]", items)


def _check(name: str, value: object, known: Sequence[object], note: str = "") -> None:
    if value not in known:
        raise InvalidOptionError(f"{name}={value!r}: it is one of {listing(known)}{note}")


def _ready(choice: Choice[Embedder], changes: Mapping[str, Any], device: str | None) -> Choice[Embedder]:
    """Return the embedder with the options that were given, able to work."""
    given = {name: value for name, value in changes.items() if value is not None}
    fields = cast("Any", choice.component).Options.model_fields
    if device is not None and (device != "cpu" or "device" in fields):
        given["device"] = DEVICES.get(device, device)
    choice = resolve.with_options(choice, given)
    if isinstance(choice.component, SupportsCheck):
        with blame(choice.entry):
            choice.component.check()
    return choice


def _answer(choice: Choice[Embedder], items: Sequence[Any], task: TaskType, bar: str) -> dict[str, Any]:
    vectors, tokens = _embed(choice, items, task, bar), 0
    if isinstance(choice.component, SupportsTokenCount) and items:
        with blame(choice.entry):
            tokens = choice.component.count_tokens(items)
    return {
        "embeddings": vectors,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "model": choice.entry.name,
        "inference_mode": "local",
    }


def _embed(choice: Choice[Embedder], items: Sequence[Any], task: TaskType, bar: str) -> NDArray[np.float32]:
    now, embedder = settings(), choice.component
    cache = now.cache / choice.entry.qualified.replace(":", "-")
    cache.mkdir(parents=True, exist_ok=True)
    size = max(embedder.batch_size, 1)
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    work = EmbedBatch(embedder, Context(seed=now.seed, cache=cache), task)
    with blame(choice.entry):
        if batches and isinstance(embedder, SupportsForecast):
            embedder.forecast(batches, work.context)
        if embedder.in_workers and len(batches) > 1:
            executor = registries.executors.create(now.executor)
            results = executor.map_batches(work, batches, Resources(min(now.jobs, len(batches))))
        else:
            results = map(work, batches)
        found = [
            check_vectors(choice.entry, vectors, len(batch), embedder.dim)
            for batch, (vectors, _) in zip(batches, _shown(results, batches, bar), strict=True)
        ]
        return np.concatenate(found) if found else np.empty((0, embedder.dim), dtype=np.float32)


def _shown(results: Iterator[Any], batches: Sequence[Sequence[Any]], title: str) -> Iterator[Any]:
    """Yield the results while a bar counts their items."""
    if not title:
        yield from results
        return
    from tqdm.auto import tqdm

    total = sum(map(len, batches))
    with tqdm(total=total, desc=title, delay=BAR_AFTER_SECONDS, leave=False) as bar:
        for batch, result in zip(batches, results, strict=True):
            yield result
            bar.update(len(batch))
