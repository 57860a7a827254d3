from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import selections as s
from localatlas.errors import AtlasError, AtlasTypeError, AtlasValueError
from localatlas.selections import limits

TAG: dict[str, Any] = {"type": "tag", "name": "x"}


def nested(levels: int) -> dict[str, Any]:
    """Return a selection of so many levels."""
    node = TAG
    for _ in range(levels - 1):
        node = {"type": "not", "of": node}
    return node


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "a node needs a type: all, any, not, text"),
        ({"type": "txt"}, r"there is no type 'txt', did you mean 'text'\?; types are all, any"),
        (
            {"type": "text", "query": "a", "fild": "b"},
            r"fild: unknown field, did you mean 'fields'\?; text takes query",
        ),
        ({"type": "text"}, "query: it is missing; text takes query, fields"),
        ({"type": "text", "query": ""}, "query: it must have a length of at least 1, got ''"),
        ({"type": "text", "query": "(a", "regex": True}, r"'\(a' is not a regular expression: missing \): \(a. RE2"),
        ({"type": "text", "query": "(?=a)", "regex": True}, "no look-around"),
        ({"type": "text", "query": "a", "fields": []}, "fields: it must have a length of at least 1"),
        ({"type": "all", "of": [TAG, {"type": "tags"}]}, r"of\[1\]: there is no type 'tags', did you mean 'tag'"),
        ({"type": "not", "of": {"type": "any", "of": [{"type": "tag"}]}}, r"of.of\[0\].name: it is missing"),
        ({"type": "not"}, "of: it is missing; not takes of"),
        ({"type": "range", "field": "n"}, "a range needs low, high or both"),
        ({"type": "range", "field": "n", "low": 2, "high": 1}, "low=2 is above high=1"),
        ({"type": "range", "field": "n", "low": "2024-02-01", "high": "2024-01-31"}, "is above high='2024-01-31'"),
        ({"type": "range", "field": "n", "low": 2, "high": "2024-01-31"}, "must both be numbers or both be dates"),
        ({"type": "range", "field": "n", "low": "soon"}, r"low: 'soon' is no date \(2024-01-31\) or time"),
        ({"type": "range", "field": "n", "low": "2023-02-29"}, "'2023-02-29' is no date"),
        ({"type": "range", "field": "n", "low": float("nan")}, "low: input should be a finite number, got nan"),
        ({"type": "range", "field": "n", "low": True}, "low: it must be a number or a text, got True"),
        ({"type": "category", "field": "n", "values": [1, [2]]}, r"values\[1\]: it must be a text .* got \[2\]"),
        ({"type": "meaning", "query": "x"}, "meaning needs similarity"),
        ({"type": "meaning", "k": 3}, "either query"),
        ({"type": "meaning", "query": "x", "vector": [1.0], "k": 3}, "either query"),
        ({"type": "meaning", "query": "  ", "k": 3}, "query is blank"),
        ({"type": "meaning", "query": "x", "similarity": 1.5}, "similarity: it must be at most 1.0, got 1.5"),
        ({"type": "neighbors", "id": "a", "k": 0}, "k: it must be at least 1, got 0"),
        ({"type": "neighbors", "id": 1.5, "k": 1}, "id: it must be a number or a text, got 1.5"),
        ({"type": "lasso", "polygons": [[[0, 0], [1, 1]]]}, r"polygons\[0\]: it must have a length of at least 3"),
        ({"type": "lasso", "polygons": [[[0, 0], [1, 1], [0, float("inf")]]]}, r"polygons\[0\]\[2\]\[1\]: .* finite"),
        ({"type": "lasso", "polygons": [[[0, 0], [1, 1], [0, 1, 2]]]}, r"polygons\[0\]\[2\]"),
        ({"type": "topic"}, "topic takes either topic_id, or depth and label"),
        ({"type": "topic", "topic_id": 1, "depth": 1}, "topic takes either topic_id, or depth and label"),
        ({"type": "topic", "depth": 1}, "topic takes either topic_id, or depth and label"),
        ({"type": "duplicates", "classes": ["single"]}, r"classes\[0\]: input should be 'singleton'"),
        ({"type": "ids", "ids": [True]}, r"ids\[0\]: it must be a number or a text"),
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_is_accepted(wrong: Any, words: str) -> None:
    with pytest.raises(AtlasValueError, match=words):
        s.parse(wrong)


@pytest.mark.parametrize("wrong", [None, 5, [TAG], "[]", "null"])
def test_what_is_no_selection_at_all_is_refused_by_its_type(wrong: Any) -> None:
    with pytest.raises(AtlasTypeError, match="a dict or JSON text, got"):
        s.parse(wrong)


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(AtlasValueError) as told:
        s.parse({"type": "any", "of": [{"type": "tag", "name": 3}, {"type": "range"}]})
    assert "of[0].name: " in str(told.value)
    assert "of[1].field: it is missing" in str(told.value)


def test_a_long_value_is_shown_in_part() -> None:
    with pytest.raises(AtlasValueError) as told:
        s.parse({"type": "tag", "name": "x" * 100_000})
    assert len(str(told.value)) < 300


def test_a_selection_has_so_many_levels() -> None:
    assert s.parse(nested(limits.MAX_DEPTH)).to_dict() == nested(limits.MAX_DEPTH)
    for wrong in (nested(limits.MAX_DEPTH + 1), nested(5_000)):
        with pytest.raises(AtlasValueError, match="at most 32 levels deep"):
            s.parse(wrong)


def test_a_selection_has_so_many_nodes() -> None:
    fits = {"type": "all", "of": [TAG] * (limits.MAX_NODES - 1)}
    assert s.parse(fits).to_dict() == fits
    with pytest.raises(AtlasValueError, match="at most 256 nodes"):
        s.parse({"type": "all", "of": [{"type": "any", "of": [TAG] * 100}] * 3})


def test_nodes_made_in_python_are_held_to_the_same_limits() -> None:
    node: s.Node = s.tagged("x")
    for _ in range(limits.MAX_DEPTH):
        node = s.Not.model_construct(of=node)
    with pytest.raises(AtlasValueError, match="levels deep"):
        s.parse(node)
    with pytest.raises(AtlasValueError, match="at most 16 nodes of meaning and neighbors"):
        s.parse(s.any_of(*[s.near("a", k) for k in range(1, 18)]))


def test_all_polygons_together_have_so_many_corners() -> None:
    half = [(number, number % 2) for number in range(limits.MAX_CORNERS // 2)]
    s.parse(s.within(half, half))
    with pytest.raises(AtlasValueError, match="at most 10,000 corners"):
        s.parse(s.within(half, half) | ~s.within([(0, 0), (1, 0), (1, 1)]))


def test_an_expression_that_would_take_much_memory_is_refused() -> None:
    with pytest.raises(AtlasValueError, match="is not a regular expression"):
        s.matches("((a{100}){100}){100}")


def test_bytes_are_read_too() -> None:
    assert s.parse(json.dumps(TAG).encode()) == s.tagged("x")


def test_one_column_may_be_given_as_a_text() -> None:
    assert s.parse({"type": "text", "query": "a", "fields": "b"}) == s.contains("a", ["b"])


names = st.sampled_from(["type", "of", "field", "values", "query", "low", "k", "ids", "polygons", "name", "x"])
words = st.sampled_from(["all", "any", "not", "text", "range", "category", "lasso", "ids", "tag", "", "2024-01-31"])
plain = st.none() | st.booleans() | st.integers() | st.floats() | words
anything = st.recursive(plain, lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=4))


@given(st.dictionaries(names, anything, max_size=5))
def test_whatever_comes_is_a_selection_or_an_error_of_ours(raw: dict[str, Any]) -> None:
    try:
        made = s.parse(raw)
    except AtlasError:
        return
    assert s.parse(made.to_json()) == made
