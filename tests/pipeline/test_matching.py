from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pyarrow as pa
from localatlas.pipeline.base_map import BaseMap
from localatlas.pipeline.index import LentIndex
from localatlas.pipeline.matching import Matching, match


@dataclass
class Before:
    """What matching reads of a finished version: vectors 0..2, the last row blank."""

    positions: Any = field(default_factory=lambda: np.array([2, 3, 5, 8, 9]))
    vector_of_row: Any = field(default_factory=lambda: np.array([0, 1, 0, 2, -1], np.int32))
    vectors: Any = field(default_factory=lambda: np.eye(4, dtype=np.float32)[:3])
    first_rows: Any = field(default_factory=lambda: np.array([0, 1, 3]))


def matched(positions: list[int], vector_of_row: list[int], vectors: Any) -> Matching:
    index = LentIndex(
        metric="cosine",
        vectors=np.ascontiguousarray(vectors, dtype=np.float32),
        vector_of_row=np.array(vector_of_row, np.int32),
        read_ids=pa.array,
        read_text=lambda rows: [None] * len(rows),
    )
    return match(cast("BaseMap", Before()), np.array(positions, np.int64), index)


def test_rows_are_known_by_position() -> None:
    eye = np.eye(4)
    # Rows 2 and 8 are gone, 10 is new, 11 is a copy of an old row.
    found = matched([3, 5, 9, 10, 11], [0, 1, -1, 2, 0], [eye[1], eye[0], eye[3]])
    assert found.base_row.tolist() == [1, 2, 4, -1, -1]
    assert found.old_of.tolist() == [1, 0, -1]
    assert found.anchor.tolist() == [1, 2, -1], "a vector takes the place of its first living row"
    assert (found.old.tolist(), found.new.tolist()) == ([0, 1], [2])
    assert found.equal


def test_a_content_that_comes_back_in_a_new_row_is_known_by_its_bytes() -> None:
    eye = np.eye(4)
    found = matched([2, 3, 5, 10], [0, 1, 0, 2], [eye[0], eye[1], eye[2]])
    assert found.old_of.tolist() == [0, 1, 2]
    assert found.anchor.tolist() == [0, 1, 3]
    assert found.base_row.tolist() == [0, 1, 2, -1]


def test_rows_keep_their_anchor_when_their_vectors_are_others_now() -> None:
    found = matched([2, 3], [0, 1], np.full((2, 4), 0.5))
    assert found.old_of.tolist() == [0, 1]
    assert not found.equal
    wider = matched([2, 3, 10], [0, 1, 2], np.eye(7)[:3])
    assert wider.old_of.tolist() == [0, 1, -1]
    assert not wider.equal


def test_one_vector_that_became_two_is_not_the_same() -> None:
    found = matched([2, 5], [0, 1], np.eye(4)[[0, 1]])
    assert found.old_of.tolist() == [0, 0]
    assert not found.equal


def test_nothing_of_the_old_may_be_left() -> None:
    found = matched([20, 21], [0, 1], np.eye(4)[[3, 3]] * [[1], [-1]])
    assert found.base_row.tolist() == found.anchor.tolist() == found.old_of.tolist() == [-1, -1]
