from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from localatlas import AtlasDataset
from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.indices import AtlasProjection


def test_every_row_has_a_label_at_every_depth(made: AtlasProjection) -> None:
    frame = made.topics.df
    assert frame.columns.tolist() == ["id", "topic_depth_1", "topic_depth_2"]
    assert made.topics.depth == 2
    assert frame["id"].tolist() == [f"r{row}" for row in range(7)]
    assert frame.drop(index=6).notna().all(axis=None)


def test_a_blank_row_has_no_topic(made: AtlasProjection) -> None:
    assert made.topics.df.iloc[6].tolist()[0] == "r6"
    assert made.topics.df.iloc[6, 1:].isna().all()


def test_copies_share_their_topics(made: AtlasProjection) -> None:
    frame = made.topics.df.set_index("id")
    assert frame.loc["r0"].tolist() == frame.loc["r2"].tolist()


def test_metadata_has_the_documented_columns_in_order(made: AtlasProjection) -> None:
    assert made.topics.metadata.columns.tolist()[:6] == [
        "topic_id",
        "depth",
        "topic_depth_1",
        "topic_depth_2",
        "topic_short_description",
        "topic_description",
    ]
    assert {"parent_id", "size", "x", "y"} < set(made.topics.metadata.columns)
    assert made.topics.metadata["topic_id"].is_unique
    assert made.topics.metadata["topic_short_description"].is_unique


def test_paths_end_at_the_topics_own_depth(made: AtlasProjection) -> None:
    for row in made.topics.metadata.to_dict("records"):
        path = [row["topic_depth_1"], row["topic_depth_2"]]
        assert path[row["depth"] - 1] == row["topic_short_description"]
        assert [pd.isna(label) for label in path] == [False, row["depth"] == 1]
        assert pd.isna(row["parent_id"]) == (row["depth"] == 1)


def test_sizes_count_the_rows(made: AtlasProjection) -> None:
    frame = made.topics.df
    for row in made.topics.metadata.to_dict("records"):
        assert row["size"] == (frame[f"topic_depth_{row['depth']}"] == row["topic_short_description"]).sum()


def test_the_hierarchy_says_what_the_metadata_says(made: AtlasProjection) -> None:
    frame = made.topics.metadata
    expected: dict[tuple[str, int], list[str]] = {}
    labels = dict(zip(frame["topic_id"], frame["topic_short_description"], strict=True))
    for row in frame[frame["depth"] == 2].to_dict("records"):
        expected.setdefault((labels[int(row["parent_id"])], 1), []).append(row["topic_short_description"])
    assert made.topics.hierarchy == expected
    assert not any(depth == 2 for _, depth in made.topics.hierarchy), "a leaf has an entry"


@pytest.mark.parametrize("depth", [1, 2])
def test_groups_hold_the_rows_that_carry_their_label(made: AtlasProjection, depth: int) -> None:
    frame = made.topics.df
    groups = made.topics.group_by_topic(depth)
    assert [set(group) for group in groups] == [
        {
            "topic_id",
            "topic_short_description",
            "topic_long_description",
            "subtopics",
            "subtopic_ids",
            "datum_ids",
        }
    ] * len(groups)
    for group in groups:
        carriers = frame[frame[f"topic_depth_{depth}"] == group["topic_short_description"]]
        assert group["datum_ids"] == set(carriers["id"])
        assert group["subtopics"] == made.topics.hierarchy.get((group["topic_short_description"], depth), [])
        below = made.topics.metadata.set_index("topic_id")["topic_short_description"]
        assert [below[topic] for topic in group["subtopic_ids"]] == group["subtopics"]
        assert group["topic_long_description"] == "5 texts"
    assert set().union(*(group["datum_ids"] for group in groups)) == {f"r{row}" for row in range(6)}


@pytest.mark.parametrize("depth", [0, 3, -1])
def test_a_depth_that_is_not_there_is_refused(made: AtlasProjection, depth: int) -> None:
    with pytest.raises(AtlasValueError, match=f"topic_depth={depth}: this map has the depths 1 to 2"):
        made.topics.group_by_topic(depth)


def test_deleted_rows_leave_their_groups(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.delete_data(["r0"])
    assert "r0" not in set().union(*(group["datum_ids"] for group in made.topics.group_by_topic()))
    assert len(made.topics.df) == 6


@pytest.mark.parametrize("options", [{"topic_model": False}, {"topic_model": None}])
def test_a_map_without_topics_says_how_to_get_them(dataset: AtlasDataset, options: dict[str, Any]) -> None:
    without = dataset.create_index(indexed_field="text", progress=False, **options)
    with pytest.raises(NotReadyError, match=r"topic modeling.*create_index\(topic_model=True\)"):
        _ = without.topics


def test_given_vectors_are_named_by_a_column(components: str) -> None:
    named = AtlasDataset("named")
    named.add_data([{"text": f"word {row}"} for row in range(4)], embeddings=np.eye(4))
    topics = named.create_index(topic_model={"topic_label_field": "text"}, progress=False).topics
    assert set(topics.metadata["topic_description"]) == {"4 texts"}


@pytest.fixture
def dated(components: str) -> AtlasProjection:
    dataset = AtlasDataset("dated", unique_id_field="id")
    texts = ["red apple pie", "green apple pie", "sour apple pie", "slow river boat", "fast river boat", "blue sky"]
    dataset.add_data(
        [{"id": f"r{i}", "text": text, "day": pd.Timestamp(2020, 1, 1 + i)} for i, text in enumerate(texts)]
    )
    return dataset.create_index(indexed_field="text", progress=False)


def test_density_counts_the_rows_of_each_topic_in_an_interval(dated: AtlasProjection) -> None:
    density = dated.topics.get_topic_density("day", "2020-01-02", "2020-01-05")
    labels = dated.topics.df["topic_depth_1"].iloc[1:5].tolist()
    assert {each["topic"]: each["count"] for each in density} == {label: labels.count(label) for label in labels}
    assert [each["count"] for each in density] == sorted((each["count"] for each in density), reverse=True)


def test_density_leaves_deleted_rows_out(dated: AtlasProjection) -> None:
    dated.dataset.delete_data(["r1", "r2"])
    density = dated.topics.get_topic_density("day", "2020-01-01", "2020-01-31", topic_depth=2)
    assert sum(each["count"] for each in density) == 4


def test_vector_search_gives_the_share_of_each_topic(dated: AtlasProjection) -> None:
    vectors = dated.embeddings.latent[:2]
    found = dated.topics.vector_search_topics(vectors, k=4, depth=1)["topics"]
    assert len(found) == 2
    for shares, near in zip(found, dated.embeddings.vector_search(vectors, k=4)[0], strict=True):
        labels = dated.topics.df.set_index("id").loc[near, "topic_depth_1"]
        names = dated.topics.metadata.set_index("topic_id")["topic_short_description"]
        assert {names[int(topic)]: share for topic, share in shares.items()} == (
            labels.value_counts(normalize=True).to_dict()
        )
        assert sum(shares.values()) == pytest.approx(1)


def test_vector_search_of_topics_takes_the_finest_depth_unless_told(dated: AtlasProjection) -> None:
    vectors = dated.embeddings.latent[:1]
    finest = dated.topics.vector_search_topics(vectors, depth=2)
    assert dated.topics.vector_search_topics(vectors) == finest
    with pytest.raises(AtlasValueError, match="depths 1 to 2"):
        dated.topics.vector_search_topics(vectors, depth=3)
    with pytest.raises(AtlasValueError):
        dated.topics.vector_search_topics(vectors[0])
