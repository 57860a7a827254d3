"""A cheap embedder to distil, and texts whose words it knows."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import localatlas
import numpy as np
import pytest
from localatlas.protocols import ComponentOptions, Context

WORDS = [
    ["coffee", "roast", "beans", "espresso"],
    ["puppy", "leash", "kennel", "bone"],
    ["rocket", "orbit", "moon", "launch"],
    ["violin", "chord", "opera", "tune"],
    ["goal", "referee", "keeper", "league"],
    ["loan", "bank", "interest", "bond"],
]


class Kinds:
    """Embeds a word by its kind (coffee, dogs, space) and a little by its letters."""

    class Options(ComponentOptions):
        pass

    modality = "text"
    dim = 24
    batch_size = 100
    in_workers = False
    fingerprint = "kinds-1"

    def __init__(self, options: Options) -> None:
        self.options = options

    def embed(self, items: Sequence[str], context: Context, *, task: str) -> np.ndarray:
        del context, task
        vectors = np.array([np.random.default_rng(zlib.crc32(item.encode())).normal(size=24) for item in items]) * 0.1
        for row, item in enumerate(items):
            for kind, words in enumerate(WORDS):
                vectors[row, kind] += 2.0 * (item in words)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def notes(count: int = 120) -> list[str]:
    generator = np.random.default_rng(0)
    return [f"the {' and the '.join(generator.permutation(WORDS[row % len(WORDS)])[:2])}" for row in range(count)]


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    localatlas.embedders.register("kinds", Kinds)


@pytest.fixture
def texts() -> list[str]:
    return notes()
