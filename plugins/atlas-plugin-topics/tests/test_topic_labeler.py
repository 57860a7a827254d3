from __future__ import annotations

import re

import numpy as np
import pytest
from atlas_plugin_topics import NomicTopic, Phrases
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, TopicLabel, Topics
from localatlas.testing.example import ArrayIndex, cancelling
from numpy.typing import NDArray

Stdlib = tuple[ArrayIndex, Layout, NDArray[np.int64]]
Named = tuple[Topics, dict[int, TopicLabel], NDArray[np.int64]]

# Only to judge by: the labeler has no list.
ENGLISH_STOP_WORDS = set(
    re.findall(
        r"\w+",
        """
        a about above after again all also am an and any are as at be because been before being
        below between both but by can could did do does doing down during each few for from further
        had has have having he her here hers him his how i if in into is it its just me more most my
        no nor not now of off on once only or other our out over own same she should so some such
        than that the their them then there these they this those through to too under until up very
        was we were what when where which while who whom why will with would you your
        """,
    )
)


def label(topics: Topics, index: ArrayIndex, **options: object) -> dict[int, TopicLabel]:
    return Phrases(Phrases.Options(**options)).label(topics, index, Context())


@pytest.fixture(scope="module")
def named(stdlib: Stdlib) -> Named:
    """Topics of the standard library's docstrings, and their labels."""
    index, layout, module = stdlib
    topics = NomicTopic(NomicTopic.Options()).fit(index, layout, Context())
    return topics, label(topics, index), module


def two_topics(texts: list[str | None], split: int) -> tuple[Topics, ArrayIndex]:
    """One depth, two topics: the rows before and from `split`."""
    n = len(texts)
    side = (np.arange(n) >= split).astype(np.int32)
    vectors = np.random.default_rng(0).normal(size=(n, 8)) * 0.1
    vectors[:, 0] += np.where(side, 1.0, -1.0)
    topics = Topics(
        topic_id=np.array([1, 2], np.int32),
        depth=np.array([1, 1], np.int32),
        parent_id=np.array([-1, -1], np.int32),
        size=np.bincount(side).astype(np.int64),
        position=np.zeros((2, 2), np.float32),
        hull=(np.zeros((0, 2), np.float32),) * 2,
        assignment=side[:, None] + np.int32(1),
        confidence=np.ones((n, 1), np.float32),
    )
    return topics, ArrayIndex(vectors, texts)


def test_every_topic_has_a_label_of_its_own(named: Named) -> None:
    topics, labels, _ = named
    assert set(labels) == set(topics.topic_id.tolist())
    names = [one.label for one in labels.values()]
    assert len(set(names)) == len(names)
    assert all(1 <= len(one.label.split(" · ")) <= 2 for one in labels.values())


def test_no_child_repeats_its_parent_and_no_brothers_share_a_term(named: Named) -> None:
    topics, labels, _ = named
    for parent in (-1, *topics.topic_id.tolist()):
        family = [labels[int(child)].label.split(" · ") for child in topics.children(parent)]
        terms = [term for terms in family for term in terms]
        assert len(set(terms)) == len(terms)
        if parent != -1:
            assert labels[parent].label not in [" · ".join(terms) for terms in family]
            assert not set(labels[parent].label.split(" · ")) & set(terms)


def test_no_stop_word_in_a_label_of_real_texts(named: Named) -> None:
    _, labels, _ = named
    words = [word for one in labels.values() for word in re.findall(r"[a-z']+", one.label.lower())]
    assert not ENGLISH_STOP_WORDS & set(words)


def test_topics_of_a_module_are_named_after_what_it_does(named: Named) -> None:
    topics, labels, module = named
    broad = topics.assignment[:, 0]
    of_asyncio = np.bincount(broad[module == 12]).argmax()
    assert {"event loop", "coroutine", "task"} & {word.lower() for word in labels[int(of_asyncio)].keywords}


def test_keywords_describe_and_exemplars_belong(named: Named, stdlib: Stdlib) -> None:
    topics, labels, _ = named
    texts = stdlib[0].text()
    for topic, one in labels.items():
        depth = int(topics.depth[topics.topic_id == topic][0])
        rows = topics.assignment[:, depth - 1]
        assert one.description == "/".join(one.keywords)
        assert len(set(one.keywords)) == len(one.keywords) <= 12
        assert 1 <= len(one.exemplars) <= 5
        assert all(rows[row] == topic for row in one.exemplars)
        assert len({texts[row] for row in one.exemplars}) == len(one.exemplars)


def test_the_same_input_gives_the_same_labels(named: Named, stdlib: Stdlib) -> None:
    topics, labels, _ = named
    assert label(topics, stdlib[0]) == labels


def test_without_text_topics_are_called_by_number_and_size() -> None:
    topics, index = two_topics([None] * 30, 20)
    assert [one.label for one in label(topics, index).values()] == ["Topic 1 · 20 rows", "Topic 2 · 10 rows"]


def three_levels_of(texts: list[str]) -> tuple[Topics, ArrayIndex]:
    """The first half of the rows and the second, and below the first its own two halves."""
    n = len(texts)
    broad = (np.arange(n) >= n // 2).astype(np.int32)
    fine = np.where(broad, 5, 3 + (np.arange(n) >= n // 4)).astype(np.int32)
    topics = Topics(
        topic_id=np.arange(1, 6, dtype=np.int32),
        depth=np.array([1, 1, 2, 2, 2], np.int32),
        parent_id=np.array([-1, -1, 1, 1, 2], np.int32),
        size=np.array([n // 2, n // 2, n // 4, n // 4, n // 2], np.int64),
        position=np.zeros((5, 2), np.float32),
        hull=(np.zeros((0, 2), np.float32),) * 5,
        assignment=np.column_stack([broad + 1, fine]).astype(np.int32),
        confidence=np.ones((n, 2), np.float32),
    )
    return topics, ArrayIndex(np.eye(5)[fine - 1] + 0.01 * np.random.default_rng(0).normal(size=(n, 5)), texts)


def test_a_topic_whose_words_are_all_taken_is_called_by_a_typical_text() -> None:
    topics, index = three_levels_of(["rust code"] * 40 + ["green tea"] * 40)
    named = {topic: one.label for topic, one in label(topics, index).items()}
    assert named[1] == "rust code"
    assert [named[3], named[4]] == ["\u201crust code\u201d", "Topic 4 · 20 rows"]


def test_a_typical_text_that_is_long_is_cut_between_words() -> None:
    text = "the lines of this text are the same in every row, to the last"
    topics, index = three_levels_of([text] * 80)
    cut = [one.label for one in label(topics, index).values() if "\u2026" in one.label]
    assert cut == ["\u201cthe lines of this text are the same in\u2026\u201d"]


def test_rows_without_text_do_not_disturb() -> None:
    topics, index = two_topics(["green tea", None, "", "  "] * 10 + ["dark coffee", None] * 20, 40)
    assert [one.label.split(" · ")[0] for one in label(topics, index).values()] == ["green tea", "dark coffee"]


def test_a_single_text_is_labelled() -> None:
    topics, index = two_topics(["green tea", None], 1)
    labels = label(topics, index)
    assert labels[1].label == "green tea"
    assert labels[2].label == "Topic 2 · 1 row"


def test_the_one_topic_of_a_map_is_labelled(stdlib: Stdlib) -> None:
    index, layout, _ = stdlib
    small = ArrayIndex(index.vectors[:30], index.text(np.arange(30)))
    topics = NomicTopic(NomicTopic.Options(broadest=1, fan_out=1.0)).fit(
        small, Layout(layout.positions[:30]), Context()
    )
    names = [one.label for one in label(topics, small).values()]
    assert len(set(names)) == 2
    assert not any(name.startswith("Topic ") for name in names)


def test_markup_addresses_and_numbers_are_not_words() -> None:
    left = ["Loved it <br /><br />lavender soap 12 https://shop.example.com/a?b=c &quot;mild&quot;"] * 20
    right = ['<a href="http://x.org">walnut</a> oil 300 mail me@example.org 2024'] * 20
    topics, index = two_topics([*left, *right], 20)
    words = {word for one in label(topics, index).values() for text in one.keywords for word in text.lower().split()}
    assert {"lavender", "walnut"} <= words
    assert not {"br", "href", "https", "http", "www", "quot", "example", "com", "12", "300", "2024"} & words


def test_singular_and_plural_are_one_word_in_the_commoner_form() -> None:
    left = ["cat treats, fish", "cat treats, milk", "cat treat, fish"] * 10
    topics, index = two_topics([*left, *["a garden hose, water", "garden hoses, green"] * 15], 30)
    labels = label(topics, index)
    assert labels[1].label.split(" · ")[0] == "cat treats"
    assert labels[1].label.count("treat") == 1


def test_names_keep_their_capitals_and_sentence_starts_do_not_count() -> None:
    left = [
        "Noodles are great. I love NASA",
        "We eat noodles. Then NASA",
        "Noodles, again",
        "She has noodles. NASA called",
    ]
    topics, index = two_topics([*left * 10, *["my dog runs", "the dog sleeps"] * 20], 40)
    keywords = " ".join(label(topics, index)[1].keywords).split()
    assert {"NASA", "noodles"} <= set(keywords)
    assert "Noodles" not in keywords


@pytest.mark.parametrize(
    ("names", "fillers", "form"),
    [
        (("绿茶", "狗粮"), "我喜欢 今天买了 味道很好 不太贵 朋友送的 真的很香 每天都要 孩子不爱", "{0}{name}。{1}"),
        (
            ("緑茶", "コーヒー"),
            "私は とても好き この店で買った いつも飲む おいしい 少し高い 友達に贈る",
            "{0}{name}が{1}",
        ),
        (
            ("зелёный чай", "корм"),
            "очень вкусный|покупаю часто|мне понравился|быстро привезли|немного дорого",
            "{0} {name}, {1}",
        ),
        (("हरी चाय", "खाना"), "बहुत अच्छी है|मुझे पसंद है|कल खरीदा|थोड़ा महंगा|दोस्त ने दिया", "{0} {name}। {1}"),
        (("شاي أخضر", "طعام الكلاب"), "لذيذ جدا|أحب هذا|اشتريت أمس|غالي قليلا|هدية من صديق", "{0} {name}، {1}"),
        (
            ("grüner Tee", "Hundefutter"),
            "sehr lecker|habe ich gekauft|war mir zu teuer|gerne wieder|schnell geliefert|für meine Mutter",
            "{0}, {name}. {1}",
        ),
        (("녹차 가루", "강아지 사료"), "정말 좋아요|어제 샀어요|조금 비싸요|친구 선물|매일 먹어요", "{0}, {name}. {1}"),
        (("trà xanh", "ấm đất"), "rất ngon|hơi đắt|quà tặng|mua lại|giao nhanh", "{0}, {name}, {1}"),
        (("ชาเขียว", "อาหารสุนัข"), "ฉันชอบ|ซื้อเมื่อวาน|ราคาแพง|เพื่อนให้มา|อร่อยมาก", "{0} {name} {1}"),
        (("🍵", "🐕‍🦺"), "so good|bought it again|a bit dear|arrived today|for my sister", "{0} {name}{name} {1}"),
        (("🍵", "🐕‍🦺"), "🎉 ✨ 👍🏽 🚀", "{0}{name}{1}"),
    ],
    ids=["zh", "ja", "ru", "hi", "ar", "de", "ko", "vi", "th", "emoji in prose", "emoji alone"],
)
def test_any_script(names: tuple[str, str], fillers: str, form: str) -> None:
    generator = np.random.default_rng(0)
    pool = fillers.split("|" if "|" in fillers else " ")
    texts: list[str | None] = [form.format(*generator.choice(pool, 2), name=name) for name in names for _ in range(100)]
    topics, index = two_topics(texts, 100)
    labels = label(topics, index)
    assert [labels[topic].label for topic in (1, 2)] == list(names)


def test_more_texts_than_are_read_are_sampled_from_every_topic() -> None:
    texts: list[str | None] = [f"green tea, number {row}" for row in range(700)]
    texts += [f"dark coffee, number {row}" for row in range(300)]
    topics, index = two_topics(texts, 700)
    labels = label(topics, index, max_documents=100)
    assert [one.label for one in labels.values()] == ["green tea", "dark coffee"]


def test_cancelling_gets_through() -> None:
    topics, index = two_topics(["green tea"] * 4, 2)
    with pytest.raises(BuildCancelled):
        Phrases(Phrases.Options()).label(topics, index, cancelling())


def test_a_rare_word_of_unlike_rows_names_no_topic() -> None:
    generator = np.random.default_rng(0)
    names = ("green tea", "dark coffee")
    texts: list[str | None] = [
        f"{generator.choice(['nice', 'good', 'fine'])} {names[row // 150]}" for row in range(300)
    ]
    for row in range(150, 300, 25):
        texts[row] = f"{texts[row]}, to no avail"
    topics, index = two_topics(texts, 150)
    labels = label(topics, index)
    assert [labels[topic].label for topic in (1, 2)] == list(names)


def test_every_few_texts_and_between_the_steps_the_build_can_be_cancelled() -> None:
    drinks = ["green tea"] * 2_500 + ["black coffee"] * 2_500
    topics, index = two_topics([f"the {drink} number {row} is hot" for row, drink in enumerate(drinks)], 2_500)
    told: list[tuple[float, str]] = []
    Phrases(Phrases.Options()).label(topics, index, Context(report=lambda done, message: told.append((done, message))))
    fractions = [done for done, _ in told]
    assert fractions == sorted(fractions)
    said = [message for _, message in told]
    # Twice for about each thousand: once as the texts are fetched, once as words are found in them.
    assert said.count("reading texts") >= 2 * 5_000 / 1_024
    assert said.count("weighing phrases") >= 5
    assert said.count("writing labels") >= 3
