from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.protocols import Map
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN, POSITION_COLUMN
from localatlas.stored_map import StoredMap, user_columns
from PIL import Image


@pytest.fixture
def stored(dataset: AtlasDataset) -> StoredMap:
    return dataset.create_index(indexed_field="text", seed=5, progress=False).stored


def test_it_is_a_map(dataset: AtlasDataset, stored: StoredMap) -> None:
    assert isinstance(stored, Map)
    assert (stored.name, stored.dataset_identifier, stored.seed) == ("Sample", "local/sample", 5)
    assert (stored.id_field, stored.id_column, stored.text_field) == ("id", "id", "text")


def test_internal_columns_are_nobodys() -> None:
    schema = pa.schema([(name, pa.int64()) for name in (POSITION_COLUMN, "a", EMBEDDING_COLUMN, BLOB_COLUMN, "b")])
    assert user_columns(schema) == ["a", "b"]
    assert user_columns(None) == []


def test_rows_are_in_upload_order(stored: StoredMap) -> None:
    assert stored.row_ids.to_pylist() == [f"r{row}" for row in range(7)]
    assert stored.columns(["n"]).to_pydict() == {"n": list(range(7))}
    assert stored.columns().column_names == stored.schema.names == ["id", "text", "n"]
    assert stored.columns([]).num_columns == 0


def test_columns_are_read_in_batches(stored: StoredMap) -> None:
    batches = list(stored.scan(["n", "id"]))
    assert pa.Table.from_batches(batches).to_pydict() == {"n": list(range(7)), "id": [f"r{row}" for row in range(7)]}
    assert not stored.has_blobs
    assert stored.blobs(np.array([3, 1])) == [None, None]


def test_images_are_read_as_they_were_given(components: str) -> None:
    dataset = AtlasDataset("pictures")
    given = [png(shade) for shade in (0, 120, 240)]
    dataset.add_data([{"text": "a"}, {"text": "b"}, {"text": "c"}, {"text": "d"}], blobs=[*given[:2], None, given[2]])
    stored = dataset.create_index(indexed_field="text", modality="text", progress=False).stored
    assert stored.has_blobs
    assert stored.blobs(np.array([3, 2, 0])) == [given[2], None, given[0]]
    assert stored.schema.names == ["text"]


def png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (3, 2), shade).save(buffer, "PNG")
    return buffer.getvalue()


def test_places_are_nan_where_there_is_none(stored: StoredMap) -> None:
    positions = stored.layout.positions
    assert (positions.shape, positions.dtype) == ((7, 2), np.float32)
    assert np.isnan(positions).all(axis=1).tolist() == [False] * 6 + [True]


def test_single_rows_are_taken_in_the_order_asked(stored: StoredMap) -> None:
    assert stored.take(np.array([5, 0, 5]), ["n", "id"]).to_pydict() == {"n": [5, 0, 5], "id": ["r5", "r0", "r5"]}
    assert stored.take(np.array([2])).to_pylist() == [{"id": "r2", "text": "red apple pie", "n": 2}]
    assert stored.take(np.array([], np.int64)).num_rows == 0


def test_what_lives_follows_the_dataset(dataset: AtlasDataset, stored: StoredMap) -> None:
    assert stored.alive.all()
    dataset.add_data([{"id": "new", "text": "new", "n": 9}])
    dataset.delete_data(["r1", "r6"])
    assert dataset.maps[0].stored.alive.tolist() == [True, False, True, True, True, True, False]
    dataset.delete_data(["r0", "r2", "r3", "r4", "r5", "new"])
    assert not dataset.maps[0].stored.alive.any()


def test_a_map_keeps_reading_its_own_version(dataset: AtlasDataset, stored: StoredMap) -> None:
    dataset.delete_data(["r1"])
    dataset.add_data([{"id": "new", "text": "new", "n": 9, "extra": 1.0}])
    older = dataset.maps[0].stored
    assert older.columns(["id"])["id"].to_pylist() == [f"r{row}" for row in range(7)]
    assert older.take(np.array([1]), ["id"])["id"].to_pylist() == ["r1"]
    assert "extra" not in older.schema.names


def test_topics_are_those_of_the_rows(stored: StoredMap) -> None:
    topics = stored.topic_model
    assert topics is not None
    assert topics.assignment.shape == topics.confidence.shape == (7, 2)
    assert topics.assignment.dtype == np.int32
    assert (topics.assignment[6] == -1).all()
    assert set(np.unique(topics.assignment[:6])) == set(topics.topic_id.tolist())
    assert set(topics.labels) == set(topics.topic_id.tolist())
    # The labeler's exemplars are rows of the index; the map's are positions of the dataset.
    assert all(label.exemplars == (0,) for label in topics.labels.values())


def test_duplicates_are_those_of_the_rows(stored: StoredMap) -> None:
    groups = stored.duplicate_groups
    assert groups is not None
    assert len(groups.cluster) == len(groups.verdict) == 7


def test_what_was_off_is_none(dataset: AtlasDataset) -> None:
    bare = dataset.create_index(indexed_field="text", topic_model=False, duplicate_detection=False, progress=False)
    assert bare.stored.topic_model is None
    assert bare.stored.duplicate_groups is None


def test_without_an_id_field_positions_are_the_ids(components: str) -> None:
    plain = AtlasDataset("plain")
    plain.add_data(embeddings=np.eye(3))
    stored = plain.create_index(topic_model=False, progress=False).stored
    assert (stored.id_field, stored.id_column, stored.text_field) == (None, POSITION_COLUMN, None)
    assert stored.row_ids.to_pylist() == [0, 1, 2]
    assert stored.columns().num_columns == 0


def test_a_page_that_nobody_wrote_is_a_key_error(stored: StoredMap) -> None:
    with pytest.raises(KeyError):
        stored.page("explorer/none")
