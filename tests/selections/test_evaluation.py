from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas import selections as s
from localatlas.errors import AtlasValueError, NotReadyError, RowNotFoundError, StorageError
from localatlas.protocols import Duplicates, Map
from localatlas.selections import rows as reading
from table_map import BATCH, TableMap, VectorSpace, map_of, two_depths


def selected(node: s.Node, source: Map, **more: Any) -> list[int]:
    return np.flatnonzero(s.evaluate(node, source, **more)).tolist()


def test_a_null_is_plainly_false_and_its_opposite_true() -> None:
    small = map_of({"t": ["a cat", None, "a dog"], "n": [1, None, 3]})
    assert selected(s.contains("cat", "t"), small) == [0]
    assert selected(~s.contains("cat", "t"), small) == [1, 2]
    assert selected(~s.contains("cat", "t") & ~s.is_null("t"), small) == [2]
    assert selected(~s.at_least("n", 2), small) == [0, 1]
    assert selected(s.is_null("n") | s.at_least("n", 2), small) == [1, 2]


def test_a_deleted_row_is_never_selected() -> None:
    small = map_of({"n": [0, 1, 2, 3]}, alive=np.array([True, False, True, False]))
    everything = s.everything()
    for node in (everything, ~s.any_of(), ~s.at_least("n", 2) | s.at_least("n", 2), s.has_ids(["r0", "r1", "r2"])):
        assert selected(node, small) == [0, 2]
    assert selected(~everything, small) == []
    space = VectorSpace(np.array([[1, 0], [1, 0], [0.6, 0.8], [1, 0]], np.float32))
    # The two nearest of those that live.
    assert selected(s.near("r0", 2), small, space=space) == [0, 2]


def test_a_map_without_rows_selects_nothing() -> None:
    empty = map_of({"t": pa.array([], pa.string())})
    assert s.evaluate(s.contains("a", "t"), empty).shape == (0,)
    assert s.evaluate(s.everything(), empty).shape == (0,)


def test_columns_are_read_in_blocks_and_once_for_all_leaves() -> None:
    rows = 20_000
    large = map_of({"t": ["a cat", "a dog"] * (rows // 2), "n": range(rows)})
    node = (s.contains("cat", "t") & s.at_most("n", 4)) | (s.contains("dog", "t") & s.at_least("n", rows - 2))
    assert selected(node, large) == [0, 2, 4, rows - 1]
    assert sum(large.read) == rows


def test_no_column_is_read_that_is_not_asked_about() -> None:
    small = map_of({"t": ["a", "b"]}, topic_model=two_depths([[0, 2], [1, 4]]))
    assert selected(s.topic(4) | s.has_ids(["r9"]), small) == [1]
    assert small.read == []


def test_stored_rows_are_joined_to_blocks(dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = dataset.create_index(indexed_field="text", progress=False).stored
    for rows in (1, 3, 1_000):
        monkeypatch.setattr(reading, "ROWS", rows)
        found = list(reading.blocks(stored, ["n"]))
        assert [row for block in found for row in block.column("n").to_pylist()] == list(range(7))
        assert found[0].rows.start == 0
        assert found[-1].rows.stop == 7


def test_a_store_that_lost_rows_is_told(dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = dataset.create_index(indexed_field="text", progress=False).stored
    monkeypatch.setattr(type(stored.store), "scan", lambda *_: iter(()))
    with pytest.raises(StorageError, match="has 7 rows, and 0 were read"):
        list(reading.blocks(stored, ["n"]))


def test_a_selection_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    large = map_of({"t": ["a"] * 3 * BATCH})
    monkeypatch.setattr(reading, "ROWS", BATCH)
    with pytest.raises(AtlasValueError, match=r"took more than 0 seconds and was stopped after 8,192 of 24,576 rows"):
        s.evaluate(s.contains("a", "t"), large, seconds=0)
    assert s.evaluate(s.contains("a", "t"), large, seconds=60).all()


def test_one_text_column_suffices_and_categories_count_as_text() -> None:
    small = map_of({"a": pa.array(["x", None, "y"]).dictionary_encode(), "b": [None, "x", "z"]}, text_field="b")
    assert selected(s.contains("x", ["a", "b"]), small) == [0, 1]
    assert selected(s.contains("x"), small) == [1]
    assert selected(s.is_in("a", ["x", None]), small) == [0, 1]


def bare(**more: Any) -> TableMap:
    return map_of({"t": ["a", "b"], "n": [1, 2]}, **more)


@pytest.mark.parametrize(
    ("node", "error", "words"),
    [
        (s.contains("a", "text"), AtlasValueError, "no column 'text'; it has 't', 'n', 'id'"),
        (s.at_least("idd", 1), AtlasValueError, "no column 'idd', did you mean 'id'"),
        (s.contains("a"), AtlasValueError, "no text column of its own; name the fields"),
        (s.contains("a", "n"), AtlasValueError, "text: column 'n' is int64; name columns of text"),
        (s.is_in("n", ["a"]), AtlasValueError, "category: column 'n' is int64, and 'a' is not"),
        (s.has_ids([5]), AtlasValueError, "the column of ids is string, and 5 is not"),
        (s.topic(3), NotReadyError, r"built without topics; create_index\(topic_model=True\)"),
        (s.duplicates(), NotReadyError, "built without duplicates"),
        (s.tagged("x"), NotReadyError, "tags cannot be looked up here"),
        (s.like("x", k=1), NotReadyError, "meaning: vectors cannot be searched here"),
        (s.near("r0", 1), NotReadyError, "neighbors: vectors cannot be searched here"),
    ],
)
def test_what_the_map_does_not_have_is_told(node: s.Node, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        s.evaluate(node, bare())
    # A part that would not change the answer is checked too.
    with pytest.raises(error, match=words):
        s.evaluate(s.any_of(s.everything(), node), bare())


def test_topics_are_found_by_number_and_by_label() -> None:
    small = bare(
        topic_model=two_depths([[0, 2], [1, 4]]), duplicate_groups=Duplicates(np.arange(2), np.zeros(2, np.uint8))
    )
    assert selected(s.topic(0), small) == selected(s.topic(depth=1, label="fruit"), small) == [0]
    assert selected(s.topic(4), small) == selected(s.topic(depth=2, label="river"), small) == [1]
    assert selected(s.topic(3), small) == []
    assert selected(s.duplicates("singleton"), small) == [0, 1]
    for node, words in [
        (s.topic(9), "there is no topic 9; this map has 0, 1, 2, 3, 4"),
        (s.topic(depth=3, label="pie"), "depth=3: this map has the depths 1 to 2"),
        (s.topic(depth=1, label="boat"), "no topic 'boat' at depth 1, did you mean 'boats'"),
    ]:
        with pytest.raises(AtlasValueError, match=words):
            s.evaluate(node, small)


def test_rows_without_a_place_have_no_topic() -> None:
    small = bare(topic_model=two_depths([[-1, -1], [1, 4]]))
    assert selected(s.any_of(*[s.topic(number) for number in range(5)]), small) == [1]


def test_of_equally_near_rows_those_uploaded_first_are_taken() -> None:
    space = VectorSpace(np.array([[0, 1], [1, 0], [1, 0], [1, 0]], np.float32))
    four = map_of({"n": range(4)})
    assert selected(s.like([1.0, 0.0], k=2), four, space=space) == [1, 2]
    # The row itself comes before its copies.
    assert selected(s.near("r3", 2), four, space=space) == [1, 3]
    assert selected(s.like([1.0, 0.0], k=1, similarity=1.0), four, space=space) == [1]
    assert selected(s.like([0.0, -1.0], similarity=0.5), four, space=space) == []


def test_a_row_that_is_not_there_has_no_neighbours() -> None:
    space = VectorSpace(np.ones((2, 2), np.float32))
    with pytest.raises(RowNotFoundError, match="has no row 'r7'"):
        s.evaluate(s.near("r7", 1), bare(), space=space)


def test_a_threshold_needs_the_cosine_metric() -> None:
    space = VectorSpace(np.ones((2, 2), np.float32), metric="euclidean")
    with pytest.raises(
        AtlasValueError, match="similarity is for maps of cosine metric, this one's is euclidean; give k"
    ):
        s.evaluate(s.like([1.0, 1.0], similarity=0.1), bare(), space=space)
