"""Words, phrases and empty words, each on its own."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_topics.corpus import Corpus, sample
from atlas_plugin_topics.lexicon import usage
from atlas_plugin_topics.phrases import find_terms
from atlas_plugin_topics.plurals import word_groups
from atlas_plugin_topics.stopwords import stop_words
from atlas_plugin_topics.surfaces import surfaces
from atlas_plugin_topics.tally import tally
from atlas_plugin_topics.words import clean, read_words
from hypothesis import given
from hypothesis import strategies as st
from localatlas.protocols import Layout
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray


def phrases_of(text: str) -> list[str]:
    """The words of each phrase, joined."""
    words = read_words([clean(text, 1000)])
    phrases = [""]
    for word, last in zip(words.word, words.last, strict=True):
        phrases[-1] = f"{phrases[-1]} {words.vocabulary[word]}".strip()
        if last:
            phrases.append("")
    return [phrase for phrase in phrases if phrase]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Green tea, black tea", ["green tea", "black tea"]),
        ("gluten-free bread", ["gluten free bread"]),
        ("well - no", ["well no"]),
        ("the dog's bowl", ["the dog bowl"]),
        ("I don\u2019t mind", ["i don't mind"]),
        ("first\nsecond\n\nthird", ["first second", "third"]),
        ("a <b>bold</b> word", ["a", "bold", "word"]),
        ("salt &amp; pepper", ["salt", "pepper"]),
        ("12 packs of 24 cups", ["packs of", "cups"]),
        ("see www.example.com/x or a@b.org now", ["see", "or", "now"]),
        ("see www.(x).org or WWW.-y now", ["see", "or", "now"]),
        ("Caf\u0065\u0301 cr\u00e8me", ["caf\u00e9 cr\u00e8me"]),
        ("\u7dd1\u8336\u304c", ["\u7dd1 \u8336", "\u304c"]),
        ("red \U0001f34e\U0001f34e pie", ["red", "\U0001f34e", "\U0001f34e", "pie"]),
        (
            "\U0001f469\u200d\U0001f52c \U0001f1eb\U0001f1f7\U0001f44d\U0001f3fd",
            ["\U0001f469\u200d\U0001f52c", "\U0001f1eb\U0001f1f7", "\U0001f44d\U0001f3fd"],
        ),
    ],
)
def test_phrases_end_at_what_is_not_prose(text: str, phrases: list[str]) -> None:
    assert phrases_of(text) == phrases


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_text_can_be_read(texts: list[str]) -> None:
    cleaned = [clean(text, 60) for text in texts]
    words = read_words(cleaned)
    assert len(words.word) == len(words.document) == len(words.last)
    assert (np.diff(words.document) >= 0).all()
    for document, begin, end in zip(words.document, words.begin, words.end, strict=True):
        assert cleaned[document][begin:end].strip()
    terms = find_terms(words, np.arange(len(words.vocabulary), dtype=np.int32), np.ones(len(words.vocabulary), bool), 1)
    assert (np.bincount(terms.term, minlength=len(terms.length)) > 0).all()


def test_phrases_do_not_cross_documents_or_punctuation() -> None:
    words = read_words(["green tea. black", "coffee black coffee"] * 3)
    terms = find_terms(words, np.arange(4, dtype=np.int32), np.ones(4, bool), 1)
    spelled = {" ".join(words.vocabulary[word] for word in row if word >= 0) for row in terms.words}
    assert spelled == {
        "green",
        "tea",
        "black",
        "coffee",
        "green tea",
        "coffee black",
        "black coffee",
        "coffee black coffee",
    }


def test_empty_words_are_found_in_real_texts(stdlib: tuple[ArrayIndex, Layout, NDArray[np.int64]]) -> None:
    index = stdlib[0]
    words = read_words([clean(text or "", 2000) for text in index.text()])
    own = np.arange(len(words.vocabulary), dtype=np.int32)
    single = find_terms(words, own, np.ones(len(own), dtype=bool), 5, longest=1)
    use = usage(single, words, index.vectors)
    stop = stop_words(words, single, use)
    empty = {words.vocabulary[word] for word in np.nonzero(stop)[0]}
    assert {"the", "a", "of", "is", "to", "in", "and", "this", "that", "with"} <= empty
    assert not {"socket", "decimal", "coroutine", "archive", "database", "header"} & empty
    group = word_groups(words, single, use, stop)
    number = {text: word for word, text in enumerate(words.vocabulary)}
    assert group[number["sockets"]] == number["socket"]
    assert group[number["class"]] == number["class"]


@given(st.lists(st.text(alphabet="ab1\u00e9\u7dd1\u3042\u30a2\U0001f34e'-,. \n", max_size=30), max_size=6))
def test_a_text_reads_the_same_whatever_stands_beside_it(texts: list[str]) -> None:
    together = read_words(texts)
    for row, text in enumerate(texts):
        alone, here = read_words([text]), together.document == row
        assert [alone.vocabulary[word] for word in alone.word] == [
            together.vocabulary[word] for word in together.word[here]
        ]
        assert np.array_equal(alone.last, together.last[here])
        assert np.array_equal(alone.begin, together.begin[here])
        assert np.array_equal(alone.end, together.end[here])


def test_a_name_is_spelled_with_the_word_that_always_leads_it_but_not_with_an_article() -> None:
    texts = ["Sheep of New Zealand", "the hills of New Zealand, green", "a bird (New Zealand)"] * 2
    texts += ["the engine of a boat", "start the engine"] * 60
    words = read_words(texts)
    own = np.arange(len(words.vocabulary), dtype=np.int32)
    allowed = np.isin(words.vocabulary, ["zealand", "engine", "boat"])
    terms = find_terms(words, own, allowed, 5)
    nothing = np.zeros((len(texts), 1), dtype=np.float32)
    rows = np.arange(len(texts))
    corpus = Corpus(rows, texts, np.ones(len(texts)), nothing, nothing.astype(np.int32))
    spelled = surfaces(range(len(terms.length)), terms, words, corpus)
    assert set(spelled.values()) == {"New Zealand", "engine", "boat"}


def test_of_many_texts_each_finest_topic_gives_its_share_and_a_small_one_all() -> None:
    size = np.array([20, 60, 400, *[98] * 240, 6000])
    finest = np.random.default_rng(0).permutation(np.repeat(np.arange(1, len(size) + 1), size)).astype(np.int32)
    chosen = sample(finest, 20_000)
    assert len(chosen) == 15_616
    assert (np.diff(chosen) > 0).all()
    read = np.bincount(finest[chosen])[1:]
    assert read[0] in {20, 19}
    assert 25 <= read[1] < read[3] < read[2] < read[-1]
    assert np.ptp(read[3:-1]) <= 1
    assert len(sample(finest, 100)) == 100
    assert len(sample(finest[:9_000], 9_000)) == 9_000


def test_terms_are_counted_by_finest_topic() -> None:
    texts = ["green tea", "green apple", "tea", "black tea"]
    words = read_words(texts)
    own = np.arange(len(words.vocabulary), dtype=np.int32)
    terms = find_terms(words, own, np.ones(len(own), bool), 1)
    meaning = np.eye(4, dtype=np.float32)
    assignment = np.array([[1, 4], [1, 4], [2, 5], [2, 6]], np.int32)
    corpus = Corpus(np.arange(4), texts, np.array([1.0, 2.0, 3.0, 4.0]), meaning, assignment)
    counted = tally(corpus, usage(terms, words, meaning))
    tea = int(np.nonzero((terms.length == 1) & (terms.words[:, 0] == words.vocabulary.index("tea")))[0][0])
    assert counted.topics.tolist() == [[1, 4], [2, 5], [2, 6]]
    assert counted.rows.tolist() == [3.0, 3.0, 4.0]
    assert counted.said[tea] == 8.0
    assert counted.counts(np.array([0, 1, 1]), 2)[tea].tolist() == [1.0, 7.0]
    assert counted.counts(np.array([-1, 0, 1]), 2)[tea].tolist() == [3.0, 4.0]
    centres, middle = counted.centres(np.array([0, 1, 1]), 2)
    assert centres.tolist() == [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    assert middle.tolist() == [0.25] * 4
