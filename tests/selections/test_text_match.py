from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest
from localatlas.errors import AtlasValueError
from localatlas.selections.text_match import check_expression, text_matches

TEXTS = ["The cat sat", "concatenate", "CAT!", "a cät", "cat_1", "", None, "the end of the\ncat", "カタログの猫"]


def found(query: str, *, regex: bool = False, whole_word: bool = False, ignore_case: bool = True) -> list[int]:
    column = pa.chunked_array([pa.array(TEXTS[:4]), pa.array(TEXTS[4:])])
    matches = text_matches(column, query, regex=regex, whole_word=whole_word, ignore_case=ignore_case)
    return np.flatnonzero(matches).tolist()


def test_a_part_of_a_word_is_found_in_any_case() -> None:
    assert found("cat") == [0, 1, 2, 4, 7]
    assert found("cat", ignore_case=False) == [0, 1, 4, 7]
    assert found("CÄT") == [3]
    assert found("猫") == [8]


def test_a_whole_word_ends_where_letters_numbers_and_underscores_end() -> None:
    assert found("cat", whole_word=True) == [0, 2, 7]
    assert found("c", whole_word=True) == []
    assert found("the end", whole_word=True) == [7]


def test_a_plain_text_is_no_expression() -> None:
    assert found("c.t") == []
    assert found("!", whole_word=True) == []
    assert found("CAT!", whole_word=True) == [2]
    assert found("[") == []


def test_an_expression_is_one() -> None:
    assert found("^the", regex=True) == [0, 7]
    assert found("c.t", regex=True) == [0, 1, 2, 3, 4, 7]
    assert found("cat|end", regex=True, whole_word=True) == [0, 2, 7]
    assert found("cat$", regex=True, ignore_case=False) == [7]
    assert found(r"\pL+", regex=True) == [0, 1, 2, 3, 4, 7, 8]


def test_an_expression_that_is_wrong_by_itself_stays_wrong_as_a_whole_word() -> None:
    with pytest.raises(AtlasValueError, match=r"unexpected \)"):
        check_expression("a)|(b")


def test_an_expression_that_makes_others_backtrack_for_ever_takes_no_time() -> None:
    column = pa.chunked_array([pa.array(["a" * 50_000 + "!"] * 4)])
    begun = time.process_time()
    assert not text_matches(column, "(a+)+$", regex=True, whole_word=False, ignore_case=False).any()
    assert time.process_time() - begun < 2
