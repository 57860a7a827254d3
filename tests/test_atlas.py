from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, NomicTopicOptions, atlas, projectors
from localatlas.errors import (
    AtlasTypeError,
    DatasetExistsError,
    DatasetNotFoundError,
    InvalidDataError,
    InvalidOptionError,
    PluginFailedError,
    UnknownPluginError,
)
from localatlas.home import Home
from localatlas.protocols import Context, Index, Layout
from reference import Principal

RECORDS = [{"id": f"k{row}", "text": f"word{row} word{row % 3}"} for row in range(5)]


@pytest.mark.parametrize(
    "form",
    [
        lambda: RECORDS,
        lambda: pd.DataFrame(RECORDS),
        lambda: pl.DataFrame(RECORDS),
        lambda: pa.Table.from_pylist(RECORDS),
        lambda: pa.Table.from_pylist(RECORDS).to_reader(),
        lambda: pa.RecordBatch.from_pylist(RECORDS),
    ],
    ids=["list of dicts", "pandas", "polars", "table", "reader", "batch"],
)
def test_every_form_of_rows_becomes_a_map(components: str, form: Callable[[], Any]) -> None:
    made = atlas.map_data(form(), identifier="rows", id_field="id", indexed_field="text", progress=False)
    assert isinstance(made, AtlasDataset)
    assert (made.identifier, made.id_field, made.total_datums) == ("local/rows", "id", 5)
    assert made.maps[0].name == "rows"
    assert made.maps[0].data.df["id"].tolist() == [record["id"] for record in RECORDS]
    assert made.maps[0].topics.depth == 2
    assert made.maps[0].duplicates.deletion_candidates() == []


def test_bare_vectors_become_a_map(components: str) -> None:
    with pytest.warns(UserWarning, match="no text is named") as told:
        made = atlas.map_data(embeddings=np.eye(4), identifier="bare", progress=False)
    assert len(told) == 1
    assert made.maps[0].embeddings.latent.tolist() == np.eye(4).tolist()


def test_vectors_win_over_the_text_which_names_the_topics(components: str) -> None:
    made = atlas.map_data(RECORDS, embeddings=np.eye(5), identifier="both", indexed_field="text", progress=False)
    assert made.modality == "embedding"
    assert made.maps[0].embeddings.latent.tolist() == np.eye(5).tolist()
    assert set(made.maps[0].topics.metadata["topic_description"]) == {"5 texts"}


def test_what_is_said_of_a_dataset_is_recorded(components: str) -> None:
    atlas.map_data(
        RECORDS, identifier="acme/said", description="of words", is_public=False, indexed_field="text", progress=False
    )
    again = AtlasDataset.load("acme/said")
    assert (again.description, again.is_public, again.id_field) == ("of words", False, None)


def test_the_options_reach_the_build(components: str) -> None:
    made = atlas.map_data(
        RECORDS,
        identifier="options",
        indexed_field="text",
        projection={"n_neighbors": 2},
        topic_model=False,
        duplicate_detection=None,
        seed=7,
        progress=False,
    )
    plan = made.maps[0].record[0].plan
    assert plan.projector.options["n_neighbors"] == 2
    assert (plan.seed, plan.topic_model, plan.duplicate_detector) == (7, None, None)


def test_a_name_is_made_up_when_none_is_given(components: str) -> None:
    names = {atlas.map_data(RECORDS, indexed_field="text", progress=False).slug for _ in range(3)}
    assert len(names) == 3
    for name in names:
        adjective, place, number = name.split("-")
        assert (adjective in atlas.ADJECTIVES, place in atlas.PLACES, len(number)) == (True, True, 4)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"data": RECORDS}, InvalidOptionError, "needs indexed_field"),
        ({"indexed_field": "text"}, InvalidDataError, "needs data, embeddings or blobs"),
        ({"data": 5, "indexed_field": "text"}, AtlasTypeError, "int is not taken"),
        ({"data": [], "indexed_field": "text"}, InvalidDataError, "at least one row"),
        ({"data": RECORDS, "indexed_field": "txt"}, InvalidOptionError, "did you mean 'text'"),
        ({"data": RECORDS, "indexed_field": "text", "projection": "umpa"}, UnknownPluginError, "did you mean 'umap'"),
        ({"data": RECORDS, "indexed_field": "text", "projection": {"scale": 0}}, InvalidOptionError, "scale=0"),
        ({"data": RECORDS, "indexed_field": "text", "embedding_model": "gpt"}, UnknownPluginError, "'gpt'"),
        ({"data": RECORDS, "indexed_field": "text", "topic_model": {"cluster_method": "x"}}, InvalidOptionError, "x"),
        ({"data": RECORDS, "indexed_field": "text", "duplicate_detection": 5}, AtlasTypeError, "int"),
        ({"data": RECORDS, "indexed_field": "text", "id_field": "key"}, InvalidDataError, "'key'"),
        ({"data": [{"id": "a", "text": "x"}] * 2, "indexed_field": "text", "id_field": "id"}, InvalidDataError, "'a'"),
        ({"data": [{"_x": "a", "text": "x"}], "indexed_field": "text"}, InvalidDataError, "_x"),
        ({"data": RECORDS, "embeddings": np.eye(4)}, InvalidDataError, "4"),
        ({"embeddings": np.full((2, 2), np.nan)}, InvalidDataError, "NaN"),
        ({"embeddings": (row for row in np.eye(2))}, AtlasTypeError, "generator"),
        ({"embeddings": 5}, AtlasTypeError, "int"),
        ({"embeddings": np.empty((0, 3))}, InvalidDataError, "at least one row"),
        ({"blobs": []}, InvalidDataError, "at least one row"),
        ({"blobs": [b"x"]}, InvalidDataError, "row 0"),
        ({"blobs": b"x"}, AtlasTypeError, "list"),
        ({"data": RECORDS, "blobs": [b"x"] * 4}, InvalidDataError, "4 blobs for 5 rows"),
        ({"data": RECORDS, "indexed_field": "text", "modality": "sound"}, InvalidOptionError, "'sound'"),
        ({"data": RECORDS, "indexed_field": "text", "modality": "embedding"}, InvalidOptionError, "no embeddings"),
        ({"data": RECORDS, "indexed_field": "text", "modality": "image"}, InvalidOptionError, "no images"),
    ],
)
def test_a_call_that_cannot_be_leaves_no_dataset(
    components: str, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        atlas.map_data(**{"topic_model": False, **arguments}, identifier="never", progress=False)
    assert Home().records() == []


def test_an_empty_dataset_of_the_users_is_filled(components: str) -> None:
    mine = AtlasDataset("mine", description="made before")
    made = atlas.map_data(RECORDS, identifier="mine", indexed_field="text", progress=False)
    assert (made.id, made.description, made.total_datums) == (mine.id, "made before", 5)


def test_an_empty_dataset_of_the_users_outlives_a_failure(components: str) -> None:
    mine = AtlasDataset("mine", unique_id_field="id")
    with pytest.raises(InvalidDataError, match="36"):
        atlas.map_data(
            [{"id": "x" * 40, "text": "a"}],
            identifier="mine",
            description="of something else",
            is_public=False,
            indexed_field="text",
            progress=False,
        )
    kept = AtlasDataset.load("mine")
    assert (kept.id, kept.description, kept.is_public) == (mine.id, mine.description, mine.is_public)


def test_a_dataset_with_rows_is_refused_and_unharmed(dataset: AtlasDataset) -> None:
    with pytest.raises(DatasetExistsError, match=r"local/sample has 7 rows already.*add_data.*create_index"):
        atlas.map_data(RECORDS, identifier="sample", indexed_field="text", progress=False)
    assert dataset.total_datums == 7
    assert dataset.maps == []


@pytest.mark.parametrize("stopped_by", [KeyboardInterrupt, MemoryError, OSError])
def test_a_dataset_that_could_not_be_filled_is_removed(
    components: str, monkeypatch: pytest.MonkeyPatch, stopped_by: type[BaseException]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise stopped_by

    monkeypatch.setattr(atlas, "add_batch", stop)
    with pytest.raises(stopped_by):
        atlas.map_data(RECORDS, identifier="half", indexed_field="text", progress=False)
    with pytest.raises(DatasetNotFoundError):
        AtlasDataset.load("half")


class Broken(Principal):
    def project(self, index: Index, context: Context) -> Layout:
        raise ZeroDivisionError("no luck")


def test_rows_that_were_taken_are_kept_when_the_build_fails(components: str) -> None:
    projectors.register("broken", Broken)
    with pytest.raises(PluginFailedError, match="no luck") as caught:
        atlas.map_data(RECORDS, identifier="kept", indexed_field="text", projection="broken", progress=False)
    assert caught.value.__notes__ == [
        "the rows are safe in the dataset local/kept; create_index(...) on it tries again"
    ]
    kept = AtlasDataset.load("kept")
    assert kept.total_datums == 5
    assert kept.create_index(indexed_field="text", progress=False).status == "done"


def test_rows_are_kept_when_the_build_is_interrupted(components: str) -> None:
    def stop(stage: str, fraction: float, overall: float, message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atlas.map_data(RECORDS, identifier="kept", indexed_field="text", progress=stop)
    assert AtlasDataset.load("kept").total_datums == 5


def test_what_no_other_process_knows_cannot_be_left_to_one(components: str) -> None:
    with pytest.raises(InvalidOptionError, match="wait=False builds in another process"):
        atlas.map_data(RECORDS, identifier="later", indexed_field="text", wait=False)


@pytest.mark.parametrize(
    "topics", [True, {}, {"build_topic_model": True}, NomicTopicOptions(), "nomic-topic", {"topic_label_field": "text"}]
)
@pytest.mark.parametrize("vectors", [None, np.eye(5)], ids=["text", "vectors"])
def test_topics_of_every_form_are_named_by_the_indexed_field(components: str, topics: Any, vectors: Any) -> None:
    made = atlas.map_data(
        RECORDS, embeddings=vectors, identifier="named", indexed_field="text", topic_model=topics, progress=False
    )
    assert made.maps[0].record[0].plan.label_field == "text"
    assert set(made.maps[0].topics.metadata["topic_description"]) == {"5 texts"}


@pytest.mark.parametrize("off", [False, None, NomicTopicOptions(build_topic_model=False)])
def test_topics_may_be_left_out(components: str, off: Any) -> None:
    made = atlas.map_data(RECORDS, identifier="off", indexed_field="text", topic_model=off, progress=False)
    assert made.maps[0].record[0].plan.topic_model is None


def test_a_model_is_refused_for_vectors_of_ones_own(components: str) -> None:
    with pytest.raises(InvalidOptionError, match="the rows have vectors of their own; leave it out"):
        atlas.map_data(RECORDS, embeddings=np.eye(5), embedding_model="use-multilingual-v3", progress=False)
    assert Home().records() == []


def test_rows_keep_their_types(components: str) -> None:
    frame = pd.DataFrame(
        {
            "text": ["a b", None, ""],
            "whole": pd.array([1, None, 2**60], dtype="Int64"),
            "kind": pd.Categorical(["u", None, "v"]),
            "real": [0.1, float("nan"), 1.0],
        }
    )
    made = atlas.map_data(frame, identifier="typed", indexed_field="text", topic_model=False, progress=False)
    back = made.maps[0].data.tb
    assert back["text"].to_pylist() == ["a b", None, ""]
    assert back["whole"].to_pylist() == [1, None, 2**60]
    assert back["kind"].to_pylist() == ["u", None, "v"]
    assert back["real"].null_count == 0


def test_a_made_up_name_that_is_taken_is_not_used(components: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = AtlasDataset("taken-name-0001")
    names = iter(["taken-name-0001", "taken-name-0001", "free-name-0002"])
    monkeypatch.setattr(atlas, "_pleasant_name", lambda: next(names))
    made = atlas.map_data(RECORDS, indexed_field="text", topic_model=False, progress=False)
    assert made.slug == "free-name-0002"
    assert mine.total_datums == 0


def test_of_two_that_fill_one_dataset_at_once_one_is_refused(components: str) -> None:
    barrier = threading.Barrier(2)
    ended: list[str] = []

    def fill(word: str) -> None:
        barrier.wait()
        try:
            rows = [{"text": f"{word} {row}"} for row in range(20)]
            atlas.map_data(rows, identifier="one", indexed_field="text", topic_model=False, progress=False)
            ended.append(word)
        except DatasetExistsError:
            ended.append("refused")

    threads = [threading.Thread(target=fill, args=(word,)) for word in ("red", "blue")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "refused" in ended
    (word,) = set(ended) - {"refused"}
    kept = AtlasDataset.load("one")
    assert [row["text"] for row in kept.get_data(list(range(20)))] == [f"{word} {row}" for row in range(20)]
    assert kept.total_datums == 20


def test_rows_are_not_read_for_a_dataset_that_is_full(dataset: AtlasDataset) -> None:
    def rows() -> Any:
        raise AssertionError

    reader = pa.RecordBatchReader.from_batches(pa.schema([("text", pa.string())]), (rows() for _ in range(1)))
    with pytest.raises(DatasetExistsError, match="has 7 rows"):
        atlas.map_data(reader, identifier="sample", id_field="id", indexed_field="text", progress=False)
