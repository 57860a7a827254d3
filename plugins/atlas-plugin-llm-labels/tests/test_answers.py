"""What is taken for a name."""

from __future__ import annotations

import json

import pytest
from atlas_plugin_llm_labels.answers import read_answer
from atlas_plugin_llm_labels.naming import Names
from hypothesis import given
from hypothesis import strategies as st

ONE = frozenset({1})
KEYS = st.sampled_from(["topics", "id", "label", "description"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(0, 2) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)


def taken(label: object, max_words: int = 5) -> str | None:
    found = read_answer(json.dumps({"topics": [{"id": 1, "label": label}]}), ONE, max_words)
    return found[1].label if found else None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Dog training", "Dog training"),
        ('"Dog training."', "Dog training"),
        ("**Dog\n training**", "Dog training"),
        ("数字地図", "数字地図"),
        ("3D printing", "3D printing"),
        ("Topical creams", "Topical creams"),
    ],
)
def test_names_are_tidied(said: str, name: str) -> None:
    assert taken(said) == name


@pytest.mark.parametrize(
    "said",
    ["", "  ", "Topic 3", "cluster", "#12", "…", "N/A", "Miscellaneous", "a b c d e f", "x" * 99, None, 5],
)
def test_what_is_no_name_is_left_out(said: object) -> None:
    assert taken(said) is None


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"topics": [{"id": "1", "label": "Tea"}]}\n```',
        'Here it is: {"topics": [{"id": 1, "label": "Tea"}]} Anything else?',
        '[{"id": 1, "label": "Tea"}]',
        '<think>{"topics": []} or {}</think>{"topics": [{"id": 1, "label": "Tea"}]}',
        '{"topics": [{"id": 1, "label": "Tea"}, {"id": 1, "label": "Coffee"}, 7]}',
    ],
)
def test_answers_are_found_in_what_stands_around_them(text: str) -> None:
    assert read_answer(text, ONE, 5)[1].label == "Tea"


@given(st.text())
def test_any_text_is_read_without_fault(text: str) -> None:
    assert read_answer(text, ONE, 5).keys() <= ONE


@given(ANY_JSON)
def test_any_json_is_read_without_fault(data: object) -> None:
    for found in read_answer(json.dumps(data), ONE, 5).values():
        assert found.label.strip()
        assert found.label.isprintable()


@given(st.lists(st.tuples(st.sampled_from(["Tea", "tea", "Coffee", "Milk"]), st.booleans()), max_size=8))
def test_no_name_is_given_twice(wishes: list[tuple[str, bool]]) -> None:
    own = [f"keyword {number}" for number in range(len(wishes))]
    names, given_names = Names(own), []
    for number, (wish, good) in enumerate(wishes):
        name = names.give(wish, own[number], ["hot", "cold"]) if good else ""
        given_names.append(name or names.own(own[number], number))
    folded = [name.casefold() for name in given_names]
    assert len(set(folded)) == len(folded)


def test_a_topic_may_have_the_name_that_is_kept_for_it_but_no_other() -> None:
    names = Names(["Coffee", "Tea"])
    assert names.give("Tea", "Coffee", ["hot"]) == "Tea (hot)"
    assert names.give("tea", "Tea", []) == "tea"
