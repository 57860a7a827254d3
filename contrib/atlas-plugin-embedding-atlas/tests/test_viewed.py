"""What the viewer is given is the map: its places, topics, neighbours and every column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_embedding_atlas.viewed import Viewed, viewed
from localatlas.errors import InvalidOptionError


@pytest.fixture(scope="session")
def shown(atlas_map: Any) -> Viewed:
    return viewed(atlas_map, neighbors=5)


def test_places_are_those_of_the_map_in_upload_order(atlas_map: Any, shown: Viewed) -> None:
    stored = atlas_map.stored
    rows = np.flatnonzero(stored.alive & np.isfinite(stored.layout.positions).all(axis=1))
    assert shown.table.num_rows == len(rows) == 299
    assert shown.table["id"].to_pylist() == stored.row_ids.take(pa.array(rows)).to_pylist()
    for axis, name in enumerate("xy"):
        found = shown.table[shown.options[name]].to_numpy()
        assert found.dtype == np.float32
        assert np.array_equal(found, stored.layout.positions[rows, axis])


def test_columns_of_the_user_and_of_the_map_are_all_there(shown: Viewed) -> None:
    assert shown.table.column_names[:6] == ["id", "text", "X", "stars", "px", "py"]
    # The user has an X, and SQL ignores case.
    assert (shown.options["x"], shown.options["y"], shown.options["text"]) == ("map_x", "y", "text")
    assert {"topic_depth_1", "duplicate_class", "cluster_id", "liked"} <= set(shown.table.column_names)
    assert shown.table["stars"].type == pa.int64()
    liked = shown.table.filter(shown.table["liked"])["id"].to_pylist()
    assert liked == ["row 3", "row 4"]


def test_topics_are_labels_where_they_lie_and_colours(atlas_map: Any, shown: Viewed) -> None:
    topics = atlas_map.stored.topic_model
    named = {label["text"]: (label["x"], label["y"], label["level"]) for label in shown.options["labels"]}
    assert len(shown.options["labels"]) == len(topics.topic_id)
    first = int(topics.topic_id[0])
    wanted = (*topics.position[0].tolist(), int(topics.depth[0]) - 1)
    assert named[topics.labels[first].label] == pytest.approx(wanted)
    assert set(shown.table["topic_depth_1"].to_pylist()) <= {*named, None}
    assert shown.options["initial_state"]["charts"]["1"]["data"]["category"] == "topic_depth_1"


def test_neighbours_are_those_of_the_map_and_never_the_row_itself(atlas_map: Any, shown: Viewed) -> None:
    ids, near = shown.table["id"].to_pylist(), shown.table["neighbors"].to_pylist()
    assert shown.table[shown.options["row_id"]].to_pylist() == list(range(299))
    for row in (0, 6, 298):
        found, distances = atlas_map.embeddings.vector_search(ids=[ids[row]], k=6)
        assert [ids[at] for at in near[row]["ids"]] == found[0][1:]
        assert near[row]["distances"] == pytest.approx(distances[0][1:])
        assert row not in near[row]["ids"]
        assert "row 0" not in [ids[at] for at in near[row]["ids"]], "it was deleted"


def test_a_chart_is_drawn_of_what_has_some_values(shown: Viewed) -> None:
    charts = {chart["title"]: chart for chart in shown.options["initial_state"]["charts"].values()}
    assert charts["stars"]["type"] == "count-plot"
    assert charts["X"]["layers"][0]["mark"] == "bar"
    assert "id" not in charts
    assert "neighbors" not in charts
    assert "map_x" not in charts


def test_neighbours_can_be_left_out(atlas_map: Any) -> None:
    without = viewed(atlas_map, neighbors=0)
    assert "neighbors" not in without.table.column_names
    assert "neighbors" not in without.options


@pytest.mark.parametrize("neighbors", [-1, 201])
def test_a_number_of_neighbours_out_of_range_is_refused(atlas_map: Any, neighbors: int) -> None:
    with pytest.raises(InvalidOptionError, match=rf"neighbors={neighbors}: it is 1 to 200, or 0"):
        viewed(atlas_map, neighbors=neighbors)
