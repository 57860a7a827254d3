from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from localatlas.pipeline.distinct import HASH_BYTES, distinct_rows, first_appearances, hashes_of


@given(st.lists(st.binary(max_size=3)))
def test_equal_contents_share_a_number_given_by_their_first_appearance(contents: list[bytes]) -> None:
    hashes = hashes_of(contents)
    assert hashes.shape == (len(contents), HASH_BYTES)
    code, first = first_appearances(hashes)
    order = list(dict.fromkeys(contents))
    assert code.tolist() == [order.index(content) for content in contents]
    assert [contents[row] for row in first.tolist()] == order
    assert (code.dtype, first.dtype) == (np.int32, np.int64)


def test_hashes_that_differ_in_one_byte_are_two() -> None:
    hashes = np.zeros((34, HASH_BYTES), np.uint8)
    hashes[np.arange(HASH_BYTES), np.arange(HASH_BYTES)] = 1
    hashes[HASH_BYTES : 2 * HASH_BYTES][np.arange(HASH_BYTES), np.arange(HASH_BYTES)] = 2
    code, first = first_appearances(hashes)
    assert code.tolist() == [*range(33), 32]
    assert first.tolist() == list(range(33))


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, -2.5]), min_size=7, max_size=7)), st.integers(1, 7))
def test_distinct_rows_are_those_whose_bytes_differ_anywhere(rows: list[list[float]], width: int) -> None:
    # Few values: most rows are equal in the places that are looked at first, and many are equal all over.
    array = np.array(rows, dtype=np.float32).reshape(-1, 7)[:, :width]
    code, first = distinct_rows(array, lambda _done: None)
    kinds = [row.tobytes() for row in array]
    order = list(dict.fromkeys(kinds))
    assert code.tolist() == [order.index(kind) for kind in kinds]
    assert [kinds[row] for row in first.tolist()] == order
    assert (code.dtype, first.dtype) == (np.int32, np.int64)


def test_finding_distinct_rows_is_reported_every_few_thousand_rows_whether_they_are_alike_or_not() -> None:
    for rows in (np.zeros((40_000, 3), np.float32), np.arange(120_000, dtype=np.float32).reshape(-1, 3)):
        told: list[float] = []
        distinct_rows(rows, told.append)
        assert len(told) >= 5
        assert told == sorted(told)
        assert told[-1] < 1.0
