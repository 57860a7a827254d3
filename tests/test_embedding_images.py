from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from localatlas import embed, embedders
from localatlas.errors import (
    AtlasTypeError,
    InvalidDataError,
    InvalidOptionError,
    ModelNotAvailableError,
)
from PIL import Image
from reference import Pictures


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 3), (shade, 0, 0)).save(file, "PNG")
    return file.getvalue()


def test_images_of_every_form_become_directions(components: str, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(picture(9))
    images = [picture(9), path, str(path), Image.open(io.BytesIO(picture(9)))]
    found = embed.image(images, model=Pictures(Pictures.Options()))
    assert (found["embeddings"].dtype, found["embeddings"].shape) == (np.float32, (4, 32))
    assert np.array_equal(found["embeddings"][0], found["embeddings"][1])
    assert found["usage"] == {"prompt_tokens": 0, "total_tokens": 0}
    assert (found["model"], found["inference_mode"]) == ("Pictures", "local")


def test_no_images_give_no_vectors(components: str) -> None:
    vectors = embed.image([], model=Pictures(Pictures.Options()))["embeddings"]
    assert (vectors.dtype, vectors.shape) == (np.float32, (0, 32))


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        ("one.png", AtlasTypeError, r"write embed\.image\(\[image\]\)"),
        (b"bytes", AtlasTypeError, "images must be a list"),
        (5, AtlasTypeError, "images must be a list"),
        ([b"no image"], InvalidDataError, "row 0"),
        ([None], InvalidDataError, "1 images are missing, at the rows 0"),
        (["/not/there.png"], InvalidDataError, "not/there.png"),
    ],
)
def test_what_is_no_list_of_images_is_refused(components: str, images: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        embed.image(images, model=Pictures(Pictures.Options()))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"model": "nomic-embed-vision-v1.5"}, ModelNotAvailableError, "'nomic-embed-vision-v1.5'.*nothing was embed"),
        ({"model": "use-multilingual-v3"}, InvalidOptionError, "embeds text, but .*'image'.*'efficientnet-lite0'"),
        ({"inference_mode": "cloud"}, InvalidOptionError, "inference_mode='cloud'"),
        ({"dimensionality": 64, "model": "pictures"}, InvalidOptionError, "dimensionality=64"),
    ],
)
def test_an_option_for_images_that_cannot_be_is_refused(
    components: str, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    monkeypatch.setenv("LOCALATLAS_OFFLINE", "1")
    embedders.register("pictures", Pictures)
    with pytest.raises(error, match=words):
        embed.image([picture(1)], **arguments)
