"""Lists of names, as image models write them."""

from __future__ import annotations

import numpy as np
from atlas_plugin_topics import Phrases
from atlas_plugin_topics.names import are_categories, are_names, read_names
from localatlas.protocols import Context, Topics
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

CATS = ("tabby cat", "tiger cat", "Egyptian cat", "lynx", "Siamese cat")
SHIPS = ("container ship", "fireboat", "ocean liner", "pirate ship", "fishing boat")


def lists(names: tuple[str, ...], count: int, seed: int) -> list[str | None]:
    generator = np.random.default_rng(seed)
    # The first name is the commonest, as "tabby cat" among pictures of cats.
    chance = np.array([4.0, 2.0, 1.0, 1.0, 1.0]) / 9.0
    return [", ".join(generator.choice(names, 3, replace=False, p=chance)) for _ in range(count)]


def two(side: NDArray[np.int32]) -> Topics:
    return Topics(
        topic_id=np.array([1, 2], np.int32),
        depth=np.array([1, 1], np.int32),
        parent_id=np.array([-1, -1], np.int32),
        size=np.bincount(side).astype(np.int64),
        position=np.zeros((2, 2), np.float32),
        hull=(np.zeros((0, 2), np.float32),) * 2,
        assignment=side[:, None] + np.int32(1),
        confidence=np.ones((len(side), 1), np.float32),
    )


def test_names_stay_whole_in_labels_and_keywords() -> None:
    side = np.repeat([0, 1], 60).astype(np.int32)
    vectors = np.random.default_rng(0).normal(size=(120, 8)) * 0.1
    vectors[:, 0] += np.where(side, 1.0, -1.0)
    index = ArrayIndex(vectors, [*lists(CATS, 60, 0), *lists(SHIPS, 60, 1)])
    labels = Phrases(Phrases.Options()).label(two(side), index, Context())
    for topic, names in ((1, CATS), (2, SHIPS)):
        assert labels[topic].label.split(" · ")[0] == names[0]
        assert set(labels[topic].label.split(" · ")) <= set(names)
        assert set(labels[topic].keywords) <= set(names)


def test_prose_with_commas_is_not_a_list_of_names() -> None:
    assert are_names([text for text in lists(CATS, 40, 2) if text])
    assert not are_names(["I bought this tea, and it is good.", "Nice soup, quickly sent.", "Salty, but fresh."] * 20)
    assert not are_names([f"very good soup {number}, {taste}" for number in range(9) for taste in ("sour", "sweet")])
    assert not are_names(["green tea"] * 50)
    assert not are_names([])


def test_a_name_is_one_word_and_ends_its_phrase() -> None:
    words = read_names(["Tabby  cat, lynx", "lynx; ,"])
    assert words.vocabulary == ("tabby cat", "lynx")
    assert words.word.tolist() == [0, 1, 1]
    assert words.document.tolist() == [0, 0, 1]
    assert words.last.all()
    assert [(int(a), int(b)) for a, b in zip(words.begin, words.end, strict=True)] == [(0, 10), (12, 16), (0, 4)]


def test_categories_name_topics_whatever_they_are_made_of() -> None:
    side = np.repeat([0, 1], 60).astype(np.int32)
    vectors = np.random.default_rng(0).normal(size=(120, 8)) * 0.1
    vectors[:, 0] += np.where(side, 1.0, -1.0)
    for left, right in (("3", "8"), ("Wine, red", "Beer (pale)"), ("2019", "2020")):
        index = ArrayIndex(vectors, [*[left] * 55, *[right] * 5, *[right] * 55, *[left] * 5])
        labels = Phrases(Phrases.Options()).label(two(side), index, Context())
        assert [labels[topic].label for topic in (1, 2)] == [left, right]


def test_only_few_and_short_texts_are_categories() -> None:
    assert are_categories(["red", "green", "blue"] * 40)
    assert not are_categories(["red", "green", "blue"] * 20)
    assert not are_categories([f"row {number}" for number in range(60)])
    assert not are_categories(["I bought this tea last week and it is rather good, all in all"] * 60)
