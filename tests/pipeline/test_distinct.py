from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from localatlas.pipeline.distinct import HASH_BYTES, first_appearances, hashes_of


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
