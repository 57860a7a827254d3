from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from atlas_plugin_explorer.pages import write_pages
from localatlas.protocols import Context


def test_topics_are_places_in_the_list(large: tuple[Any, Any]) -> None:
    shown, pages = large
    listed = pages.json(pages.index["topics"]["file"])["topics"]
    assert [topic["id"] for topic in listed] == shown.topic_model.topic_id.tolist()
    for depth in pages.index["topics"]["depths"]:
        places = pages.array(depth["files"], pages.index["topics"]["encoding"])
        ids = np.array([topic["id"] for topic in listed])[places]
        np.testing.assert_array_equal(ids, shown.topic_model.assignment[pages.rows, depth["depth"] - 1])
        assert {listed[place]["depth"] for place in places} == {depth["depth"]}
        assert depth["topics"] == sum(topic["depth"] == depth["depth"] for topic in listed)
    child = listed[-1]
    assert listed[child["parent"]]["depth"] == 1
    assert (child["label"], child["keywords"]) == ("Sunscreen", ["sunscreen"])
    assert len(child["hull"]) == 12


def test_topics_without_ids_in_order_without_labels_and_rows_without_topic(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
    shown = synthetic_map(50)
    topics = shown.topic_model
    ids = topics.topic_id[::-1] + 100
    assignment = (len(ids) - 1 - topics.assignment + 100).astype(np.int32)
    assignment[3] = -1
    parents = np.where(topics.parent_id < 0, -1, ids[topics.parent_id]).astype(np.int32)
    shown.topic_model = replace(topics, topic_id=ids, parent_id=parents, assignment=assignment, labels={})
    write_pages(shown, tmp_path, Context())
    pages = read_pages(tmp_path)
    listed = pages.json("topics.json")["topics"]
    assert listed[0]["label"] == f"Topic {ids[0]}"
    places = pages.array("topics/2/{page}.bin", "uint16")
    missing = pages.rows == 3
    assert (places[missing] == pages.index["topics"]["none"]).all()
    np.testing.assert_array_equal(ids[places[~missing]], assignment[pages.rows[~missing], 1])


def test_more_topics_than_two_bytes_can_count(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
    shown = synthetic_map(20)
    many = 70_000
    shown.topic_model = replace(
        shown.topic_model,
        topic_id=np.arange(many, dtype=np.int32),
        depth=np.ones(many, np.int32),
        parent_id=np.full(many, -1, np.int32),
        size=np.ones(many, np.int64),
        position=np.zeros((many, 2), np.float32),
        hull=(np.empty((0, 2), np.float32),) * many,
        assignment=np.full((20, 1), many - 1, np.int32),
        labels={},
    )
    write_pages(shown, tmp_path, Context())
    pages = read_pages(tmp_path)
    assert pages.index["topics"]["encoding"] == "uint32"
    assert set(pages.array("topics/1/{page}.bin", "uint32")) == {many - 1}


def test_duplicates_are_verdicts(large: tuple[Any, Any]) -> None:
    shown, pages = large
    verdicts = pages.array(pages.index["duplicates"]["files"], pages.index["duplicates"]["encoding"])
    np.testing.assert_array_equal(verdicts, shown.duplicate_groups.verdict[pages.rows])
    assert sum(pages.index["duplicates"]["counts"].values()) == len(verdicts)
    assert pages.index["duplicates"]["counts"]["deletion candidate"] == np.count_nonzero(verdicts == 2)
