"""The embedders `all-MiniLM-L6-v2`, `gte-multilingual-base` and `sentence-transformers`: run by that library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from localatlas.errors import AtlasTypeError, InvalidOptionError, ModelNotAvailableError
from localatlas.protocols import Context
from localatlas.protocols.components import TaskType
from numpy.typing import NDArray

from atlas_plugin_sentence_transformers import devices, loading
from atlas_plugin_sentence_transformers.batches import by_length
from atlas_plugin_sentence_transformers.options import (
    MultilingualGTEOptions,
    SentenceTransformersOptions,
    TextOptions,
)
from atlas_plugin_sentence_transformers.parts import split, token_counts
from atlas_plugin_sentence_transformers.vectors import mean_of_parts, normalised
from atlas_plugin_sentence_transformers.weights import Source, configuration, hash_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["MiniLM", "MultilingualGTE", "SentenceTransformers"]

PREPROCESSING_VERSION = 1
"""Part of the fingerprint: raise it when the same weights give other vectors."""
# How many forward batches the core hands over at once: lengths are sorted within.
BATCHES_AT_ONCE = 16
# What models call the prompts of the SDK's tasks.
PROMPTS: Mapping[TaskType, tuple[str, ...]] = MappingProxyType(
    {
        "search_document": ("search_document", "document", "passage"),
        "search_query": ("search_query", "query"),
        "classification": ("classification", "Classification"),
        "clustering": ("clustering", "Clustering"),
    }
)


class MiniLM:
    """all-MiniLM-L6-v2: 384 dimensions, English, 256 tokens; small and quick.

    Source: Wang et al., "MiniLM", 2020, arXiv 2002.10957; Reimers and Gurevych, "Sentence-BERT", 2019, arXiv
    1908.10084.
    """

    Options: ClassVar[type[TextOptions]] = TextOptions
    modality: ClassVar[Literal["text"]] = "text"
    in_workers: ClassVar[bool] = False  # torch uses all cores by itself
    name: ClassVar[str] = "all-MiniLM-L6-v2"
    repository: ClassVar[str] = "sentence-transformers/all-MiniLM-L6-v2"
    width: ClassVar[int] = 384

    def __init__(self, options: TextOptions) -> None:
        self.options = options

    @property
    def source(self) -> Source:
        """Where the weights may be."""
        return Source(self.name, self.repository, self.modality, given=self.options.model_path)

    @property
    def dim(self) -> int:
        """The width of the vectors: what was asked for, or the model's."""
        asked = getattr(self.options, "dimensionality", None)
        return self._full_width() if asked is None else int(asked)

    @property
    def batch_size(self) -> int:
        """How many texts the core hands over at once."""
        return self.options.batch_size * BATCHES_AT_ONCE

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, version of the preprocessing, and every option that changes vectors."""
        options = self.options
        way = f"{options.long_text_mode}{options.max_tokens or ''}"
        state = hash_of(self.source.folder())
        return f"{self.source.name}-{state}-p{PREPROCESSING_VERSION}-{options.precision}-{self.dim}-{way}"

    def check(self) -> None:
        """Check that weights, libraries and device are here; fetch the weights if the hub may be asked.

        Raises:
            ModelNotAvailableError: weights or libraries are missing, or the model needs code that comes with it.
            InvalidOptionError: the device is not here, or more dimensions are asked for than there are.
        """
        folder = self.source.folder()
        devices.check_libraries(self.source.name, "torch", "sentence_transformers")
        _check_architecture(folder, self.source.name)
        if self.dim > self._full_width():
            raise InvalidOptionError(
                f"dimensionality={self.dim}: {self.source.name!r} has {self._full_width()} dimensions"
            )
        devices.resolve(self.options)

    def fetch(self, folder: Path) -> None:
        """Bring the weights from the hub into a folder. Raises ModelNotAvailableError."""
        self.source.fetch(folder)

    @classmethod
    def release(cls) -> None:
        """Forget the models that this process holds."""
        loading.release()

    def warmup(self) -> None:
        """Load the weights into this process."""
        self._model()

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Return the number of tokens that are read of some texts, marks included, prompts left out."""
        return sum(token_counts(self._model(), texts, whole=self.options.long_text_mode == "mean"))

    def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        """Return float32 [N, dim], row i for text i, L2-normalised.

        Raises:
            AtlasTypeError: an item is not a string.
            ModelNotAvailableError: the weights are not on this machine.
        """
        wrong = next((row for row, item in enumerate(items) if not isinstance(item, str)), None)
        if wrong is not None:
            kind = type(items[wrong]).__qualname__
            raise AtlasTypeError(f"{self.source.name!r} embeds texts, but item {wrong} is of type {kind}")
        if not items:
            return np.empty((0, self.dim), dtype=np.float32)
        # A lone surrogate has no UTF-8 form, which tokenizers want.
        texts = [text.encode("utf-8", "replace").decode("utf-8") for text in items]
        model = self._model()
        parts = split(model, texts) if self.options.long_text_mode == "mean" else [[(text, 1)] for text in texts]
        flat = self._encode(model, [part for own in parts for part, _ in own], context, task)
        means = mean_of_parts(flat, [[tokens for _, tokens in own] for own in parts])
        return normalised(means[:, : self.dim])

    def _encode(self, model: SentenceTransformer, texts: list[str], context: Context, task: TaskType) -> Any:
        """Run the model over batches of texts of about one length; return its vectors in the texts' order."""
        prompt = next((name for name in PROMPTS[task] if model.prompts.get(name)), None)
        out = np.empty((len(texts), self._full_width()), dtype=np.float32)
        done, size = 0, self.options.batch_size
        for rows in by_length([len(text) for text in texts], size):
            chosen = [texts[row] for row in rows]
            made = model.encode(chosen, prompt_name=prompt, batch_size=size, show_progress_bar=False)
            out[rows] = np.asarray(made, dtype=np.float32)
            done += len(rows)
            context.progress(done / len(texts), "embedding texts")
        return out

    def _full_width(self) -> int:
        folder = self.source.here() if self.width else self.source.folder()
        return self.width if folder is None else _width(folder)

    def _model(self) -> SentenceTransformer:
        folder, options = self.source.folder(), self.options
        return _load(folder, hash_of(folder), devices.resolve(options), options.precision, options.max_tokens)


class MultilingualGTE(MiniLM):
    """gte-multilingual-base: 768 dimensions, 70 languages, up to 8,192 tokens; vectors may be cut to 128 and more.

    The weights are those that the library transformers runs with code of its own; the first publication brings code
    along, which is not run here.

    Source: Zhang et al., "mGTE", 2024, arXiv 2407.19669.
    """

    Options: ClassVar[type[TextOptions]] = MultilingualGTEOptions
    name: ClassVar[str] = "gte-multilingual-base"
    repository: ClassVar[str] = "alibaba-nlp-community/gte-multilingual-base"
    width: ClassVar[int] = 768


class SentenceTransformers(MiniLM):
    """Any text model that the library sentence-transformers loads without running code that comes with the model."""

    Options: ClassVar[type[TextOptions]] = SentenceTransformersOptions
    name: ClassVar[str] = "sentence-transformers"
    width: ClassVar[int] = 0  # the weights tell

    @property
    def source(self) -> Source:
        """Where the weights may be."""
        options = self.options
        asked = options.model_name if isinstance(options, SentenceTransformersOptions) else ""
        if not asked and options.model_path is None:
            raise InvalidOptionError(
                "'sentence-transformers' needs to know which model to run: give model_path=, a folder, or model_name=, "
                'its name on the hub: {"model": "sentence-transformers", "model_name": "BAAI/bge-small-en-v1.5"}'
            )
        repository = asked if "/" in asked else ""
        return Source(asked or self.name, repository, self.modality, given=options.model_path)


@loading.once
def _load(folder: Path, state: str, device: str, precision: str, max_tokens: int | None) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer

    del state  # part of the key: other files in the same folder are another model
    types = {"dtype": getattr(torch, precision)}
    with loading.quiet():
        model = SentenceTransformer(
            str(folder), device=device, local_files_only=True, trust_remote_code=False, model_kwargs=types
        )
    if max_tokens is not None:
        model.max_seq_length = min(max_tokens, model.max_seq_length or max_tokens)
    return model.eval()


def _width(folder: Path) -> int:
    """Return the width of a model's vectors: of its states, unless a layer behind the pooling changes it."""
    config = configuration(folder)
    width = config.get("hidden_size") or config.get("d_model") or config.get("dim")
    for path in sorted(folder.glob("*_Dense/config.json")):
        width = configuration(path.parent).get("out_features") or width
    if not isinstance(width, int):
        raise ModelNotAvailableError(
            f"{folder / 'config.json'} does not say how wide the model is; nothing was embedded"
        )
    return width


def _check_architecture(folder: Path, name: str) -> None:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    kind = configuration(folder).get("model_type")
    if kind not in CONFIG_MAPPING_NAMES:
        raise ModelNotAvailableError(
            f"the model in {folder} is of the type {kind!r}, which the installed transformers does not know, and code "
            f"that comes with a model is not run; nothing was embedded. A newer transformers may know it, or a copy of "
            f"{name!r} for transformers' own code may be on the hub"
        )
