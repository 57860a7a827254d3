"""The embedders `nomic-embed-text-v1` and `nomic-embed-text-v1.5`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from localatlas.errors import AtlasTypeError, InvalidOptionError
from localatlas.protocols import Context
from localatlas.protocols.components import TaskType
from numpy.typing import NDArray

from atlas_plugin_sentence_transformers import devices, loading
from atlas_plugin_sentence_transformers.architecture import text_shape
from atlas_plugin_sentence_transformers.batches import by_length
from atlas_plugin_sentence_transformers.options import MatryoshkaTextOptions, NomicTextOptions
from atlas_plugin_sentence_transformers.tokens import reader
from atlas_plugin_sentence_transformers.vectors import layer_normalised, mean_of_parts, normalised
from atlas_plugin_sentence_transformers.weights import Source, hash_of

__all__ = ["NomicText", "NomicTextV1"]

DIM = 768
NEEDS = ("config.json", "tokenizer.json", "*.safetensors")
PREPROCESSING_VERSION = 1
"""Part of the fingerprint: raise it when the same weights give other vectors."""
# How many forward batches the core hands over at once: lengths are sorted within.
BATCHES_AT_ONCE = 16
SHORTEST_TRAINED = 64


class NomicTextV1:
    """Nomic Embed Text v1: 768 dimensions, English, up to 8,192 tokens, told the task by a prefix.

    A vector is the mean of the last states over all tokens, normalised. Texts longer than `max_tokens` are cut, or,
    with `long_text_mode="mean"`, read in parts, and the mean goes over the tokens of all parts.

    Source: Nussbaum et al., "Nomic Embed: Training a Reproducible Long Context Text Embedder", 2024, arXiv 2402.01613.
    """

    Options: ClassVar[type[NomicTextOptions]] = NomicTextOptions
    modality: ClassVar[Literal["text"]] = "text"
    in_workers: ClassVar[bool] = False  # torch uses all cores by itself
    name: ClassVar[str] = "nomic-embed-text-v1"
    matryoshka: ClassVar[bool] = False

    def __init__(self, options: NomicTextOptions) -> None:
        self.options = options

    @property
    def source(self) -> Source:
        """Where the weights may be."""
        return Source(self.name, f"nomic-ai/{self.name}", self.modality, NEEDS, self.options.model_path)

    @property
    def dim(self) -> int:
        """The width of the vectors: what was asked for, or the network's."""
        asked = getattr(self.options, "dimensionality", None)
        if asked is not None:
            return int(asked)
        folder = self.source.here()
        return DIM if folder is None else text_shape(folder).hidden

    @property
    def batch_size(self) -> int:
        """How many texts the core hands over at once."""
        return self.options.batch_size * BATCHES_AT_ONCE

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, version of the preprocessing, and every option that changes vectors."""
        folder, options = self.source.folder(), self.options
        way = f"{options.long_text_mode}{self._limit(folder)}"
        return f"{self.name}-{hash_of(folder)}-p{PREPROCESSING_VERSION}-{options.precision}-{self.dim}-{way}"

    def check(self) -> None:
        """Check that weights, libraries and device are here; fetch the weights if the hub may be asked.

        Raises:
            ModelNotAvailableError: weights or libraries are missing, and where they were looked for.
            InvalidOptionError: the device is not here, or more dimensions are asked for than there are.
        """
        folder = self.source.folder()
        devices.check_libraries(self.name, "torch", "safetensors", "tokenizers")
        hidden, asked = text_shape(folder).hidden, self.dim
        if asked > hidden:
            raise InvalidOptionError(f"dimensionality={asked}: {self.name!r} has {hidden} dimensions")
        if asked < SHORTEST_TRAINED <= hidden:
            warnings.warn(
                f"dimensionality={asked}: {self.name!r} was trained for {SHORTEST_TRAINED} dimensions or more; "
                "fewer tell texts apart badly",
                UserWarning,
                stacklevel=2,
            )
        devices.resolve(self.options)

    def fetch(self, folder: Path) -> None:
        """Bring the weights from the hub into a folder. Raises ModelNotAvailableError."""
        self.source.fetch(folder)

    @classmethod
    def release(cls) -> None:
        """Forget the networks that this process holds."""
        loading.release()

    def warmup(self) -> None:
        """Load the weights into this process."""
        self._network(self.source.folder())

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Return the number of tokens that are read of some texts, marks and prefixes included."""
        folder = self.source.folder()
        pieces = self._pieces(folder, texts, "search_document")
        return sum(len(ids) for text in pieces for ids in text)

    def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        """Return float32 [N, dim], row i for text i, L2-normalised.

        Raises:
            AtlasTypeError: an item is not a string.
            ModelNotAvailableError: the weights are not on this machine.
        """
        wrong = next((row for row, item in enumerate(items) if not isinstance(item, str)), None)
        if wrong is not None:
            kind = type(items[wrong]).__qualname__
            raise AtlasTypeError(f"{self.name!r} embeds texts, but item {wrong} is of type {kind}")
        if not items:
            return np.empty((0, self.dim), dtype=np.float32)
        folder = self.source.folder()
        pieces = self._pieces(folder, items, task)
        pooled = self._pooled(folder, [ids for text in pieces for ids in text], context)
        means = mean_of_parts(pooled, [[len(ids) for ids in text] for text in pieces])
        if self.matryoshka:
            means = layer_normalised(means)[:, : self.dim]
        return normalised(means)

    def _pieces(self, folder: Path, texts: Sequence[str], task: TaskType) -> list[list[list[int]]]:
        whole = self.options.long_text_mode == "mean"
        return reader(folder).pieces(texts, task, self._limit(folder), whole=whole)

    def _limit(self, folder: Path) -> int:
        tokens = text_shape(folder).tokens
        return min(self.options.max_tokens or tokens, tokens)

    def _network(self, folder: Path) -> Any:
        return loading.load_text_network(folder, devices.resolve(self.options), self.options.precision)

    def _pooled(self, folder: Path, pieces: list[list[int]], context: Context) -> NDArray[np.float32]:
        """Run the network over batches of pieces of about one length; return its vectors in the pieces' order."""
        import torch

        network, device = self._network(folder), devices.resolve(self.options)
        out = np.empty((len(pieces), network.shape.hidden), dtype=np.float32)
        done = 0
        for rows in by_length([len(ids) for ids in pieces], self.options.batch_size):
            chosen = [torch.tensor(pieces[row]) for row in rows]
            lengths = torch.tensor([len(ids) for ids in chosen], device=device)
            padded = torch.nn.utils.rnn.pad_sequence(chosen, batch_first=True).to(device)
            with torch.inference_mode():
                out[rows] = network(padded, lengths).cpu().numpy()
            done += len(rows)
            context.progress(done / len(pieces), "embedding texts")
        return out


class NomicText(NomicTextV1):
    """Nomic Embed Text v1.5: as v1, and trained to be cut (Kusupati et al., "Matryoshka", 2022, arXiv 2205.13147).

    The mean is layer-normalised, cut to `dimensionality` and normalised again, as the model's card says.
    """

    Options: ClassVar[type[NomicTextOptions]] = MatryoshkaTextOptions
    name: ClassVar[str] = "nomic-embed-text-v1.5"
    matryoshka: ClassVar[bool] = True
