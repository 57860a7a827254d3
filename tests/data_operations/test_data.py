from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.data_operations import AtlasMapData
from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.indices import AtlasProjection


def test_the_id_comes_first_then_the_columns_as_uploaded(made: AtlasProjection) -> None:
    assert made.data.df.columns.tolist() == ["id", "text", "n"]
    assert made.data.df["id"].tolist() == [f"r{row}" for row in range(7)]
    assert made.data.df["n"].tolist() == list(range(7))
    assert made.data.df["text"].tolist()[5:] == ["old river boat", ""]


def test_an_id_column_that_is_not_first_is_put_in_front(components: str) -> None:
    late = AtlasDataset("late", unique_id_field="key")
    late.add_data([{"text": "a b", "key": "x"}, {"text": "c d", "key": "y"}])
    assert late.create_index(indexed_field="text", progress=False).data.tb.column_names == ["key", "text"]


def test_without_an_id_field_the_position_is_the_id(components: str) -> None:
    plain = AtlasDataset("plain")
    plain.add_data([{"text": "a"}, {"text": "b"}, {"text": "c"}])
    plain.delete_data([1])
    view = plain.create_index(indexed_field="text", progress=False).data
    assert view.id_field == "_position_index"
    assert view.tb.column_names == ["_position_index", "text"]
    assert view.tb["_position_index"].to_pylist() == [0, 2]


def test_neither_vectors_nor_places_nor_topics_are_data(components: str) -> None:
    vectors = AtlasDataset("vectors")
    vectors.add_data([{"a": 1}, {"a": 2}], embeddings=np.eye(2))
    view = vectors.create_index(topic_model=False, progress=False).data
    assert view.df.columns.tolist() == ["_position_index", "a"]


def test_bare_vectors_have_an_id_and_nothing_else(components: str) -> None:
    bare = AtlasDataset("bare")
    bare.add_data(embeddings=np.eye(3))
    assert bare.create_index(topic_model=False, progress=False).data.df.to_dict("list") == {
        "_position_index": [0, 1, 2]
    }


def test_types_come_back_as_they_were_given(components: str) -> None:
    given = pa.table(
        {
            "text": ["a", None, "c"],
            "big": pa.array([2**40 + 7, None, -1], pa.int64()),
            "yes": pa.array([True, None, False]),
            "list": pa.array([["x"], [], None], pa.list_(pa.string())),
            "when": pa.array([0, 1, None], pa.timestamp("us", tz="Europe/Paris")),
            "kind": pa.array(["u", "v", "u"]).dictionary_encode(),
        }
    )
    typed = AtlasDataset("typed")
    typed.add_data(given)
    view = typed.create_index(indexed_field="text", progress=False).data
    assert view.tb.select(given.column_names).to_pylist() == given.to_pylist()
    assert view.tb.schema.field("big").type == pa.int64()
    assert view.tb.schema.field("when").type == pa.timestamp("us", tz="Europe/Paris")


def test_some_columns_can_be_chosen(made: AtlasProjection) -> None:
    view = AtlasMapData(made, fields=["n"])
    assert view.fields == ["n"]
    assert view.df.columns.tolist() == ["id", "n"]
    assert AtlasMapData(made, fields=["n", "id"]).df.columns.tolist() == ["id", "n"]
    assert AtlasMapData(made, fields=[]).df.columns.tolist() == ["id"]


def test_a_column_that_is_not_there_is_named_with_the_nearest(made: AtlasProjection) -> None:
    with pytest.raises(AtlasValueError, match="no column 'txt', did you mean 'text'"):
        AtlasMapData(made, fields=["txt"])


def test_rows_that_were_deleted_since_are_hidden(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.delete_data(["r0", "r4"])
    left = ["r1", "r2", "r3", "r5", "r6"]
    for view in (made.data, made.embeddings, made.topics, made.duplicates):
        assert view.tb["id"].to_pylist() == left


def test_rows_that_are_deleted_after_a_first_look_are_hidden_too(dataset: AtlasDataset, made: AtlasProjection) -> None:
    looked = (made.data, made.embeddings, made.topics, made.duplicates)
    assert {view.tb.num_rows for view in looked} == {7}
    dataset.delete_data(["r0"])
    assert [view.tb.num_rows for view in (made.data, made.embeddings, made.topics, made.duplicates)] == [6] * 4
    assert made.embeddings.latent.shape == (6, 32)


def test_rows_that_came_later_are_not_on_the_map(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.add_data([{"id": "new", "text": "new", "n": 7, "extra": 1.5}])
    assert made.data.tb.num_rows == 7
    assert "extra" not in made.data.tb.column_names
    assert made.schema.names == ["id", "text", "n"]


def test_a_view_says_what_it_is(made: AtlasProjection) -> None:
    assert repr(made.data) == "AtlasMapData('Sample', 7 rows)"
    assert isinstance(made.data.df, pd.DataFrame)


def test_the_views_of_an_unfinished_map_say_so(dataset: AtlasDataset) -> None:
    ghost = AtlasProjection(dataset, dataset._store, "nothing")
    with pytest.raises(NotReadyError, match="does not exist"):
        AtlasMapData(ghost)
