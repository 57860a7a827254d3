"""Datasets that have begun in each way, and all that a refused batch must leave as it was."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from localatlas import AtlasDataset
from PIL import Image

__all__ = ["empty", "images", "named", "pictures", "png", "seen", "vectors"]

LOCKS = ("lock", ".HEAD.json.lock")


def png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (2, 2), shade).save(buffer, "PNG")
    return buffer.getvalue()


def pictures(n: int) -> list[bytes]:
    return [png(shade) for shade in range(n)]


def empty() -> AtlasDataset:
    return AtlasDataset("empty")


def named() -> AtlasDataset:
    made = AtlasDataset("named", unique_id_field="id")
    made.add_data([{"id": "a", "text": "first", "n": 1}, {"id": "b", "text": "second", "n": 2}])
    return made


def vectors() -> AtlasDataset:
    made = AtlasDataset("vectors")
    made.add_data([{"text": "first"}, {"text": "second"}], embeddings=np.eye(2))
    return made


def images() -> AtlasDataset:
    made = AtlasDataset("images")
    made.add_data([{"text": "first"}, {"text": "second"}], blobs=pictures(2))
    return made


def seen(dataset: AtlasDataset, home: Path) -> list[Any]:
    """Return everything that a refused batch must leave as it was."""
    store = dataset._store
    rows = [batch.to_pylist() for batch in store.scan()]
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name not in LOCKS}
    return [store.version(), store.schema(), store.count(), store.next_position(), rows, files]
