"""The embedder `clip`: images and the words for them in one space, by any CLIP model of the library transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from localatlas.errors import ModelNotAvailableError
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_sentence_transformers import devices, loading
from atlas_plugin_sentence_transformers.nomic_vision import NomicVisionV1
from atlas_plugin_sentence_transformers.options import CLIPOptions, NomicVisionOptions
from atlas_plugin_sentence_transformers.pixels import preprocessing
from atlas_plugin_sentence_transformers.vectors import normalised
from atlas_plugin_sentence_transformers.weights import Source, configuration, hash_of

__all__ = ["CLIP"]

DIM = 512
PREPROCESSING_VERSION = 1
"""Part of the fingerprint: raise it when the same weights give other vectors."""


class CLIP(NomicVisionV1):
    """CLIP: images that words find, by the model `model_name`, a ViT-B/32 trained on LAION-2B by default.

    Images are fitted as the model's preprocessor_config.json says. Queries of words are read as they are given;
    a phrase such as "a photo of a dog" is nearer to what the model was trained on than "dog".

    Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021, arXiv
    2103.00020; Schuhmann et al., "LAION-5B", 2022, arXiv 2210.08402.
    """

    Options: ClassVar[type[NomicVisionOptions]] = CLIPOptions
    name: ClassVar[str] = "clip"

    @property
    def source(self) -> Source:
        """Where the weights may be."""
        options = self.options
        asked = options.model_name if isinstance(options, CLIPOptions) else self.name
        return Source(asked, asked if "/" in asked else "", self.modality, given=self.options.model_path)

    @property
    def dim(self) -> int:
        """The width of the space that images and texts share."""
        folder = self.source.here()
        return DIM if folder is None else int(configuration(folder).get("projection_dim", DIM))

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, version of the preprocessing, and every option that changes vectors."""
        state, precision = hash_of(self.source.folder()), self.options.precision
        return f"{self.source.name}-{state}-p{PREPROCESSING_VERSION}-{precision}-{self.dim}"

    def check(self) -> None:
        """Check that weights, libraries and device are here; fetch the weights if the hub may be asked.

        Raises:
            ModelNotAvailableError: weights or libraries are missing, or the weights are of another kind of model.
            InvalidOptionError: the device is not here.
        """
        folder = self.source.folder()
        devices.check_libraries(self.source.name, "torch", "transformers", "PIL")
        kind = configuration(folder).get("model_type")
        if kind != "clip":
            raise ModelNotAvailableError(
                f"the model in {folder} is of the type {kind!r}, not 'clip'; nothing was embedded. Name a CLIP model"
            )
        devices.resolve(self.options)

    def text_similarity(
        self, texts: Sequence[str], vectors: NDArray[np.float32], context: Context
    ) -> NDArray[np.float32]:
        """Return the cosines of texts [M] and image vectors float32 [N, dim]: float32 [M, N]."""
        import torch

        folder = self.source.folder()
        network, tokenizer = self._network(folder), _tokenizer(folder, hash_of(folder))
        room = network.config.text_config.max_position_embeddings
        read = tokenizer(list(texts), padding=True, truncation=True, max_length=room, return_tensors="pt")
        with torch.inference_mode():
            state = network.text_model(**read.to(network.device)).pooler_output
            queries = network.text_projection(state).float().cpu().numpy()
        context.progress(1.0, "embedding texts")
        return np.asarray(np.clip(normalised(queries) @ vectors.T, -1, 1), dtype=np.float32)

    def _network(self, folder: Path) -> Any:
        return _load(folder, hash_of(folder), devices.resolve(self.options), self.options.precision)

    def _embed_batch(self, encoded: Sequence[bytes]) -> NDArray[np.float32]:
        import torch

        folder = self.source.folder()
        network = self._network(folder)
        pixels = torch.from_numpy(preprocessing(folder, network.config.vision_config.image_size).pixels(encoded))
        with torch.inference_mode():
            state = network.vision_model(pixel_values=pixels.to(device=network.device, dtype=network.dtype))
            vectors: NDArray[np.float32] = network.visual_projection(state.pooler_output).float().cpu().numpy()
        return vectors


@loading.once
def _load(folder: Path, state: str, device: str, precision: str) -> Any:
    import torch
    from transformers import CLIPModel

    del state  # part of the key: other files in the same folder are another model
    with loading.quiet():
        model = CLIPModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=getattr(torch, precision)
        )
    return model.eval().to(device)


@loading.once
def _tokenizer(folder: Path, state: str) -> Any:
    from transformers import AutoTokenizer

    del state
    return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
