from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from localatlas import NomicEmbedOptions, NomicTopicOptions, atlas, embedders, images
from localatlas.errors import (
    InvalidOptionError,
)
from localatlas.home import Home
from localatlas.protocols import ComponentOptions, Context
from localatlas.protocols.components import Modality, TaskType
from PIL import Image

RECORDS = [{"id": f"k{row}", "text": f"word{row} word{row % 3}"} for row in range(5)]


class Shades:
    """Embeds an image by the colours at its corners."""

    Options = ComponentOptions
    modality: Modality = "image"
    dim = 12
    fingerprint = "shades-1"
    in_workers = False
    batch_size = 8

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def embed(self, items: Sequence[bytes], context: Context, *, task: TaskType) -> np.ndarray:
        corners = [np.asarray(images.decode(item).resize((2, 2)), np.float32).ravel() + 1 for item in items]
        context.progress(1.0)
        return np.stack([corner / np.linalg.norm(corner) for corner in corners])


def picture(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 6), colour).save(buffer, "PNG")
    return buffer.getvalue()


PICTURES = [picture((50 * row, 10, 250 - 50 * row)) for row in range(5)]


@pytest.fixture
def image_embedder(components: str) -> None:
    embedders.register("efficientnet-lite0", Shades)


def test_images_become_a_map_without_data(image_embedder: None) -> None:
    made = atlas.map_data(blobs=PICTURES, identifier="images", topic_model=False, progress=False)
    assert (made.modality, made.total_datums, made.dataset_fields) == ("image", 5, [])
    assert made.maps[0].embeddings.latent.shape == (5, 12)
    assert made._store.read_blobs([4, 0]) == [PICTURES[4], PICTURES[0]]


def test_a_text_beside_images_names_their_topics(image_embedder: None) -> None:
    for number, topics in enumerate((True, {"topic_label_field": "text"}, NomicTopicOptions(), {})):
        made = atlas.map_data(
            RECORDS, PICTURES, identifier=f"named-{number}", indexed_field="text", topic_model=topics, progress=False
        )
        plan = made.maps[0].record[0].plan
        assert (plan.modality, plan.indexed_field, plan.label_field) == ("image", None, "text")
        assert set(made.maps[0].topics.metadata["topic_description"]) == {"5 texts"}


@pytest.mark.parametrize(
    "model", ["use-multilingual-v3", {"model": "use-multilingual-v3"}, NomicEmbedOptions(model="use-multilingual-v3")]
)
def test_a_text_model_is_refused_for_images(image_embedder: None, model: Any) -> None:
    with pytest.raises(InvalidOptionError, match="embeds text, but this index is of modality 'image'"):
        atlas.map_data(RECORDS, PICTURES, identifier="never", embedding_model=model, progress=False)
    assert Home().records() == []


def test_images_with_vectors_of_ones_own_are_mapped_by_the_vectors(image_embedder: None) -> None:
    made = atlas.map_data(
        RECORDS, PICTURES, np.eye(5), identifier="both", indexed_field="text", modality=None, progress=False
    )
    assert made.maps[0].embeddings.latent.tolist() == np.eye(5).tolist()
    assert made._store.read_blobs([3]) == [PICTURES[3]]
    seen = atlas.map_data(
        RECORDS, PICTURES, np.eye(5), identifier="seen", modality="image", topic_model=False, progress=False
    )
    assert seen.maps[0].embeddings.latent.shape == (5, 12)
    words = atlas.map_data(
        RECORDS, PICTURES, np.eye(5), identifier="words", modality="text", indexed_field="text", progress=False
    )
    assert words.maps[0].record[0].plan.modality == "text"
