"""What the image embedders promise beyond the conformance kit."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_sentence_transformers import NomicText, NomicVision, NomicVisionV1
from atlas_plugin_sentence_transformers.pixels import DEVIATION, MEAN, preprocessing
from localatlas.errors import AtlasTypeError, InvalidDataError, ModelNotAvailableError
from localatlas.models import SupportsFetch, SupportsRelease
from localatlas.protocols import Context, Embedder, SupportsCheck, SupportsTextSearch
from nomic_weights import write_text_model, write_vision_model
from PIL import Image


def make(model: type[NomicVisionV1] = NomicVision, **options: Any) -> NomicVisionV1:
    return model(model.Options(**options))


def png(pixels: Any, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8), mode).save(file, "PNG")
    return file.getvalue()


def noise(seed: int, width: int = 32, height: int = 32) -> bytes:
    return png(np.random.default_rng(seed).integers(0, 256, (height, width, 3)))


@pytest.mark.parametrize("model", [NomicVision, NomicVisionV1])
def test_satisfies_the_protocols(model: type[NomicVisionV1]) -> None:
    for protocol in (Embedder, SupportsCheck, SupportsFetch, SupportsRelease, SupportsTextSearch):
        assert isinstance(make(model), protocol)
    make(model).check()
    make(model).warmup()


def test_pixels_are_in_the_colours_of_the_training(tmp_path: Path) -> None:
    write_vision_model(tmp_path / "vision")
    image = np.random.default_rng(3).integers(0, 256, (32, 32, 3))
    found = preprocessing(tmp_path / "vision", 32).pixels([png(image)])
    assert (found.dtype, found.shape) == (np.float32, (1, 3, 32, 32))
    expected = ((image / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)
    np.testing.assert_allclose(found[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("config", "cut"),
    [
        ({"do_center_crop": True, "size": {"shortest_edge": 32}, "crop_size": 32}, True),
        ({"size": 32}, True),
        ({"do_center_crop": False, "size": {"height": 32, "width": 32}}, False),
        ({}, False),
    ],
)
def test_wide_images_are_cut_or_squeezed_as_the_model_says(tmp_path: Path, config: dict[str, Any], cut: bool) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(config), encoding="utf-8")
    image = np.zeros((32, 96, 3))
    image[:, 32:64] = 255
    found = preprocessing(tmp_path, 32).pixels([png(image)])[0]
    white = (1 - np.array(MEAN)) / np.array(DEVIATION)
    assert bool(np.allclose(found, white[:, None, None], atol=1e-4)) == cut


def test_the_preprocessing_may_be_another_models(tmp_path: Path) -> None:
    config = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(config), encoding="utf-8")
    found = preprocessing(tmp_path, 8)
    assert (found.mean, found.resample) == ((0.5, 0.5, 0.5), 2)
    assert np.allclose(found.pixels([png(np.full((9, 9, 3), 255))]), 1)


def test_transparency_is_white_and_sizes_do_not_matter() -> None:
    clear = png(np.zeros((40, 40, 4)), "RGBA")
    white = png(np.full((64, 64, 3), 255))
    vectors = make().embed([clear, white, noise(1, 300, 20)], Context(), task="search_document")
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert vectors[0] @ vectors[2] < 0.999


def test_words_and_images_of_one_version_share_a_space() -> None:
    texts = ["the red dog", "cats", "a document"]
    vectors = make().embed([noise(seed) for seed in range(5)], Context(), task="search_document")
    found = make().text_similarity(texts, vectors, Context())
    queries = NomicText(NomicText.Options()).embed(texts, Context(), task="search_query")
    assert (found.dtype, found.shape) == (np.float32, (3, 5))
    np.testing.assert_allclose(found, queries @ vectors.T, atol=1e-6)
    older = make(NomicVisionV1).text_similarity(texts, vectors, Context())
    assert not np.allclose(found, older, atol=1e-3)


def test_the_text_model_has_to_be_here_and_of_the_same_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_vision_model(tmp_path / "nomic-embed-vision-v1.5")
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(tmp_path))
    vectors = make().embed([noise(1)], Context(), task="search_document")
    with pytest.raises(ModelNotAvailableError, match="weights of 'nomic-embed-text-v1.5' are not on this machine"):
        make().text_similarity(["dog"], vectors, Context())
    write_text_model(tmp_path / "nomic-embed-text-v1.5")
    with pytest.raises(ModelNotAvailableError, match="32 dimensions and these images have 16"):
        make().text_similarity(["dog"], vectors[:, :16], Context())


@pytest.mark.parametrize(
    ("item", "error", "words"),
    [("one.png", AtlasTypeError, "item 1 is of type str"), (b"no image", InvalidDataError, "image")],
)
def test_what_is_no_image_is_refused(item: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make().embed([noise(1), item], Context(), task="search_document")


@pytest.mark.parametrize(
    "changes", [{"register_tokens": 4}, {"no_cls_token": True}, {"prenorm": False}, {"img_size": None}]
)
def test_another_kind_of_network_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    write_vision_model(tmp_path / "vision", **changes)
    with pytest.raises(ModelNotAvailableError, match="another network than NomicBERT"):
        make(model_path=str(tmp_path / "vision")).check()


def test_a_text_model_is_no_image_model(tmp_path: Path) -> None:
    write_text_model(tmp_path / "text")
    with pytest.raises(ModelNotAvailableError, match="another network than NomicBERT"):
        make(model_path=str(tmp_path / "text")).check()
