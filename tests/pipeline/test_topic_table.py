from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from localatlas.pipeline.topic_table import load_topics, read_table, save_topics, topics_to_table, write_table
from localatlas.protocols import TopicLabel, Topics

TOPICS = Topics(
    topic_id=np.array([0, 1, 5], np.int32),
    depth=np.array([1, 1, 2], np.int32),
    parent_id=np.array([-1, -1, 1], np.int32),
    size=np.array([3, 2**40, 1], np.int64),
    position=np.array([[0, 1], [2, 3], [4, 5]], np.float32),
    hull=(np.array([[0, 0], [1, 0], [0, 1]], np.float32), np.empty((0, 2), np.float32), np.ones((1, 2), np.float32)),
    assignment=np.array([[1, 5], [1, 5]], np.int32),
    confidence=np.array([[0.5, 1], [0, 0.25]], np.float32),
)
LABELS = {
    0: TopicLabel("tea", "tea/cup", ("tea", "cup"), (3, 1)),
    1: TopicLabel("数据 & Ünïcödé", "", (), ()),
    5: TopicLabel("[brackets]", "x", ("x",), (2**40,)),
}


def test_topics_come_back_as_they_were(tmp_path: Path) -> None:
    save_topics(tmp_path, TOPICS, LABELS)
    found = load_topics(tmp_path)
    for name in ("topic_id", "depth", "parent_id", "size", "position", "assignment", "confidence"):
        value, expected = getattr(found, name), getattr(TOPICS, name)
        assert np.array_equal(value, expected), name
        assert value.dtype == expected.dtype, name
    assert [hull.tolist() for hull in found.hull] == [hull.tolist() for hull in TOPICS.hull]
    assert found.labels == LABELS
    assert found.children(1).tolist() == [5]


def test_topics_without_labels_have_blank_ones() -> None:
    assert topics_to_table(TOPICS)["label"].to_pylist() == ["", "", ""]


@pytest.mark.parametrize("table", [pa.table({"a": [1, 2]}), pa.table({"a": pa.array([], pa.int64())}), pa.table({})])
def test_tables_come_back_and_leave_no_working_file(tmp_path: Path, table: pa.Table) -> None:
    write_table(tmp_path / "a.arrow", table)
    assert read_table(tmp_path / "a.arrow").equals(table)
    assert [path.name for path in tmp_path.iterdir()] == ["a.arrow"]


def test_the_same_table_is_the_same_bytes_however_it_is_chunked(tmp_path: Path) -> None:
    write_table(tmp_path / "one", pa.table({"a": [1, 2, 3]}))
    write_table(tmp_path / "other", pa.table({"a": pa.chunked_array([[1], [2, 3]])}))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
