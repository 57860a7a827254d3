"""The pages "Map Resources" and "Generate Embeddings", and the client's README."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from localatlas import AtlasDataset
from localatlas.errors import ModelNotAvailableError
from snippets import Seed
from stand_ins import photographs, reviews, saved

pytestmark = [pytest.mark.plugins, pytest.mark.slow]

SPORTS = ["r003", "r010", "r021"]
TWICE = 12


def topic_columns(frame: pd.DataFrame) -> list[str]:
    return [column for column in frame.columns if column.startswith("topic_depth_")]


def test_data_come_as_a_frame_and_as_an_arrow_table(seed: Seed, my_dataset: list[str]) -> None:
    found = seed.run("data")
    assert list(found["df"]["id"]) == my_dataset
    table = found["atlas_map"].data.tb
    assert table["id"].to_pylist() == my_dataset
    assert table.column_names == list(found["df"].columns)


def test_places_and_vectors_are_in_one_order(seed: Seed, my_dataset: list[str]) -> None:
    found = seed.run("places and vectors")
    places, vectors = found["projected_embeddings"], found["latent_embeddings"]
    assert list(places.columns) == ["id", "x", "y"]
    assert list(places["id"]) == my_dataset
    assert isinstance(vectors, np.ndarray)
    assert vectors.shape[0] == len(my_dataset)
    assert vectors.shape[1] > 100, "high-dim vectors"
    # The last rows say what the first say.
    np.testing.assert_allclose(vectors[-TWICE:], vectors[:TWICE], atol=1e-6)


def test_topics_of_every_row(seed: Seed, my_dataset: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    frame = seed.run("topics", "topics by row")["map"].topics.df
    depths = topic_columns(frame)
    assert list(frame.columns) == ["id", *depths]
    assert depths[:2] == ["topic_depth_1", "topic_depth_2"]
    assert list(frame["id"]) == my_dataset
    assert frame[depths].notna().all().all()
    assert "topic_depth_1" in capsys.readouterr().out


def test_metadata_of_every_topic(seed: Seed, my_dataset: list[str]) -> None:
    topics = seed.run("topics", "topics by topic")["map"].topics
    metadata = topics.metadata
    depths = topic_columns(metadata)
    assert {"depth", "topic_id", "topic_description", "topic_short_description", *depths} <= set(metadata.columns)
    assert metadata["topic_id"].is_unique, "depth-unique ids"
    assert metadata["topic_short_description"].is_unique, "labels are unique within a map"
    assert metadata["topic_description"].str.contains("/").any(), "keywords that differentiate the topic"
    for depth in range(1, len(depths) + 1):
        rows = metadata[metadata["depth"] == depth]
        assert set(rows[f"topic_depth_{depth}"]) == set(rows["topic_short_description"])
        assert set(topics.df[f"topic_depth_{depth}"]) == set(rows["topic_short_description"])
        assert rows[depths[depth:]].isna().all().all(), "nothing below its own depth"


def test_the_hierarchy_goes_from_general_topics_to_their_parts(
    seed: Seed, my_dataset: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = seed.run("topics", "hierarchy", "subtopics")
    hierarchy, metadata = found["hierarchy"], found["map"].topics.metadata
    assert isinstance(hierarchy, dict)
    general = metadata[metadata["depth"] == 1]["topic_short_description"]
    assert {(label, 1) for label in general} <= set(hierarchy)
    known = set(zip(metadata["topic_short_description"], metadata["depth"], strict=True))
    for (label, depth), children in hierarchy.items():
        assert (label, depth) in known
        assert children
        assert {(child, depth + 1) for child in children} <= known
    said = capsys.readouterr().out
    assert "Your depth 1 (most general) topics are: dict_keys([(" in said
    assert f"{found['random_topic_1']} contains subtopics {hierarchy[found['random_topic_1']]}" in said


def test_topics_at_a_depth_hold_their_rows(seed: Seed, my_dataset: list[str]) -> None:
    found = seed.run("topics", "topics at a depth")
    groups = found["map"].topics.group_by_topic(found["your_depth_level"])
    keys = {"subtopics", "subtopic_ids", "topic_id", "topic_short_description", "topic_long_description", "datum_ids"}
    assert all(set(group) == keys for group in groups)
    assert sorted(row for group in groups for row in group["datum_ids"]) == sorted(my_dataset), "each row once"
    assert all(isinstance(group["datum_ids"], set) for group in groups)
    assert len({group["topic_id"] for group in groups}) == len(groups)


def some_reviews(start: int = 0, rows: int = 60) -> list[dict[str, Any]]:
    frame = reviews().iloc[start : start + rows]
    return [{"id": f"n{start + number}", "text": text} for number, text in enumerate(frame["text"])]


def test_duplicates_are_found_by_default_and_by_a_cutoff(seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    AtlasDataset("my-dataset", unique_id_field="id")
    rows = some_reviews()
    twice = [{**row, "id": f"{row['id']}-again"} for row in rows[:5]]
    found = seed.run("duplicates by default", "duplicates by cutoff", "duplicates by row", my_data=[*rows, *twice])
    first, second = found["atlas_dataset"].maps
    detectors = [each.record[0].plan.duplicate_detector for each in (first, second)]
    assert [detector.options["duplicate_cutoff"] for detector in detectors] == [0.1, 0.2]
    frame = found["duplicate_info_df"]
    assert list(frame.columns) == ["id", "duplicate_class", "cluster_id"]
    assert list(frame["id"]) == [row["id"] for row in [*rows, *twice]]
    assert set(frame["duplicate_class"]) <= {"singleton", "retention candidate", "deletion candidate"}
    cluster = dict(zip(frame["id"], frame["cluster_id"], strict=True))
    assert all(cluster[row["id"]] == cluster[f"{row['id']}-again"] for row in rows[:5])
    # "Smaller thresholds result in duplicate clusters containing datapoints that are closer to exact matches."
    assert len(first.duplicates.deletion_candidates()) <= len(second.duplicates.deletion_candidates())
    assert "duplicate_class" in capsys.readouterr().out


def test_a_dataset_is_made_without_its_duplicates(seed: Seed, my_dataset: list[str]) -> None:
    found = seed.run("duplicates by row", "without duplicates", dataset_identifier="my-dataset")
    removed = found["ids_to_remove"]
    assert len(removed) >= TWICE
    made = found["new_dataset"]
    assert made.identifier == "local/my-dataset-without-duplicates"
    assert made.total_datums == len(my_dataset) - len(removed)
    assert [row for row in my_dataset if row not in removed] == list(made.maps[0].data.df["id"])
    assert made.maps[0].duplicates.deletion_candidates() == [], "your dataset will be semantically deduplicated"


def test_rows_of_a_tag_are_fetched(seed: Seed, my_dataset: list[str]) -> None:
    found = seed.run("rows of a tag")
    assert found["sports_ids"] == SPORTS
    assert [row["id"] for row in found["sports_data"]] == SPORTS
    assert [row["text"] for row in found["sports_data"]] == [reviews()["text"].iloc[at] for at in (3, 10, 21)]


def test_all_tags_are_counted(seed: Seed, my_dataset: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    found = seed.run("all tags")
    assert [tag["tag_name"] for tag in found["tags"]] == ["sports"]
    assert "sports Count: 3" in capsys.readouterr().out


@pytest.mark.usefixtures("_no_weights")
def test_texts_are_embedded_by_the_named_model_or_not_at_all(seed: Seed) -> None:
    with pytest.raises(ModelNotAvailableError, match=r"nomic-embed-text-v1\.5"):
        seed.run("embed texts")


@pytest.mark.usefixtures("_no_weights")
def test_images_are_embedded_by_the_named_model_or_not_at_all(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = saved(tmp_path, photographs()[0][:2])
    with pytest.raises(ModelNotAvailableError, match=r"nomic-embed-vision-v1\.5"):
        seed.run("embed images", replace={f"/path/to/image{at + 1}.jpg": path for at, path in enumerate(paths)})
    assert os.environ["LOCALATLAS_OFFLINE"] == "1"


def test_bare_vectors_are_mapped_in_one_line(seed: Seed) -> None:
    vectors = np.random.default_rng(8).normal(size=(60, 16))
    with pytest.warns(UserWarning, match="topic_label_field"):
        dataset = seed.run("a map of vectors", embeddings=vectors)["dataset"]
    assert dataset.modality == "embedding"
    assert dataset.maps[0].embeddings.projected[["x", "y"]].shape == (60, 2)


def test_the_first_map_of_the_readme(seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    # 10,000 rows there, which take half a minute of computing: 500 are the same test.
    with pytest.warns(UserWarning, match="topic_label_field"):
        dataset = seed.run("first map", replace={"10000": 500})["dataset"]
    assert dataset.total_datums == dataset.maps[0].embeddings.latent.shape[0] == 500
    assert dataset.maps[0].map_link in capsys.readouterr().out


def test_nearest_rows_are_found_by_id(seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = AtlasDataset("readme", unique_id_field="id")
    rows = some_reviews()
    again = {"id": "my_query_point", "text": rows[7]["text"]}
    dataset.add_data([*rows, again])
    dataset.create_index(indexed_field="text", progress=False)
    found = seed.run("nearest rows", dataset=dataset)
    assert found["neighbors"][0][0] == "my_query_point", "a query by id returns itself first"
    assert "n7" in found["neighbors"][0][1:]
    assert len(found["similar_datapoints"]) == 5
    assert [row["id"] for row in found["similar_datapoints"]] == found["neighbors"][0]
    assert again["text"] in capsys.readouterr().out
