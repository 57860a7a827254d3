from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from localatlas import AtlasDataset
from localatlas.data_inference import (
    NomicDuplicatesOptions,
    NomicEmbedOptions,
    NomicTopicOptions,
    ProjectionOptions,
)
from localatlas.errors import (
    AtlasTypeError,
    IndexNotFoundError,
    InvalidDataError,
    InvalidOptionError,
    MapNotFoundError,
    ModelNotAvailableError,
    NotReadyError,
    RowNotFoundError,
    UnknownPluginError,
)
from localatlas.protocols import ComponentOptions
from reference import Copies, CountedWords, Numbers, Principal, Quadrants


def test_a_map_is_ready_when_the_call_returns(dataset: AtlasDataset) -> None:
    made = dataset.create_index(name="first", indexed_field="text", progress=False)
    assert made.status == "done"
    assert made.error is None
    assert made.name == "first"
    assert [stage.stage for stage in made.stages] == [
        "snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages", "commit"
    ][: len(made.stages)]  # fmt: skip
    assert [each.id for each in dataset.maps] == [made.id]
    assert dataset.get_map().id == dataset.get_map("first").id == made.id
    assert dataset.get_map(atlas_index_id=made.atlas_index_id).id == made.id
    assert dataset.get_map(projection_id=made.id).id == made.id
    assert dataset.projections[0].map_link == f"localatlas://local/sample/{made.id}"
    assert "first" in str(dataset)
    assert repr(dataset.indices[0]) == "AtlasIndex('first', 1 maps)"
    assert "done" in repr(made)


def test_the_same_call_makes_a_new_map_with_the_same_places(dataset: AtlasDataset) -> None:
    first = dataset.create_index(indexed_field="text", progress=False)
    second = dataset.create_index(indexed_field="text", progress=False)
    assert first.id != second.id
    assert [each.id for each in dataset.maps] == [first.id, second.id]
    assert first.embeddings.projected.equals(second.embeddings.projected)
    assert all(stage.kept for stage in second.stages if stage.stage in ("embed", "neighbors", "layout"))
    with pytest.raises(MapNotFoundError, match="multiple maps"):
        dataset.get_map()
    with pytest.raises(ValueError, match="no map for name 'x'"):
        dataset.get_map("x")


def test_new_rows_cost_only_themselves(dataset: AtlasDataset, tmp_path: Any) -> None:
    log = tmp_path / "log"
    embedder = CountedWords(CountedWords.Options(log=str(log)))
    dataset.create_index(indexed_field="text", embedding_model=embedder, progress=False)
    assert len(log.read_text().splitlines()) == 5
    dataset.add_data([{"id": "z", "text": "new words", "n": 9}])
    dataset.create_index(indexed_field="text", embedding_model=embedder, progress=False)
    assert log.read_text().splitlines()[5:] == ["new words"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"indexed_field": "txet"}, InvalidOptionError, "no such column, did you mean 'text'"),
        ({}, InvalidOptionError, "needs indexed_field"),
        ({"indexed_field": "n"}, InvalidOptionError, "of type int64; it must hold text"),
        ({"projection": "umpa"}, UnknownPluginError, "did you mean 'umap'"),
        ({"projection": True}, InvalidOptionError, "projection=True"),
        ({"projection": False}, InvalidOptionError, "projection=False"),
        ({"projection": 5}, AtlasTypeError, "projection is of type int"),
        ({"projection": {"n_neighbours": 5}}, InvalidOptionError, "'n_neighbours', did you mean 'n_neighbors'"),
        ({"projection": {"n_neighbors": "x"}}, InvalidOptionError, "n_neighbors='x'"),
        ({"projection": ProjectionOptions(n_neighbors=1)}, InvalidOptionError, "at least 2"),
        ({"embedding_model": "nomic-embed-text-v1.5"}, ModelNotAvailableError, "nomic-embed-text-v1.5"),
        ({"embedding_model": True}, InvalidOptionError, "embedding_model=True"),
        ({"topic_model": "nomic-topc"}, UnknownPluginError, "did you mean 'nomic-topic'"),
        ({"topic_model": {"cluster_method": "slow"}}, InvalidOptionError, "only 'fast'"),
        ({"topic_model": {"topic_label_field": "txt"}}, InvalidOptionError, "topic_label_field='txt'"),
        ({"duplicate_detection": {"duplicate_cutoff": 3}}, InvalidOptionError, "at most 2"),
        ({"modality": "sound"}, InvalidOptionError, "modality='sound'"),
        ({"modality": "embedding"}, InvalidOptionError, "holds no embeddings"),
        ({"modality": "image"}, InvalidOptionError, "holds no images"),
        ({"reuse_embeddings_from_index": "x"}, IndexNotFoundError, "no index of this name"),
    ],
)
def test_a_bad_request_is_refused_before_anything_is_written(
    dataset: AtlasDataset, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    before = dataset._store.objects()
    if arguments and "indexed_field" not in arguments:
        arguments = {"indexed_field": "text", **arguments}
    with pytest.raises(error, match=words):
        dataset.create_index(**arguments, progress=False)
    assert dataset._store.objects() == before


@pytest.mark.parametrize(
    "projection",
    [
        None,
        "umap",
        {"model": "umap", "n_neighbors": 3},
        ProjectionOptions(n_neighbors=3),
        ProjectionOptions(model="umap", scale=2.0),
        Principal.Options(n_neighbors=3),
        Principal(Principal.Options()),
    ],
)
def test_every_form_of_a_projection_is_taken(dataset: AtlasDataset, projection: Any) -> None:
    assert dataset.create_index(indexed_field="text", projection=projection, progress=False).status == "done"


@pytest.mark.parametrize(
    ("topic_model", "topics"),
    [
        (None, False),
        (False, False),
        (NomicTopicOptions(build_topic_model=False), False),
        (True, True),
        ("nomic-topic", True),
        ({"topic_label_field": "text"}, True),
        (NomicTopicOptions(labeler="phrases", enforce_topic_hierarchy=True), True),
        (NomicTopicOptions(labeler=Numbers(ComponentOptions())), True),
        (Quadrants(ComponentOptions()), True),
    ],
)
def test_every_form_of_topics_is_taken(dataset: AtlasDataset, topic_model: Any, topics: bool) -> None:
    made = dataset.create_index(indexed_field="text", topic_model=topic_model, progress=False)
    if topics:
        assert made.topics.depth == 2
    else:
        with pytest.raises(NotReadyError, match="topic modeling has not been run"):
            _ = made.topics


@pytest.mark.parametrize(
    ("detection", "found"),
    [
        (None, False),
        (False, False),
        (NomicDuplicatesOptions(tag_duplicates=False), False),
        (True, True),
        ("nomic-duplicates", True),
        ({"duplicate_cutoff": 0.2}, True),
        (NomicDuplicatesOptions(duplicate_cutoff=0.0), True),
        (Copies.Options(duplicate_cutoff=0.1), True),
        (Copies(Copies.Options()), True),
    ],
)
def test_every_form_of_duplicates_is_taken(dataset: AtlasDataset, detection: Any, found: bool) -> None:
    made = dataset.create_index(indexed_field="text", duplicate_detection=detection, progress=False)
    if found:
        assert made.duplicates.deletion_candidates() == ["r2"] or len(made.duplicates.deletion_candidates()) > 1
    else:
        with pytest.raises(NotReadyError, match="duplicate detection has not been run"):
            _ = made.duplicates


@pytest.mark.parametrize(
    "model",
    [None, "use-multilingual-v3", {"model": "use-multilingual-v3"}, NomicEmbedOptions(), CountedWords.Options()],
)
def test_every_form_of_an_embedder_is_taken(dataset: AtlasDataset, model: Any) -> None:
    made = dataset.create_index(indexed_field="text", embedding_model=model, progress=False)
    assert made.embeddings.latent.shape == (7, 32)


def test_fields_that_a_projector_lacks_give_a_warning(dataset: AtlasDataset) -> None:
    with pytest.warns(UserWarning, match="'umap' has no min_dist, rho: ignored"):
        dataset.create_index(indexed_field="text", projection=ProjectionOptions(min_dist=0.3, rho=0.5), progress=False)


def test_embeddings_are_reused_by_the_name_of_an_index(dataset: AtlasDataset) -> None:
    dataset.create_index(name="first", indexed_field="text", progress=False)
    with pytest.raises(IndexNotFoundError, match="there are: 'first'"):
        dataset.create_index(indexed_field="text", reuse_embeddings_from_index="frist", progress=False)
    second = dataset.create_index(indexed_field="text", reuse_embeddings_from_index="first", progress=False)
    assert next(stage for stage in second.stages if stage.stage == "embed").kept


def test_rows_that_are_all_blank_cannot_be_mapped(components: str) -> None:
    blank = AtlasDataset("blank")
    blank.add_data([{"text": ""}, {"text": " \n"}])
    with pytest.raises(InvalidDataError, match="all 2 rows are null or blank in 'text'"):
        blank.create_index(indexed_field="text", progress=False)


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_tiny_datasets_are_mapped(components: str, rows: int) -> None:
    tiny = AtlasDataset("tiny")
    tiny.add_data([{"text": f"word{i}"} for i in range(rows)])
    made = tiny.create_index(indexed_field="text", progress=False)
    assert len(made.embeddings.projected.dropna()) == rows


def test_given_vectors_win_over_the_indexed_field(components: str) -> None:
    made = AtlasDataset("vectors")
    made.add_data([{"text": f"t{i}"} for i in range(4)], embeddings=np.eye(4, dtype=np.float32) * 3)
    projection = made.create_index(indexed_field="text", progress=False)
    assert np.array_equal(projection.embeddings.latent, np.eye(4) * 3)
    assert projection.topics.metadata["topic_description"].unique().tolist() == ["4 texts"]


def test_vectors_without_a_text_are_warned_about(components: str) -> None:
    made = AtlasDataset("vectors")
    made.add_data(embeddings=np.eye(4, dtype=np.float32))
    with pytest.warns(UserWarning, match="no text is named"):
        made.create_index(progress=False)
    made.create_index(topic_model=False, progress=False)


def test_wait_false_refuses_what_only_this_process_knows(dataset: AtlasDataset) -> None:
    with pytest.raises(InvalidOptionError, match="wait=False builds in another process"):
        dataset.create_index(indexed_field="text", wait=False)


def test_progress_reaches_a_listener_and_a_bar(dataset: AtlasDataset, capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[tuple[str, float]] = []
    dataset.create_index(
        indexed_field="text", progress=lambda stage, fraction, overall, message: heard.append((stage, overall))
    )
    assert heard[-1] == ("commit", 1.0)
    assert [overall for _, overall in heard] == sorted(overall for _, overall in heard)
    dataset.create_index(name="bar", indexed_field="text")
    assert "commit" in capsys.readouterr().err


def test_an_interrupt_leaves_the_dataset_as_it_was(dataset: AtlasDataset) -> None:
    def stop(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage == "layout":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataset.create_index(indexed_field="text", progress=stop)
    assert dataset.maps == []
    made = dataset.create_index(indexed_field="text", progress=False)
    assert next(stage for stage in made.stages if stage.stage == "embed").kept


def test_a_build_can_be_cancelled(dataset: AtlasDataset) -> None:
    from localatlas.errors import BuildCancelled
    from localatlas.indices import AtlasProjection
    from localatlas.pipeline import jobs

    def cancel(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage == "neighbors":
            (job,) = jobs.jobs(dataset._store)
            AtlasProjection(dataset, dataset._store, job.map_id).cancel()

    with pytest.raises(BuildCancelled, match="cancelled during"):
        dataset.create_index(indexed_field="text", progress=cancel)
    assert jobs.jobs(dataset._store)[0].state == "cancelled"
    assert dataset.create_index(indexed_field="text", progress=False).status == "done"
    assert len(jobs.jobs(dataset._store)) == 1


def test_search_by_an_unknown_id(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    with pytest.raises(RowNotFoundError, match="'r99'"):
        made.embeddings.vector_search(ids=["r99"])


def test_the_metric_decides_whether_length_counts(components: str) -> None:
    vectors = np.array([[1, 0], [9, 0], [1, 1], [0, 5], [9, 1]], np.float32)
    dataset = AtlasDataset("vectors")
    dataset.add_data(embeddings=vectors)
    options = {"topic_model": False, "duplicate_detection": False, "progress": False}
    plain = dataset.create_index(**options)
    long = dataset.create_index(**options, metric="euclidean")
    assert plain.embeddings.vector_search(ids=[0], k=2)[0] == [[0, 1]]
    assert long.embeddings.vector_search(ids=[0], k=2)[0] == [[0, 2]]
    with pytest.raises(InvalidOptionError, match="metric='dot': it is one of 'cosine', 'euclidean'"):
        dataset.create_index(**options, metric="dot")


@pytest.mark.parametrize(("name", "words"), [("x" * 201, "201 characters"), ("\ud800", "half a character")])
def test_a_name_that_no_record_could_keep_is_refused(dataset: AtlasDataset, name: str, words: str) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        dataset.create_index(name=name, indexed_field="text", progress=False)
    assert not dataset.maps
