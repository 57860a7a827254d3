"""Maps of pictures through the explorer's server."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from localatlas import AtlasDataset, registries
from localatlas import selections as s
from localatlas.images import decode
from localatlas.indices import AtlasProjection
from localatlas.protocols import ComponentOptions, Context
from localatlas.protocols.components import Modality, TaskType
from numpy.typing import NDArray
from page_client import Open, select
from PIL import Image

pytestmark = pytest.mark.plugins


class Greys:
    """An image embedder that looks at one pixel."""

    Options = ComponentOptions
    modality: Modality = "image"
    dim = 2
    fingerprint = "greys-1"
    in_workers = False
    batch_size = 4

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def embed(self, items: Sequence[bytes], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        level = np.array([np.asarray(decode(item))[0, 0, 0] for item in items], np.float64)
        angle = level / 255 * np.pi / 2
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (90, 45), shade).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def pictures(components: str) -> AtlasProjection:
    """Five pictures from black to white, and a row without one."""
    registries.embedders.register("greys", Greys)
    dataset = AtlasDataset("pictures", unique_id_field="id")
    blobs = [*(png(shade) for shade in (0, 60, 130, 200, 255)), None]
    dataset.add_data([{"id": f"p{number}"} for number in range(6)], blobs=blobs)
    return dataset.create_index(embedding_model="greys", topic_model=False, progress=False)


def test_pictures_are_shown_and_found(browse: Open, pictures: AtlasProjection) -> None:
    client = browse(pictures)
    can = client.get("/api/state").json()["can"]
    assert (can["images"], can["meaning"], can["meaning_image"]) == (True, False, True)
    shown = client.get("/api/image?row=2&side=64")
    assert shown.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(shown.content)) as image:
        assert image.size == (64, 32)
        assert abs(image.convert("L").getpixel((10, 10)) - 130) < 4
    assert client.get("/api/image?row=5").status_code == 404
    assert client.get("/api/image?row=2&side=9000").status_code == 400
    vector = client.post("/api/vector", content=png(70), headers={"Content-Type": "image/png"}).json()
    best = client.post("/api/similarity", json={"vector": vector["vector"]}).headers["atlas-rows"]
    assert best.split(",")[0] == "1"
    assert select(client, s.like(vector["vector"], k=2)) == [1, 2]


def test_what_is_no_picture_finds_nothing(browse: Open, pictures: AtlasProjection) -> None:
    client = browse(pictures)
    for body, kind in ((b"<svg onload=alert(1)>", "image/svg+xml"), (b"", "image/png"), (b"\x89PNG", "image/png")):
        answer = client.post("/api/vector", content=body, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert client.post("/api/vector", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415


def test_sheets_of_thumbnails_hold_the_pictures(browse: Open, pictures: AtlasProjection) -> None:
    client = browse(pictures)
    index = client.get("/pages/index.json").json()
    images = index["images"]
    assert (images["tile"], images["columns"], images["sheets"]["count"]) == (64, 16, 1)
    order = np.frombuffer(client.get("/pages/rows/0.bin").content, "<u4").tolist()
    widths, heights = (
        np.frombuffer(client.get("/pages/thumbnails/sizes-0.bin").content, np.uint8).reshape(2, -1).tolist()
    )
    with Image.open(io.BytesIO(client.get("/pages/thumbnails/0.jpg").content)) as opened:
        sheet = np.asarray(opened.convert("L"))
    assert sheet.shape == (64, 1024)
    for position, row in enumerate(order):
        assert (widths[position], heights[position]) == (64, 32)
        middle = sheet[16, position * 64 + 32]
        assert abs(int(middle) - (0, 60, 130, 200, 255)[row]) < 4
