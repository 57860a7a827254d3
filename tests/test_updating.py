from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from localatlas import AtlasDataset, neighbors, projectors
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.pipeline.contracts import check_topics
from localatlas.protocols import ComponentOptions, Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from localatlas.registry import Entry
from numpy.typing import NDArray
from reference import CountedWords, Exhaustive, Placing, Principal
from updates import build, graph, points, rows


@pytest.fixture(autouse=True)
def _placing(components: str) -> None:
    """The projector that is used when none is named can place new rows."""
    projectors.register("umap", Placing)


@pytest.fixture
def notes(components: str) -> AtlasDataset:
    made = AtlasDataset("notes", unique_id_field="id")
    made.add_data(rows(0, 40))
    return made


def test_old_points_keep_their_places_and_topics_and_new_ones_are_there(notes: AtlasDataset) -> None:
    made = build(notes)
    before = points(made)
    notes.delete_data(["r3", "r4"])
    notes.add_data(rows(40, 50))
    notes.update_indices(progress=False)
    after = points(made)
    assert [each.id for each in notes.maps] == [made.id]
    assert [index.id for index in notes.indices] == [made.atlas_index_id]
    assert list(after) == [*[f"r{n}" for n in range(40) if n not in (3, 4)], *[f"r{n}" for n in range(40, 50)]]
    assert all(after[key] == before[key] for key in before if key in after)
    blank = [f"r{number}" for number in range(0, 50, 11)]
    assert all(topic is not None for key in after if key not in blank for topic in after[key][1])
    assert after["r44"] == (b"[None, None]", (None, None))
    assert made.data.df["id"].tolist() == list(after)


@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_and_goes_the_promises_hold(components: str, data: st.DataObject) -> None:
    dataset = AtlasDataset(uuid.uuid4().hex, unique_id_field="id")
    dataset.add_data(rows(1, 25))
    living, next_row = [f"r{n}" for n in range(1, 25)], 25
    made = build(dataset)
    for _ in range(data.draw(st.integers(1, 3))):
        before = points(made)
        gone = data.draw(st.lists(st.sampled_from(living), unique=True, max_size=len(living) - 4))
        dataset.delete_data(gone)
        living = [each for each in living if each not in gone]
        count = data.draw(st.integers(0, 12))
        if count:
            dataset.add_data(rows(next_row, next_row + count))
        living += [f"r{n}" for n in range(next_row, next_row + count)]
        next_row += count
        dataset.update_indices(progress=False)
        after = points(made)
        assert list(after) == living
        assert {key: after[key] for key in after if key in before} == {k: before[k] for k in before if k in after}
        check_version(dataset, made)


def check_version(dataset: AtlasDataset, made: AtlasProjection) -> None:
    """Hold an updated map against one that is made from scratch of the same rows."""
    fresh = build(dataset, name="fresh")
    for updated, scratch in zip(graph(made), graph(fresh), strict=True):
        assert np.array_equal(updated, scratch)
    assert made.duplicates.tb.equals(fresh.duplicates.tb)
    assert np.array_equal(made.embeddings.latent, fresh.embeddings.latent, equal_nan=True)
    topics = made.stored.topic_model
    assert topics is not None
    placed = (topics.assignment >= 0).all(axis=1)
    check_topics(Entry("topic model", "x", "", "1", "x:X"), _only(topics, placed), int(placed.sum()))
    sizes = {t: int((topics.assignment == t).any(axis=1).sum()) for t in topics.topic_id.tolist()}
    assert dict(zip(topics.topic_id.tolist(), topics.size.tolist(), strict=True)) == sizes
    assert made.topics.df[["id"]].equals(made.data.df[["id"]])
    fresh.delete()


def _only(topics: Any, placed: NDArray[np.bool_]) -> Any:
    return replace(
        topics,
        assignment=np.ascontiguousarray(topics.assignment[placed]),
        confidence=np.ascontiguousarray(topics.confidence[placed]),
    )


def test_new_rows_cost_only_themselves(notes: AtlasDataset, tmp_path: Path) -> None:
    log = tmp_path / "log"
    build(notes, embedding_model=CountedWords(CountedWords.Options(log=str(log))))
    known = log.read_text().splitlines()
    notes.add_data([{"id": "new", "text": "words that are new"}, {"id": "copy", "text": known[0]}])
    notes.update_indices(progress=False)
    assert log.read_text().splitlines()[len(known) :] == ["words that are new"]


def test_nothing_new_means_nothing_done(notes: AtlasDataset) -> None:
    made = build(notes)
    seen: list[str] = []
    notes.update_indices(progress=lambda stage, *_: seen.append(stage))
    notes.add_data([{"id": "x", "text": "comes and goes"}])
    notes.delete_data(["x"])
    notes.update_indices(progress=lambda stage, *_: seen.append(stage))
    assert seen == []
    assert made.record[0].revision == 1
    assert len(jobs.jobs(notes._store)) == 1


def test_topics_are_made_anew_when_asked(notes: AtlasDataset) -> None:
    made = build(notes)
    before, labels = points(made), made.topics.metadata["topic_description"].unique().tolist()
    notes.add_data(rows(40, 45))
    notes.update_indices(progress=False)
    assert made.topics.metadata["topic_description"].unique().tolist() == labels, "they count the texts of the build"
    notes.update_indices(rebuild_topic_models=True, progress=False)
    assert made.record[0].revision == 3
    assert made.topics.metadata["topic_description"].unique().tolist() != labels
    after = points(made)
    assert all(after[key][0] == before[key][0] for key in before)


def test_a_topic_without_rows_leaves_the_tables(notes: AtlasDataset) -> None:
    made = build(notes)
    model = made.topics
    smallest = model.metadata.query("depth == 2").sort_values("size").iloc[0]
    group = next(g for g in model.group_by_topic(2) if g["topic_id"] == smallest["topic_id"])
    notes.delete_data(sorted(group["datum_ids"]))
    notes.update_indices(progress=False)
    assert smallest["topic_id"] not in made.topics.metadata["topic_id"].tolist()
    assert made.topics.metadata.query("depth == 1")["size"].sum() == made.record[1].placed


def test_a_row_that_is_replaced_with_the_same_text_stays_where_it_is(notes: AtlasDataset) -> None:
    made = build(notes)
    place, topics = points(made)["r7"]
    text = notes.get_data(["r7"])[0]["text"]
    notes.delete_data(["r7"])
    notes.add_data([{"id": "r7", "text": text}])
    notes.update_indices(progress=False)
    row = made.data.df["id"].tolist().index("r7")
    assert row == 39, "it is the newest row"
    assert points(made)["r7"] == (place, topics)


def test_a_copy_of_a_mapped_row_lies_beside_it(notes: AtlasDataset) -> None:
    made = build(notes)
    text = notes.get_data(["r7"])[0]["text"]
    notes.add_data([{"id": f"copy{n}", "text": text} for n in range(3)])
    notes.update_indices(progress=False)
    frame = made.embeddings.df.set_index("id")
    extent = float(np.ptp(frame[["x", "y"]].dropna().to_numpy(), axis=0).max())
    away = np.linalg.norm(frame.loc[["copy0", "copy1", "copy2"]].to_numpy() - frame.loc["r7"].to_numpy(), axis=1)
    assert (away > 0).all()
    assert (away < 0.001 * extent).all()
    assert len(set(away.tolist())) == 3
    assert made.duplicates.df.set_index("id").loc["copy0", "duplicate_class"] == "deletion candidate"


def test_every_index_is_updated_and_says_what_it_cost(notes: AtlasDataset) -> None:
    first, second = build(notes, name="first"), build(notes, name="second", topic_model=False)
    notes.add_data(rows(40, 42))
    notes.update_indices(progress=False)
    assert [each.record[0].revision for each in (first, second)] == [2, 2]
    assert [each.name for each in notes.maps] == ["first", "second"]
    assert [stage.stage for stage in first.stages][:4] == ["snapshot", "embed", "neighbors", "layout"]
    assert (first.status, set(first.progress.values())) == ("done", {1.0})
    created, updated = first.record[0].created, first.record[0].updated
    assert updated is not None
    assert updated > created


def test_update_maps_adds_rows_first(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.update_maps(rows(40, 43), shard_size=1000, num_workers=10, progress=False)
    assert notes.total_datums == len(made.data.df) == 43
    notes.update_maps(progress=False)
    assert made.record[0].revision == 2


def test_vectors_of_the_users_own_are_updated(components: str) -> None:
    dataset = AtlasDataset("vectors", unique_id_field="id")
    vectors = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    dataset.add_data([{"id": f"r{n}"} for n in range(25)], embeddings=vectors[:25])
    made = dataset.create_index(topic_model=False, progress=False)
    before = made.embeddings.df
    dataset.update_maps([{"id": f"r{n}"} for n in range(25, 30)], embeddings=vectors[25:], progress=False)
    assert made.embeddings.df.iloc[:25].equals(before)
    assert np.array_equal(made.embeddings.latent, vectors)
    assert len(made.embeddings.df.dropna()) == 30


def test_without_the_scratch_folder_places_stay_too(notes: AtlasDataset) -> None:
    made = build(notes)
    before = points(made)
    shutil.rmtree(notes._store.scratch())
    notes.add_data(rows(40, 44))
    notes.update_indices(progress=False)
    after = points(made)
    assert {key: after[key] for key in before} == before
    check_version(notes, made)


def test_when_all_old_rows_are_gone_it_is_a_new_map(notes: AtlasDataset) -> None:
    made = build(notes)
    notes.add_data([{"id": f"n{n}", "text": f"other words {n % 7} {n}"} for n in range(12)])
    notes.delete_data([f"r{n}" for n in range(40)])
    notes.update_indices(progress=False)
    fresh = build(notes, name="fresh")
    assert made.embeddings.df.equals(fresh.embeddings.df)
    assert made.topics.df.equals(fresh.topics.df)


def test_a_projector_that_cannot_place_rows_lays_all_out_anew_and_says_so(notes: AtlasDataset) -> None:
    projectors.register("umap", Principal)
    made = build(notes)
    notes.add_data(rows(40, 45))
    with pytest.warns(UserWarning, match=r"'umap' .*cannot place new rows .*all rows of 'notes' get new places"):
        notes.update_indices(progress=False)
    fresh = build(notes, name="fresh")
    assert made.embeddings.df.equals(fresh.embeddings.df)
    assert made.topics.df.equals(fresh.topics.df)


class Unsearchable:
    """Finds neighbours and answers no queries."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def build(self, vectors: NDArray[np.float32], k: int, metric: Metric, context: Context) -> NeighborGraph:
        return Exhaustive(ComponentOptions()).build(vectors, k, metric, context)


def test_a_finder_that_cannot_search_finds_all_neighbours_anew(notes: AtlasDataset) -> None:
    neighbors.register("exact", Unsearchable)  # type: ignore[type-var]
    made = build(notes)
    notes.add_data(rows(40, 45))
    with pytest.warns(UserWarning, match="'exact' .*cannot search for the neighbours of new rows"):
        notes.update_indices(progress=False)
    assert np.array_equal(graph(made)[0], graph(build(notes, name="fresh"))[0])
