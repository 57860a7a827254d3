"""Selections over maps as they are built and stored."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from localatlas import AtlasDataset, registries
from localatlas import selections as s
from localatlas.errors import AtlasTypeError, AtlasValueError, InvalidOptionError
from localatlas.indices import AtlasProjection
from localatlas.protocols import ComponentOptions, Context
from localatlas.protocols.components import Modality, TaskType
from localatlas.selections import rows as reading
from localatlas.selections import space as spaces
from localatlas.selections.on_map import MapRows
from localatlas.selections.space import IndexSpace, Space
from localatlas.stored_map import StoredMap
from numpy.typing import NDArray
from PIL import Image


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    """The map of the seven sample rows; the third says what the first says, the last is blank."""
    return dataset.create_index(indexed_field="text", progress=False)


def test_select_returns_ids_in_upload_order(dataset: AtlasDataset, made: AtlasProjection) -> None:
    wanted = s.contains("river") | s.at_most("n", 0)
    assert made.select(wanted) == ["r0", "r3", "r4", "r5"]
    assert made.select(wanted.to_dict()) == made.select(wanted.to_json()) == made.select(wanted)
    dataset.delete_data(["r4"])
    assert made.select(wanted) == ["r0", "r3", "r5"]
    assert MapRows(made).selected(wanted).tolist() == [True, False, False, True, False, True, False]


def test_rows_without_an_id_field_are_known_by_position(components: str) -> None:
    dataset = AtlasDataset("plain")
    dataset.add_data([{"text": text} for text in ("a b", "c d", "b c")])
    made = dataset.create_index(indexed_field="text", progress=False)
    assert made.select(s.contains("b")) == [0, 2]
    assert made.select(s.has_ids([1, 2, 77])) == [1, 2]


def test_a_text_finds_what_means_the_same(made: AtlasProjection) -> None:
    assert made.select(s.like("slow river boat", k=1)) == ["r3"]
    assert made.select(s.like("red apple pie", similarity=0.999)) == ["r0", "r2"]
    # A row without a vector means nothing.
    assert made.select(s.like("red", k=100)) == [f"r{row}" for row in range(6)]


def test_neighbours_are_those_of_the_vector_search(made: AtlasProjection) -> None:
    for row in range(6):
        for k in (1, 2, 4, 6):
            (found,), _ = made.embeddings.vector_search(ids=[f"r{row}"], k=k)
            assert made.select(s.near(f"r{row}", k)) == sorted(found)


def test_a_row_without_a_vector_has_no_neighbours(made: AtlasProjection) -> None:
    with pytest.raises(AtlasValueError, match="has no vector: its field is null or blank"):
        made.select(s.near("r6", 2))


def test_vectors_are_read_in_blocks(made: AtlasProjection, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made.select(s.like("river", k=3))
    monkeypatch.setattr(spaces, "BLOCK", 1)
    assert made.select(s.like("river", k=3)) == whole


def test_topics_duplicates_and_lassos_are_those_of_the_views(made: AtlasProjection) -> None:
    for group in made.topics.group_by_topic(1):
        assert set(made.select(s.topic(group["topic_id"]))) == group["datum_ids"]
        assert set(made.select(s.topic(depth=1, label=group["topic_short_description"]))) == group["datum_ids"]
    assert made.select(s.duplicates()) == made.duplicates.deletion_candidates()
    places = made.embeddings.df.dropna()
    left = places[places["x"] <= 0]
    low, high = places[["x", "y"]].min() - 1, places[["x", "y"]].max() + 1
    box = [(low["x"], low["y"]), (0, low["y"]), (0, high["y"]), (low["x"], high["y"])]
    assert made.select(s.within(box)) == left["id"].tolist()
    assert made.select(~s.within(box)) == [row for row in made.data.df["id"] if row not in set(left["id"])]


def own_vectors(metric_rows: NDArray[np.float32]) -> AtlasProjection:
    dataset = AtlasDataset("vectors")
    dataset.add_data([{"name": f"v{row}"} for row in range(len(metric_rows))], embeddings=metric_rows)
    return dataset.create_index(progress=False, topic_model=False)


def test_vectors_of_ones_own_are_found_by_vectors_only(components: str) -> None:
    rows = np.array([[3, 0], [0, 2], [4, 4], [1, 0]], np.float32)
    made = own_vectors(rows)
    # Length does not count.
    assert made.select(s.like([10.0, 0.0], similarity=0.99)) == [0, 3]
    assert made.select(s.like([0.0, 0.1], k=2)) == [1, 2]
    with pytest.raises(InvalidOptionError, match="vectors of your own"):
        made.select(s.like("anything", k=1))
    with pytest.raises(AtlasValueError, match="vector has 3 numbers; this map's have 2"):
        made.select(s.like([1.0, 0.0, 0.0], k=1))
    with pytest.raises(AtlasValueError, match="vector has numbers that float32 cannot hold"):
        made.select(s.like([1e300, 0.0], k=1))


def test_the_space_of_an_index_is_a_space(made: AtlasProjection) -> None:
    stored = made.stored
    space = IndexSpace(stored, stored.store, made.record[0])
    assert isinstance(space, Space)
    far = space.from_text("red apple pie")
    assert far.dtype == np.float32
    assert np.isnan(far).tolist() == [False] * 6 + [True]
    np.testing.assert_allclose(far[[0, 2]], 0, atol=1e-6)
    np.testing.assert_array_equal(space.from_row(0), space.from_row(2))


def test_a_euclidean_index_counts_by_euclidean_distance(made: AtlasProjection) -> None:
    index = made.record[0]
    other = index.model_copy(update={"plan": index.plan.model_copy(update={"metric": "euclidean"})})
    space = IndexSpace(made.stored, made.stored.store, other)
    assert space.metric == "euclidean"
    assert space.from_row(0)[[0, 2]].tolist() == [0, 0]
    np.testing.assert_array_equal(space.from_vector(made.embeddings.latent[0].tolist()), space.from_row(0))
    expected = np.linalg.norm(made.embeddings.latent[3] - made.embeddings.latent[0])
    np.testing.assert_allclose(space.from_row(0)[3], expected, rtol=1e-5)


class Greys:
    """An image embedder that looks at one pixel, and finds "dark" and "bright"."""

    Options = ComponentOptions
    modality: Modality = "image"
    dim = 2
    fingerprint = "greys-1"
    in_workers = False
    batch_size = 4

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def embed(self, items: Sequence[bytes], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        level = np.array([Image.open(io.BytesIO(item)).convert("L").getpixel((0, 0)) for item in items], np.float64)
        angle = level / 255 * np.pi / 2
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)

    def text_similarity(
        self, texts: Sequence[str], vectors: NDArray[np.float32], context: Context
    ) -> NDArray[np.float32]:
        wanted = np.array([[1.0, 0.0] if text == "dark" else [0.0, 1.0] for text in texts], np.float32)
        return wanted @ vectors.T


def images_of(embedder: type[Greys]) -> AtlasProjection:
    dataset = AtlasDataset("images", unique_id_field="id")
    levels = [0, 60, 130, 200, 255]
    pictures = [Image.new("L", (2, 2), level) for level in levels]
    dataset.add_data([{"id": f"i{level}"} for level in levels], blobs=pictures)
    registries.embedders.register("greys", embedder)
    return dataset.create_index(embedding_model="greys", topic_model=False, progress=False)


def test_words_find_images_where_the_embedder_can(components: str) -> None:
    made = images_of(Greys)
    assert made.select(s.like("dark", k=2)) == ["i0", "i60"]
    assert made.select(s.like("bright", k=2)) == ["i200", "i255"]
    assert made.select(s.like("bright", similarity=0.9)) == ["i200", "i255"]
    (found,), _ = made.embeddings.search("bright", k=3)
    assert made.select(s.like("bright", k=3)) == sorted(found)
    assert made.select(s.near("i0", 2)) == ["i0", "i60"]


def test_what_a_map_can_be_searched_by(made: AtlasProjection, components: str) -> None:
    assert MapRows(made).space.queries == {"text"}
    assert MapRows(own_vectors(np.eye(3, dtype=np.float32))).space.queries == frozenset()
    assert MapRows(images_of(Greys)).space.queries == {"text", "image"}


def test_a_query_as_a_vector_finds_what_the_query_finds(made: AtlasProjection, components: str) -> None:
    texts = MapRows(made).space
    np.testing.assert_array_equal(
        texts.from_vector(texts.vector("red pie").tolist()), texts.from_text("red pie"), strict=True
    )
    pictures = MapRows(images_of(Greys)).space
    buffer = io.BytesIO()
    Image.new("L", (2, 2), 60).save(buffer, "PNG")
    assert int(np.argmin(pictures.from_vector(pictures.vector(buffer.getvalue()).tolist()))) == 1
    with pytest.raises(AtlasTypeError, match="is a text"):
        pictures.vector("dark")


def test_a_selection_may_be_given_a_time(made: AtlasProjection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 1)
    monkeypatch.setattr(StoredMap, "scan", lambda self, names: self.store.scan(names, self.version, batch_size=2))
    with pytest.raises(AtlasValueError, match="took more than 0 seconds"):
        MapRows(made, seconds=0).selected(s.contains("red") | s.at_least("n", 0))
