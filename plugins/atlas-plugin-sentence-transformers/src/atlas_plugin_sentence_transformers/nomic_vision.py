"""The embedders `nomic-embed-vision-v1` and `nomic-embed-vision-v1.5`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from localatlas.errors import AtlasTypeError, ModelNotAvailableError
from localatlas.protocols import Context
from localatlas.protocols.components import TaskType
from numpy.typing import NDArray

from atlas_plugin_sentence_transformers import devices, loading
from atlas_plugin_sentence_transformers.architecture import vision_shape
from atlas_plugin_sentence_transformers.nomic_text import NomicText, NomicTextV1
from atlas_plugin_sentence_transformers.options import NomicVisionOptions
from atlas_plugin_sentence_transformers.pixels import preprocessing
from atlas_plugin_sentence_transformers.vectors import normalised
from atlas_plugin_sentence_transformers.weights import Source, hash_of

__all__ = ["NomicVision", "NomicVisionV1"]

DIM = 768
PREPROCESSING_VERSION = 1
"""Part of the fingerprint: raise it when the same weights give other vectors."""


class NomicVisionV1:
    """Nomic Embed Vision v1: 768 dimensions, in one space with the texts of `nomic-embed-text-v1`.

    Images are fitted as the model's preprocessor_config.json says, after `localatlas.images.decode` has turned them
    upright and put them on white.

    Source: Nussbaum et al., "Nomic Embed Vision: Expanding the Latent Space", 2024, arXiv 2406.18587.
    """

    Options: ClassVar[type[NomicVisionOptions]] = NomicVisionOptions
    modality: ClassVar[Literal["image"]] = "image"
    in_workers: ClassVar[bool] = False  # torch uses all cores by itself
    name: ClassVar[str] = "nomic-embed-vision-v1"
    text_model: ClassVar[type[NomicTextV1]] = NomicTextV1

    def __init__(self, options: NomicVisionOptions) -> None:
        self.options = options

    @property
    def source(self) -> Source:
        """Where the weights may be."""
        return Source(self.name, f"nomic-ai/{self.name}", self.modality, given=self.options.model_path)

    @property
    def dim(self) -> int:
        """The width of the network's vectors."""
        folder = self.source.here()
        return DIM if folder is None else vision_shape(folder).hidden

    @property
    def batch_size(self) -> int:
        """How many images the core hands over at once."""
        return self.options.batch_size

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, version of the preprocessing, and every option that changes vectors."""
        precision = self.options.precision
        return f"{self.name}-{hash_of(self.source.folder())}-p{PREPROCESSING_VERSION}-{precision}-{self.dim}"

    def check(self) -> None:
        """Check that weights, libraries and device are here; fetch the weights if the hub may be asked.

        Raises:
            ModelNotAvailableError: weights or libraries are missing, and where they were looked for.
            InvalidOptionError: the device is not here.
        """
        folder = self.source.folder()
        devices.check_libraries(self.name, "torch", "safetensors", "PIL")
        vision_shape(folder)
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

    def embed(self, items: Sequence[bytes], context: Context, *, task: TaskType) -> NDArray[np.float32]:  # noqa: ARG002  images have no task
        """Return float32 [N, dim], row i for image i, L2-normalised.

        Raises:
            AtlasTypeError: an item is not an encoded image.
            InvalidDataError: an image cannot be read.
            ModelNotAvailableError: the weights are not on this machine.
        """
        wrong = next((row for row, item in enumerate(items) if not isinstance(item, bytes)), None)
        if wrong is not None:
            kind = type(items[wrong]).__qualname__
            raise AtlasTypeError(f"{self.name!r} embeds images as bytes, but item {wrong} is of type {kind}")
        out = np.empty((len(items), self.dim), dtype=np.float32)
        for start in range(0, len(items), self.options.batch_size):
            some = items[start : start + self.options.batch_size]
            out[start : start + len(some)] = self._embed_batch(some)
            context.progress((start + len(some)) / len(items), "embedding images")
        return normalised(out)

    def text_similarity(
        self, texts: Sequence[str], vectors: NDArray[np.float32], context: Context
    ) -> NDArray[np.float32]:
        """Return the cosines of texts [M], as queries, and image vectors float32 [N, dim]: float32 [M, N].

        Raises:
            ModelNotAvailableError: the weights of the text model of the same space are not on this machine.
        """
        options = self.options.model_dump(exclude={"model_path"})
        text_model = self.text_model(self.text_model.Options(**options))
        text_model.check()
        if text_model.dim != vectors.shape[1]:
            raise ModelNotAvailableError(
                f"{text_model.name!r} has {text_model.dim} dimensions and these images have {vectors.shape[1]}: they "
                f"are not of one space; bring the text model that belongs to this {self.name!r}"
            )
        queries = text_model.embed(texts, context, task="search_query")
        return np.asarray(np.clip(queries @ vectors.T, -1, 1), dtype=np.float32)

    def _network(self, folder: Path) -> Any:
        return loading.load_vision_network(folder, devices.resolve(self.options), self.options.precision)

    def _embed_batch(self, encoded: Sequence[bytes]) -> NDArray[np.float32]:
        import torch

        folder = self.source.folder()
        network = self._network(folder)
        pixels = torch.from_numpy(preprocessing(folder, network.shape.side).pixels(encoded))
        with torch.inference_mode():
            weight = network.selector.attn.latent
            vectors: NDArray[np.float32] = network(pixels.to(device=weight.device, dtype=weight.dtype)).cpu().numpy()
        return vectors


class NomicVision(NomicVisionV1):
    """Nomic Embed Vision v1.5: as v1, in one space with the texts of `nomic-embed-text-v1.5`."""

    name: ClassVar[str] = "nomic-embed-vision-v1.5"
    text_model: ClassVar[type[NomicTextV1]] = NomicText
