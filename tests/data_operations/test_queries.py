from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pytest
from localatlas import AtlasDataset, registries
from localatlas.data_operations.queries import as_list
from localatlas.errors import AtlasTypeError, AtlasValueError, InvalidOptionError, ModelNotAvailableError
from localatlas.indices import AtlasProjection
from numpy.typing import NDArray
from reference import CountedWords


def test_one_query_of_any_kind_is_one() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    assert as_list("two words") == ["two words"]
    assert as_list(b"bytes") == [b"bytes"]
    assert as_list(["a", "b"]) == ["a", "b"]
    assert as_list(pixels)[0] is pixels


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ([], AtlasValueError, "nothing to look for"),
        ("  ", AtlasValueError, "blank"),
        (["a", ""], AtlasValueError, "blank"),
        (["a", b"b"], AtlasTypeError, "one call"),
        (None, AtlasTypeError, "None"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(wrong: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        as_list(wrong)


def test_words_find_the_rows_that_say_them(made: AtlasProjection) -> None:
    ids, distances = made.embeddings.search("old river boat", k=3)
    assert ids[0][0] == "r5"
    assert distances[0] == sorted(distances[0])
    assert distances[0][0] == pytest.approx(0, abs=1e-6)


def test_several_queries_are_answered_in_order(made: AtlasProjection) -> None:
    ids, distances = made.embeddings.search(["green apple pie", "fast river boat"], k=1)
    assert ids == [["r1"], ["r4"]]
    assert [len(each) for each in distances] == [1, 1]


def test_search_finds_copies_together_and_never_a_deleted_row(made: AtlasProjection) -> None:
    assert made.embeddings.search("red apple pie", k=2)[0] == [["r0", "r2"]]
    made.dataset.delete_data(["r0"])
    assert made.embeddings.search("red apple pie", k=1)[0] == [["r2"]]


def test_an_image_cannot_be_looked_for_among_texts(made: AtlasProjection) -> None:
    with pytest.raises(AtlasTypeError, match="searched by text; got a bytes"):
        made.embeddings.search(b"\x89PNG")


@pytest.mark.parametrize("k", [0, -1, 1.5, True])
def test_k_must_be_a_whole_number(made: AtlasProjection, k: Any) -> None:
    with pytest.raises(AtlasValueError, match="k="):
        made.embeddings.search("pie", k=k)


def test_vectors_of_ones_own_cannot_be_searched_with_words(components: str) -> None:
    dataset = AtlasDataset("vectors")
    dataset.add_data(embeddings=np.eye(5, dtype=np.float32))
    made = dataset.create_index(topic_model=False, progress=False)
    with pytest.raises(InvalidOptionError, match="your own.*vector_search"):
        made.embeddings.search("pie")


def test_another_embedder_under_the_same_name_is_refused(
    made: AtlasProjection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CountedWords, "fingerprint", "counted-words-2")
    with pytest.raises(ModelNotAvailableError, match=r"counted-words-1.* has 'counted-words-2"):
        made.embeddings.search("pie")


class Shades:
    """An image embedder that looks at one byte, and finds "bright" and "dark"."""

    Options: ClassVar[Any] = CountedWords.Options
    modality = "image"
    dim = 2
    fingerprint = "shades-1"
    in_workers = False
    batch_size = 4

    def __init__(self, options: Any) -> None:
        self.options = options

    def embed(self, items: Sequence[bytes], context: Any, *, task: str) -> NDArray[np.float32]:
        angle = np.array([item[0] / 255 for item in items]) * np.pi / 2
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)

    def text_similarity(self, texts: Sequence[str], vectors: Any, context: Any) -> NDArray[np.float32]:
        wanted = {"dark": [1.0, 0.0], "bright": [0.0, 1.0]}
        return (np.array([wanted[text] for text in texts]) @ vectors.T).astype(np.float32)


def test_words_find_images_where_the_embedder_can(made: AtlasProjection, monkeypatch: pytest.MonkeyPatch) -> None:
    shades = Shades(CountedWords.Options())
    registries.embedders.register("shades", Shades)
    view = made.embeddings
    monkeypatch.setattr(
        "localatlas.resolve.same_embedder",
        lambda _record: type("Choice", (), {"component": shades, "entry": registries.embedders.find("shades")}),
    )
    vectors = shades.embed([bytes([each]) for each in (0, 60, 130, 190, 255)], None, task="search_document")
    monkeypatch.setattr(type(view), "_vectors", vectors)
    assert view.search("bright", k=2)[0] == [["r5", "r4"]]
    assert view.search("dark", k=3)[0] == [["r0", "r2", "r1"]]
