from __future__ import annotations

import contextlib
import re
import unicodedata

import pyarrow as pa
import pytest
from atlas_plugin_explorer.search import LONGEST_QUERY, Query, SearchTimeoutError, matches
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import AtlasValueError

TEXTS = [
    "Green tea",
    "greenish",
    "le café noir",
    "cafés",
    "a+b (c)",
    None,
    "",
    "tea\ntime",
    "ΤΣΆΙ πράσινο",
    "x_tea",
    "日本 tea 日本",
]


def find(query: Query, texts: list[str | None] = TEXTS) -> list[str | None]:
    values = pa.chunked_array([pa.array(texts, pa.large_string())])
    return [text for text, hit in zip(texts, matches(values, query), strict=True) if hit]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query("green"), ["Green tea", "greenish"]),
        (Query("green", case=True), ["greenish"]),
        (Query("green", word=True), ["Green tea"]),
        (Query("tea", word=True), ["Green tea", "tea\ntime", "日本 tea 日本"]),
        (Query("café", word=True), ["le café noir"]),
        (Query("CAFÉ"), ["le café noir", "cafés"]),
        (Query("caf", word=True), []),
        (Query("a+b (c)"), ["a+b (c)"]),
        (Query("a+b (c)", word=True), ["a+b (c)"]),
        (Query("a+b", regex=True), []),
        (Query("^gre+n", regex=True), ["Green tea", "greenish"]),
        (Query("^gre+n", regex=True, case=True), ["greenish"]),
        (Query("gre+n|caf.", regex=True, word=True), ["Green tea", "le café noir"]),
        (Query("^$", regex=True), [""]),
        (Query("τσάι"), ["ΤΣΆΙ πράσινο"]),
        (Query("\n"), ["tea\ntime"]),
    ],
)
def test_finds(query: Query, found: list[str]) -> None:
    assert find(query) == found


@pytest.mark.parametrize("expression", ["(", "a)|(b", "[z-a]", r"(a)\1", "(?=a)", "*", r"\p{Nonsense}", "a{2000}"])
def test_a_bad_expression_is_refused_with_the_reason(expression: str) -> None:
    for word in (False, True):
        with pytest.raises(AtlasValueError, match=r"is not a regular expression: .+RE2"):
            find(Query(expression, regex=True, word=word))


@pytest.mark.parametrize("text", ["", "x" * (LONGEST_QUERY + 1)])
def test_empty_and_endless_queries_are_refused(text: str) -> None:
    with pytest.raises(AtlasValueError, match="1 to 1,000 characters"):
        find(Query(text))


def test_an_expression_that_takes_too_long_is_stopped() -> None:
    values = pa.chunked_array([pa.array(["a" * 500] * 40_000)])
    with pytest.raises(SearchTimeoutError, match="of 40,000 rows"):
        matches(values, Query("(x+x+)+y", regex=True), seconds=0.0)


def test_what_makes_backtracking_explode_is_linear_here() -> None:
    assert find(Query("(a+)+$", regex=True), ["a" * 50_000 + "b"]) == []


def test_many_chunks_are_one_column() -> None:
    values = pa.chunked_array([pa.array([f"row {k}"]) for k in range(50_000)])
    assert matches(values, Query("row 499")).nonzero()[0].tolist() == [
        499,
        *range(4_990, 5_000),
        *range(49_900, 50_000),
    ]


@given(st.text(max_size=30), st.lists(st.none() | st.text(max_size=40), max_size=10))
def test_plain_text_is_taken_as_it_stands(text: str, texts: list[str | None]) -> None:
    if text:
        assert find(Query(text, case=True), texts) == [value for value in texts if value is not None and text in value]


@given(st.text("ab+*.([ é_1", min_size=1, max_size=4), st.lists(st.text("ab+*.([ é_1", max_size=12), max_size=10))
def test_whole_words_are_what_python_takes_for_words(text: str, texts: list[str]) -> None:
    edged = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    assert find(Query(text, case=True, word=True), texts) == [value for value in texts if edged.search(value)]


@given(st.text(max_size=40), st.booleans(), st.booleans())
def test_any_expression_is_answered_or_refused(text: str, case: bool, word: bool) -> None:
    with contextlib.suppress(AtlasValueError):
        assert set(find(Query(text, case=case, word=word, regex=True))) <= set(TEXTS)


def test_marks_belong_to_their_letter() -> None:
    decomposed = unicodedata.normalize("NFD", "café")
    assert find(Query("cafe", word=True), [decomposed]) == []
