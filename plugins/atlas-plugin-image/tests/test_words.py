"""Words for images: names of classes, and search by them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from atlas_plugin_image import EfficientNetLite0, files, text_search
from atlas_plugin_image.weights import classifier
from localatlas import defaults, registries
from localatlas.protocols import ComponentOptions, Context

CLASSES = 1000


class Letters:
    """A text embedder: a text is the letters that it holds."""

    Options = ComponentOptions
    modality: ClassVar[str] = "text"
    dim: ClassVar[int] = 26
    batch_size: ClassVar[int] = 100
    in_workers: ClassVar[bool] = False
    fingerprint: ClassVar[str] = "letters-1"
    calls: ClassVar[list[int]] = []

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def embed(self, items: Sequence[str], context: Context, *, task: str) -> np.ndarray:
        self.calls.append(len(items))
        counts = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in items], np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> EfficientNetLite0:
    """The image embedder beside a text embedder that needs no weights."""
    monkeypatch.setattr(registries.embedders, "_registered", dict(registries.embedders._registered))
    registries.embedders.register("letters", Letters)
    monkeypatch.setattr(defaults, "embedder", lambda _modality: "letters")
    monkeypatch.setattr(text_search, "_in_memory", {})
    Letters.calls.clear()
    return EfficientNetLite0(EfficientNetLite0.Options())


def of_class(name: str, strength: float = 1.0) -> np.ndarray:
    """Return a unit vector that the classifier takes for one class."""
    number = files.class_names().index(name)
    head = classifier()
    direction = head.weight[number] - strength * head.weight.mean(axis=0)
    return (direction / np.linalg.norm(direction)).astype(np.float32)


def test_there_is_a_name_and_a_text_for_every_class() -> None:
    names, texts = files.class_names(), files.class_texts(200)
    assert len(names) == len(texts) == CLASSES
    told = [text.removeprefix(f"{name}: ") for name, text in zip(names, texts, strict=True)]
    assert not [text for text in told if not text.strip() or text in texts]
    assert not [name for name in names if "(" in name or "," in name or not name.strip()]
    assert names[388] == "giant panda"


def test_a_sure_class_is_named_first(embedder: EfficientNetLite0) -> None:
    vectors = np.stack([of_class("giant panda"), of_class("violin")])
    said = embedder.describe(vectors, Context())
    assert [words.split(", ")[0] for words in said] == ["giant panda", "violin"]


def test_nothing_is_said_where_nothing_is_sure(embedder: EfficientNetLite0) -> None:
    flat = np.full((1, 1280), 1280**-0.5, np.float32)
    assert embedder.describe(flat, Context()) == [""]


def test_many_vectors_are_described_as_few(embedder: EfficientNetLite0) -> None:
    many = np.tile(np.stack([of_class("banana"), of_class("goldfish"), of_class("tank")]), (2000, 1))
    said = embedder.describe(many, Context())
    assert len(said) == 6000
    assert set(said) == {embedder.describe(many[row : row + 1], Context())[0] for row in range(3)}


def test_a_text_finds_the_images_whose_classes_it_speaks_of(embedder: EfficientNetLite0) -> None:
    vectors = np.stack([of_class("giant panda"), of_class("violin"), of_class("pizza")])
    texts = [files.class_texts(200)[files.class_names().index(name)] for name in ("violin", "pizza", "giant panda")]
    found = embedder.text_similarity(texts, vectors, Context())
    assert found.argmax(axis=1).tolist() == [1, 2, 0]
    assert found.min() >= 0
    assert found.max() <= 1


def test_texts_of_classes_are_embedded_once(embedder: EfficientNetLite0, tmp_path: Path) -> None:
    vectors = of_class("violin")[None]
    context = Context(cache=tmp_path)
    embedder.text_similarity(["a"], vectors, context)
    embedder.text_similarity(["b"], vectors, context)
    assert (sum(Letters.calls), max(Letters.calls)) == (CLASSES + 2, 100)
    text_search._in_memory.clear()  # as in another process
    again = embedder.text_similarity(["a"], vectors, context)
    assert sum(Letters.calls) == CLASSES + 3
    assert np.array_equal(again, embedder.text_similarity(["a"], vectors, Context(cache=tmp_path / "other")))


def test_another_text_embedder_has_texts_of_its_own(
    embedder: EfficientNetLite0, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder.text_similarity(["a"], of_class("violin")[None], Context(cache=tmp_path))
    monkeypatch.setattr(Letters, "fingerprint", "letters-2")
    embedder.text_similarity(["a"], of_class("violin")[None], Context(cache=tmp_path))
    assert len(list(tmp_path.glob("classes-*"))) == 2


def test_progress_of_a_search_can_cancel_it(embedder: EfficientNetLite0) -> None:
    def stop(_fraction: float, _message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedder.text_similarity(["a"], of_class("violin")[None], Context(report=stop))


@pytest.mark.slow
def test_the_default_text_embedder_finds_by_meaning_in_other_languages() -> None:
    names = ("giant panda", "violin", "pizza", "tank", "banana", "goldfish")
    vectors = np.stack([of_class(name) for name in names])
    queries = ["ein Musikinstrument", "fruit", "an animal that swims", "un véhicule de guerre"]
    found = EfficientNetLite0(EfficientNetLite0.Options()).text_similarity(queries, vectors, Context())
    assert [names[row] for row in found.argmax(axis=1)] == ["violin", "banana", "goldfish", "tank"]


def test_vectors_lent_read_only_do(embedder: EfficientNetLite0) -> None:
    vectors: Any = of_class("violin")[None]
    vectors.flags.writeable = False
    embedder.describe(vectors, Context())
    embedder.text_similarity(["a"], vectors, Context())
