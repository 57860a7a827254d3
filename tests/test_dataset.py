from __future__ import annotations

import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.errors import (
    AtlasTypeError,
    AtlasValueError,
    DatasetLockedError,
    DatasetNotFoundError,
    InvalidDataError,
    InvalidIdentifierError,
    InvalidOptionError,
    MapNotFoundError,
    RowNotFoundError,
)


def test_a_dataset_is_created_once_and_loaded_afterwards(components: str) -> None:
    made = AtlasDataset("My Reviews", description="of tea", unique_id_field="id")
    again = AtlasDataset("my-reviews")
    assert made.id == again.id
    assert again.identifier == "local/my-reviews"
    assert (again.name, again.slug, again.description) == ("My Reviews", "my-reviews", "of tea")
    assert again.id_field == "id"
    assert again.is_public
    assert again.created_timestamp.tzinfo is not None
    assert AtlasDataset(dataset_id=made.id).identifier == made.identifier
    assert AtlasDataset.load("My Reviews").id == made.id
    assert again.home == components


def test_a_new_description_is_kept_and_the_default_one_changes_nothing(components: str) -> None:
    AtlasDataset("reviews", description="of tea")
    assert AtlasDataset("reviews").description == "of tea"
    assert AtlasDataset("reviews", description="of coffee").description == "of coffee"
    assert AtlasDataset("reviews").description == "of coffee"


def test_privacy_is_kept_unless_it_is_said(components: str) -> None:
    assert AtlasDataset("open").is_public
    assert not AtlasDataset("closed", is_public=False).is_public
    assert not AtlasDataset("closed").is_public
    assert not AtlasDataset.load("closed").is_public
    assert AtlasDataset("closed", is_public=True).is_public
    assert AtlasDataset("closed").is_public


def test_what_is_given_with_an_id_is_not_ignored(components: str) -> None:
    made = AtlasDataset("reviews", unique_id_field="id")
    again = AtlasDataset(dataset_id=made.id, description="of tea", is_public=False)
    assert (again.description, again.is_public) == ("of tea", False)
    assert AtlasDataset("reviews").description == "of tea"
    with pytest.raises(InvalidOptionError, match=r"unique_id_field='key'.*exists with 'id'"):
        AtlasDataset(dataset_id=made.id, unique_id_field="key")


def test_the_count_of_rows_is_never_stale(dataset: AtlasDataset) -> None:
    other = AtlasDataset("sample")
    other.add_data([{"id": "z", "text": "x", "n": 1}])
    assert dataset.total_datums == 8
    dataset.delete_data(["z"])
    assert other.total_datums == 7


def test_another_id_field_is_refused(components: str) -> None:
    AtlasDataset("reviews", unique_id_field="id")
    with pytest.raises(InvalidOptionError, match=r"unique_id_field='key'.*exists with 'id'"):
        AtlasDataset("reviews", unique_id_field="key")


def test_names_and_ids_that_lead_nowhere(components: str) -> None:
    with pytest.raises(InvalidIdentifierError, match="needs an identifier"):
        AtlasDataset()
    with pytest.raises(InvalidIdentifierError, match="not a valid dataset id"):
        AtlasDataset(dataset_id="reviews")
    with pytest.raises(DatasetNotFoundError, match="has the id"):
        AtlasDataset(dataset_id=str(uuid.uuid4()))
    with pytest.raises(DatasetNotFoundError, match=r"no dataset 'local/reviews'.*none"):
        AtlasDataset.load("reviews")


def test_a_new_dataset_is_empty(components: str) -> None:
    empty = AtlasDataset("empty")
    assert empty.total_datums == 0
    assert empty.schema is empty.modality is None
    assert empty.dataset_fields == empty.indices == empty.maps == []
    assert empty.get_data([]) == []
    assert str(empty) == repr(empty) == "AtlasDataset('local/empty', 0 rows, 0 maps)"
    with pytest.raises(InvalidDataError, match="no rows to map"):
        empty.create_index(indexed_field="text")
    with pytest.raises(MapNotFoundError, match="no maps built"):
        empty.get_map()


def test_rows_come_back_by_id_in_the_order_asked(dataset: AtlasDataset) -> None:
    assert dataset.total_datums == 7
    assert dataset.dataset_fields == ["id", "text", "n"]
    assert dataset.modality == "text"
    rows = dataset.get_data(["r3", "r0"])
    assert rows == [{"id": "r3", "text": "slow river boat", "n": 3}, {"id": "r0", "text": "red apple pie", "n": 0}]


def test_without_an_id_field_rows_are_known_by_position(components: str) -> None:
    plain = AtlasDataset("plain")
    plain.add_data(pd.DataFrame({"text": ["a", "b", "c"]}))
    plain.delete_data([2])
    plain.add_data(pd.DataFrame({"text": ["d"]}))
    assert plain.get_data([3, 0]) == [{"_position_index": 3, "text": "d"}, {"_position_index": 0, "text": "a"}]


@pytest.mark.parametrize("ids", ["r0", {"r0"}, 5, {"r0": 1}, b"r0", None])
def test_ids_must_be_a_list(dataset: AtlasDataset, ids: object) -> None:
    with pytest.raises(AtlasTypeError, match="must be a list of ids"):
        dataset.get_data(ids)  # type: ignore[arg-type]


def test_ids_of_another_type_are_refused(dataset: AtlasDataset) -> None:
    with pytest.raises(AtlasValueError, match="id column's type string, not 0"):
        dataset.get_data([0])


def test_a_missing_id_is_named(dataset: AtlasDataset) -> None:
    with pytest.raises(RowNotFoundError, match="no row with id 'r99'"):
        dataset.get_data(["r0", "r99"])
    with pytest.raises(RowNotFoundError, match="'r99'; nothing was deleted"):
        dataset.delete_data(["r0", "r99"])
    assert dataset.total_datums == 7


def test_deleting_rows(dataset: AtlasDataset) -> None:
    assert dataset.delete_data(["r0", "r1"])
    assert dataset.total_datums == 5
    assert dataset.delete_data([])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "needs data"),
        (pd.DataFrame(), "0 rows and 0 columns"),
        ([{"id": "r0", "text": "x"}], "ids that are in the dataset already \\(1\\): 'r0'; nothing was added"),
        ([{"id": "a", "text": "x"}, {"id": "a", "text": "y"}], "'a'"),
        ([{"id": None, "text": "x"}], "null"),
        ([{"id": "x" * 37, "text": "x"}], "36"),
        ([{"text": "x"}], "'id'"),
        ([{"id": "z", "_secret": 1}], "_secret"),
    ],
)
def test_a_bad_batch_is_refused_and_nothing_is_written(dataset: AtlasDataset, data: object, words: str) -> None:
    with pytest.raises((InvalidDataError, AtlasTypeError), match=words):
        dataset.add_data(data)
    assert dataset.total_datums == 7


@pytest.mark.parametrize(
    ("embeddings", "words"),
    [
        (np.array([[1, np.nan], [0, 1]]), "NaN"),
        (np.array([[1, np.inf], [0, 1]]), "inf"),
        (np.ones((3, 2)), "3"),
        (np.ones(2), "dimension|2-D|two"),
    ],
)
def test_bad_embeddings_are_refused_and_nothing_is_written(components: str, embeddings: np.ndarray, words: str) -> None:
    made = AtlasDataset("vectors")
    with pytest.raises(InvalidDataError, match=words):
        made.add_data([{"a": 1}, {"a": 2}], embeddings=embeddings)
    assert made.total_datums == 0


def test_embeddings_make_a_dataset_of_embeddings(components: str) -> None:
    made = AtlasDataset("vectors")
    made.add_data([{"a": 1}, {"a": 2}], embeddings=[[1.0, 0.0], [0.0, 1.0]])
    assert made.modality == "embedding"
    assert made.dataset_fields == ["a"]
    with pytest.raises(InvalidDataError, match="holds embeddings, and new rows"):
        made.add_data([{"a": 3}])
    with pytest.raises(InvalidDataError, match=r"width|2"):
        made.add_data([{"a": 3}], embeddings=[[1.0, 0.0, 0.0]])
    assert made.total_datums == 2


def test_embeddings_need_no_data(components: str) -> None:
    made = AtlasDataset("bare")
    made.add_data(embeddings=np.eye(3, dtype=np.float32))
    assert made.total_datums == 3
    with pytest.raises(InvalidDataError, match="data is missing"):
        AtlasDataset("named", unique_id_field="id").add_data(embeddings=np.eye(3))


def test_a_text_dataset_takes_no_embeddings_later(dataset: AtlasDataset) -> None:
    with pytest.raises(InvalidDataError, match="begun without embeddings"):
        dataset.add_data([{"id": "z", "text": "x", "n": 1}], embeddings=[[1.0, 2.0]])


def test_a_dataset_without_images_takes_none_later(dataset: AtlasDataset) -> None:
    with pytest.raises(InvalidDataError, match="row 0"):
        dataset.add_data([{"id": "z", "text": "x", "n": 1}], blobs=[b"x"])


def test_a_later_batch_may_bring_a_column(dataset: AtlasDataset) -> None:
    dataset.add_data([{"id": "z", "text": "x", "n": 1, "extra": 2.5}])
    assert dataset.get_data(["z", "r0"])[0]["extra"] == 2.5
    assert dataset.get_data(["r0"])[0]["extra"] is None


def test_columns_of_nulls_are_told_of(components: str) -> None:
    made = AtlasDataset("nulls")
    with pytest.warns(UserWarning, match="'empty' hold nothing but nulls"):
        made.add_data([{"text": "x", "empty": None}])
    assert made.dataset_fields == ["text"]


def test_the_lock_is_told_truly_and_waited_for(dataset: AtlasDataset) -> None:
    assert dataset.is_accepting_data
    with dataset._store.lock():
        assert dataset.is_locked
        with pytest.raises(DatasetLockedError, match="still busy"):
            dataset.wait_for_dataset_lock(timeout=0)
    with dataset.wait_for_dataset_lock(timeout=5) as waited:
        # Not held: rows can be added inside.
        waited.add_data([{"id": "z", "text": "x", "n": 1}])
    assert dataset.total_datums == 8


def test_a_progress_bar_counts_rows(dataset: AtlasDataset) -> None:
    class Bar:
        total = 0

        def update(self, rows: int) -> None:
            self.total += rows

    bar = Bar()
    dataset.add_data([{"id": "z", "text": "x", "n": 1}], pbar=bar)
    assert bar.total == 1


def test_scanning_gives_the_users_columns_in_upload_order(dataset: AtlasDataset) -> None:
    table = pa.Table.from_batches(list(dataset.scan()))
    assert table.column_names == ["id", "text", "n"]
    assert table["n"].to_pylist() == list(range(7))
    assert pa.Table.from_batches(list(dataset.scan(["n"]))).column_names == ["n"]


def test_deleting_a_dataset(dataset: AtlasDataset) -> None:
    assert dataset.delete()
    with pytest.raises(DatasetNotFoundError):
        AtlasDataset.load("sample")
    with pytest.raises(DatasetNotFoundError):
        dataset.delete()


def test_many_small_batches_are_merged_and_maps_keep_their_rows(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    before = made.data.df
    for i in range(70):
        dataset.add_data([{"id": f"more{i}", "text": "x", "n": i}])
    assert dataset.total_datums == 77
    assert AtlasDataset("sample").maps[0].data.df.equals(before)


def test_ids_of_another_type_are_refused_by_column(dataset: AtlasDataset) -> None:
    with pytest.raises(InvalidDataError, match="'id'"):
        dataset.add_data([{"id": 1, "text": "x", "n": 1}])
    assert dataset.total_datums == 7
