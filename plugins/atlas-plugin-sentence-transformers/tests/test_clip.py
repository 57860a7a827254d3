"""What `clip` promises beyond the conformance kit, on a small random model; transformers' own CLIP is the judge."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_sentence_transformers import CLIP, NomicVision
from atlas_plugin_sentence_transformers.pixels import preprocessing
from localatlas.errors import ModelNotAvailableError
from localatlas.models import SupportsFetch, SupportsRelease
from localatlas.protocols import Context, Embedder, SupportsCheck, SupportsTextSearch
from PIL import Image
from pydantic import ValidationError


def make(**options: Any) -> CLIP:
    return CLIP(CLIP.Options(model_name="someone/small-clip", **options))


def picture(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (40, 32, 3), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


PICTURES = [picture(seed) for seed in range(5)]
TEXTS = ["a photo of a dog", "Snow"]


def test_it_has_the_powers_of_an_image_embedder() -> None:
    for protocol in (Embedder, SupportsCheck, SupportsFetch, SupportsRelease, SupportsTextSearch):
        assert isinstance(make(), protocol)
    make().check()
    make().warmup()
    assert (make().modality, make().dim) == ("image", 16)


def test_vectors_are_those_of_the_library(small_models: Path) -> None:
    import torch
    from transformers import AutoTokenizer, CLIPModel

    folder = small_models / "someone" / "small-clip"
    model, tokenizer = CLIPModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        pixels = torch.from_numpy(preprocessing(folder, 32).pixels(PICTURES))
        judged = model(pixel_values=pixels, **tokenizer(TEXTS, padding=True, return_tensors="pt"))
    found = make(batch_size=2).embed(PICTURES, Context(), task="search_document")
    np.testing.assert_allclose(found, judged.image_embeds.numpy(), atol=1e-5)
    alike = make().text_similarity(TEXTS, found, Context())
    np.testing.assert_allclose(alike, (judged.text_embeds @ judged.image_embeds.T).numpy(), atol=1e-5)


def test_a_long_text_is_cut_where_the_model_ends() -> None:
    vectors = make().embed(PICTURES, Context(), task="search_document")
    whole, cut = make().text_similarity(["dog " * 50, "dog " * 60], vectors, Context())
    np.testing.assert_allclose(whole, cut, atol=1e-6)


def test_the_fingerprint_tells_models_and_precisions_apart() -> None:
    prints = {make().fingerprint, make(precision="bfloat16").fingerprint}
    assert len(prints) == 2
    assert make(batch_size=3).fingerprint in prints
    assert all(each.startswith("someone/small-clip-") for each in prints)


def test_another_kind_of_model_is_refused(small_models: Path) -> None:
    with pytest.raises(ModelNotAvailableError, match=r"is of the type 'nomic_bert', not 'clip'"):
        make(model_path=str(small_models / NomicVision.text_model.name)).check()


def test_a_model_that_is_not_here_is_named() -> None:
    with pytest.raises(ModelNotAvailableError, match="laion/CLIP-ViT-B-32-laion2B-s34B-b79K"):
        CLIP(CLIP.Options()).check()
    with pytest.raises(ValidationError, match="model_name"):
        CLIP.Options(model_name="../x")
