from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, configure, registries
from localatlas.errors import AtlasTypeError, AtlasValueError, InvalidDataError, NotReadyError, RowNotFoundError
from localatlas.indices import AtlasProjection
from localatlas.protocols import ComponentOptions, Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from reference import Exhaustive


def directions(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def vectors(components: str) -> AtlasDataset:
    """Six vectors of the user's own: rows 0, 2 and 4 are one direction, two of them the same vector."""
    rows = np.array([[2, 0, 0], [0, 3, 0], [2, 0, 0], [0, 0, 1], [4, 0, 0], [1, 1, 0]], np.float32)
    made = AtlasDataset("vectors", unique_id_field="key")
    made.add_data([{"key": row} for row in range(6)], embeddings=rows)
    return made


def test_places_have_an_id_and_two_float32_columns(made: AtlasProjection) -> None:
    frame = made.embeddings.projected
    assert frame.columns.tolist() == ["id", "x", "y"]
    assert frame.equals(made.embeddings.df)
    assert [str(kind) for kind in frame.dtypes[1:]] == ["float32", "float32"]
    assert frame["id"].tolist() == [f"r{row}" for row in range(7)]
    assert np.isfinite(frame[["x", "y"]].to_numpy()[:6]).all()
    assert frame.iloc[6, 1:].isna().all(), "a blank row has no place"
    assert made.embeddings.tb["x"].null_count == 1


def test_vectors_stand_in_the_order_of_the_places(made: AtlasProjection) -> None:
    latent = made.embeddings.latent
    assert latent.shape == (7, 32)
    assert latent.dtype == np.float32
    assert np.array_equal(latent[0], latent[2])
    assert np.isnan(latent[6]).all()
    np.testing.assert_allclose(np.linalg.norm(latent[:6], axis=1), 1, rtol=1e-6)


def test_given_vectors_come_back_as_given(vectors: AtlasDataset) -> None:
    made = vectors.create_index(topic_model=False, progress=False)
    assert made.embeddings.latent[:, 0].tolist() == [2, 0, 2, 0, 4, 1]
    vectors.delete_data([0])
    assert vectors.maps[-1].embeddings.latent[:, 0].tolist() == [0, 2, 0, 4, 1]


def test_a_row_finds_itself_first_then_its_copies(made: AtlasProjection) -> None:
    ids, distances = made.embeddings.vector_search(ids=["r2", "r5"], k=3)
    assert ids[0][:2] == ["r2", "r0"]
    assert ids[1][0] == "r5"
    assert [row[0] for row in distances] == [0.0, 0.0]
    assert distances[0][1] == pytest.approx(0, abs=1e-6)
    assert all(row == sorted(row) for row in distances)


def test_distances_are_those_of_the_vectors(made: AtlasProjection) -> None:
    latent = made.embeddings.latent[:6].astype(np.float64)
    (ids,), (distances,) = made.embeddings.vector_search(ids=["r3"], k=6)
    rows = [int(name[1:]) for name in ids]
    np.testing.assert_allclose(distances, 1 - latent[rows] @ latent[3], atol=1e-6)
    assert sorted(rows) == [0, 1, 2, 3, 4, 5], "every placed row, once"


def test_queries_find_rows_of_their_direction_whatever_their_length(vectors: AtlasDataset) -> None:
    made = vectors.create_index(topic_model=False, progress=False)
    ids, distances = made.embeddings.vector_search(queries=[[7.0, 0, 0], [0, 0.01, 0]], k=3)
    assert [set(row) for row in ids] == [{0, 2, 4}, {1, 5, ids[1][2]}]
    assert ids[1][0] == 1
    np.testing.assert_allclose(distances[0], 0, atol=1e-6)
    np.testing.assert_allclose(distances[1][:2], [0, 1 - np.sqrt(0.5)], atol=1e-6)


def test_a_query_without_a_direction_is_as_far_from_everything(vectors: AtlasDataset) -> None:
    made = vectors.create_index(topic_model=False, progress=False)
    assert made.embeddings.vector_search(queries=np.zeros((1, 3)), k=2)[1] == [[1.0, 1.0]]


def test_more_than_there_are_gives_all_that_have_a_vector(made: AtlasProjection) -> None:
    (ids,), (distances,) = made.embeddings.vector_search(ids=["r1"], k=100)
    assert sorted(ids) == ["r0", "r1", "r2", "r3", "r4", "r5"]
    assert len(distances) == 6


@pytest.mark.parametrize("form", [list, tuple, pa.array])
def test_ids_are_taken_as_get_data_takes_them(made: AtlasProjection, form: Any) -> None:
    assert made.embeddings.vector_search(ids=form(["r1"]), k=1)[0] == [["r1"]]


def test_nothing_asked_gives_nothing(made: AtlasProjection) -> None:
    assert made.embeddings.vector_search(ids=[]) == ([], [])


def test_rows_that_were_deleted_are_not_found(dataset: AtlasDataset, made: AtlasProjection) -> None:
    (before,), _ = made.embeddings.vector_search(ids=["r3"], k=6)
    dataset.delete_data([before[1], "r0"])
    later = dataset.maps[0].embeddings
    (ids,), (distances,) = later.vector_search(ids=["r3"], k=6)
    assert ids == [name for name in before if name not in (before[1], "r0")]
    assert len(distances) == len(ids)
    # As many as asked, although a deleted row's vector is nearer.
    assert len(later.vector_search(ids=["r3"], k=3)[0][0]) == 3


def test_one_of_several_copies_can_be_deleted(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.delete_data(["r0"])
    assert dataset.maps[0].embeddings.vector_search(ids=["r2"], k=1)[0] == [["r2"]]


def test_a_deleted_row_is_no_start(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.delete_data(["r0"])
    with pytest.raises(RowNotFoundError, match="'r0'"):
        dataset.maps[0].embeddings.vector_search(ids=["r0"])


@pytest.mark.parametrize(("ids", "named"), [(["r6"], "'r6'"), (["r0", "x"], "'x'")])
def test_a_row_without_a_vector_is_no_start(made: AtlasProjection, ids: list[str], named: str) -> None:
    with pytest.raises(RowNotFoundError, match=f"no vector for the ids {named}"):
        made.embeddings.vector_search(ids=ids)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, AtlasValueError, "either queries"),
        ({"queries": np.zeros((1, 32)), "ids": ["r0"]}, AtlasValueError, "not both"),
        ({"ids": ["r0"], "k": 0}, AtlasValueError, "k=0: it must be a whole number, at least 1"),
        ({"queries": np.zeros((1, 3))}, InvalidDataError, "32"),
        ({"queries": np.zeros(32)}, InvalidDataError, "dimension"),
        ({"queries": np.full((1, 32), np.nan)}, InvalidDataError, "NaN"),
        ({"queries": "apple pie"}, AtlasTypeError, "str"),
        ({"queries": 5}, AtlasTypeError, "int"),
        ({"ids": "r0"}, AtlasTypeError, "list of ids"),
        ({"ids": 5}, AtlasTypeError, "list of ids"),
    ],
)
def test_what_cannot_be_searched_for(
    made: AtlasProjection, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        made.embeddings.vector_search(**arguments)


class Silent:
    """Finds neighbours, and cannot search."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def build(self, vectors: Any, k: int, metric: Metric, context: Context) -> NeighborGraph:
        return Exhaustive(self.options).build(vectors, k, metric, context)


def test_a_finder_that_cannot_search_is_named(dataset: AtlasDataset) -> None:
    registries.neighbors.register("silent", Silent)
    configure(neighbors="silent")
    made = dataset.create_index(indexed_field="text", progress=False)
    with pytest.raises(NotReadyError, match=r"'silent' .*does not search"):
        made.embeddings.vector_search(ids=["r0"])
