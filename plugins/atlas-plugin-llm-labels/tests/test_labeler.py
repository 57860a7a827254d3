"""Against a real service on this machine: what is asked, what is taken, and what happens when it fails."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_llm_labels import LabelNotice, LLMLabels, LLMLabelsOptions
from localatlas import AtlasDataset, NomicTopicOptions
from localatlas.errors import BuildCancelled, InvalidOptionError, ServiceError, UnknownPluginError
from localatlas.protocols import Context, TopicLabel, Topics
from localatlas.services import CostNotice
from localatlas.testing.example import ArrayIndex, clusters
from model_service import Fault, ModelService

KEY = "sk-test-0123456789abcdef"
WORDS = [
    ["coffee", "roast", "espresso", "beans"],
    ["puppy", "leash", "kennel", "bone"],
    ["rocket", "orbit", "launch", "moon"],
]
ROWS = 60


def topics() -> Topics:
    """One topic over three: row i is in topic 1 + i % 3."""
    below = np.arange(ROWS) % 3 + 1
    return Topics(
        topic_id=np.arange(4, dtype=np.int32),
        depth=np.array([1, 2, 2, 2], np.int32),
        parent_id=np.array([-1, 0, 0, 0], np.int32),
        size=np.array([ROWS, 20, 20, 20], np.int64),
        position=np.zeros((4, 2), np.float32),
        hull=tuple(np.zeros((0, 2), np.float32) for _ in range(4)),
        assignment=np.stack([np.zeros(ROWS), below], axis=1).astype(np.int32),
        confidence=np.ones((ROWS, 2), np.float32),
    )


ORDER = np.random.default_rng(0)
INDEX = ArrayIndex(clusters(ROWS), [" ".join(ORDER.permutation(WORDS[row % 3])) for row in range(ROWS)])


def made(service: ModelService, **options: Any) -> LLMLabels:
    given = {"base_url": service.base_url, "backoff": 0.0, "max_retries": 1, **options}
    return LLMLabels(LLMLabelsOptions.model_validate(given))


def labels(service: ModelService, **options: Any) -> dict[int, TopicLabel]:
    return made(service, **options).label(topics(), INDEX, Context(seed=7))


def keyword_labels(service: ModelService) -> dict[int, TopicLabel]:
    return made(service)._keyword_labeler().label(topics(), INDEX, Context(seed=7))


def fallen_back(service: ModelService, match: str, **options: Any) -> dict[int, TopicLabel]:
    with pytest.warns(LabelNotice, match=match):
        return labels(service, **options)


def answering(service: ModelService, names: dict[int, Any]) -> None:
    def reply(body: dict[str, Any]) -> str:
        shown = json.loads(body["messages"][-1]["content"])["topics"]
        return json.dumps({"topics": [{"id": one["id"], "label": names.get(one["id"])} for one in shown]})

    service.reply = reply


def test_topics_are_named_by_the_model_and_keep_keywords_and_exemplars(service: ModelService) -> None:
    found, plain = labels(service), keyword_labels(service)
    assert all(label.label.startswith("All about ") for label in found.values())
    assert {label.description for label in found.values()} == {"They say so."}
    for topic, label in found.items():
        assert (label.keywords, label.exemplars) == (plain[topic].keywords, plain[topic].exemplars)


def test_siblings_are_asked_for_together_with_their_parent_and_what_is_taken(service: ModelService) -> None:
    found = labels(service, exemplars=2, exemplar_characters=20, language="French", subject="short notes")
    first, second = service.requests
    shown = json.loads(second["messages"][1]["content"])
    assert shown["parent"] == found[0].label
    assert [one["id"] for one in shown["topics"]] == [1, 2, 3]
    assert all(len(one["texts"]) == 2 and len(one["texts"][0]) <= 20 for one in shown["topics"])
    assert "coffee" in " ".join(next(one["keywords"] for one in shown["topics"] if one["id"] == 1))
    assert "French" in first["messages"][0]["content"]
    assert "short notes" in first["messages"][0]["content"]
    assert (first["temperature"], first["seed"], first["max_tokens"]) == (0.0, 7, 120)
    assert first["response_format"] == {"type": "json_object"}


def test_what_a_service_does_not_take_is_not_sent(service: ModelService) -> None:
    labels(service, temperature=None, json_mode=False, send_seed=False, limit_field="max_completion_tokens")
    assert set(service.requests[0]) == {"model", "messages", "max_completion_tokens"}


def test_large_families_are_asked_for_in_parts(service: ModelService) -> None:
    labels(service, topics_per_request=2)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("I'm sorry, I can't do that.", "without a usable name"),
        ("", "named by their keywords"),
        ('{"topics": [{"id": 99, "label": "Coffee"}]}', "without a usable name"),
        ('{"topics": [{"id": 0, "label": "Topic 0"}]}', "without a usable name"),
        ('{"topics": "all of them"}', "without a usable name"),
        ("{" * 5000, "without a usable name"),
    ],
    ids=["refusal", "silence", "unknown", "number", "shape", "brackets"],
)
def test_nonsense_leaves_the_names_of_the_keywords_and_is_told(service: ModelService, reply: str, why: str) -> None:
    service.reply = lambda _: reply
    assert fallen_back(service, why) == keyword_labels(service)


def test_a_part_of_an_answer_is_taken(service: ModelService) -> None:
    answering(service, {0: "Things", 1: "Hot drinks", 2: "misc.", 3: "one two three four five six seven eight"})
    found = fallen_back(service, "2 of 4 topics are named by their keywords: 'gpt-4o-mini' answered without")
    plain = keyword_labels(service)
    assert [found[topic].label for topic in range(4)] == ["Things", "Hot drinks", plain[2].label, plain[3].label]


def test_names_that_are_the_same_are_told_apart(service: ModelService) -> None:
    answering(service, dict.fromkeys(range(4), "Things"))
    found = labels(service)
    names = [label.label for label in found.values()]
    assert names[0] == "Things"
    assert len({name.casefold() for name in names}) == 4
    assert all(found[topic].keywords[0] in found[topic].label for topic in (1, 2, 3))


def test_a_service_that_fails_on_the_way_costs_names_only(service: ModelService) -> None:
    service.faults.extend([Fault(503, "overloaded")] * 2)
    found = fallen_back(service, r"1 of 4 topics .* answered 503, 2 times: overloaded")
    assert found[0] == keyword_labels(service)[0]
    assert found[1].label.startswith("All about ")


def test_later_is_waited_out(service: ModelService) -> None:
    service.faults.append(Fault(429, headers={"retry-after": "0"}))
    assert all(label.label.startswith("All about ") for label in labels(service).values())


def test_an_answer_of_another_kind_is_told(service: ModelService) -> None:
    service.change = lambda _: {"choices": []}
    assert fallen_back(service, r"wants choices\[0\]") == keyword_labels(service)


def test_the_cost_is_said_and_kept(service: ModelService) -> None:
    with pytest.warns(CostNotice, match=r"4 topics go to 'gpt-4o-mini' .* in 2 requests, for [\d.]+ at most"):
        labels(service, price=1.0, price_out=2.0)
    service.requests.clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = labels(service, price=1_000_000, max_cost=0.0)
    assert any("more would cost over max_cost=0" in str(one.message) for one in told)
    assert service.requests == []
    assert found == keyword_labels(service)


def test_the_broadest_topics_come_first_where_requests_are_few(service: ModelService) -> None:
    found = fallen_back(service, "3 of 4 topics are named by their keywords: max_requests=1 is reached", max_requests=1)
    assert found[0].label.startswith("All about ")


def test_what_was_not_spent_is_there_for_the_next_depth(service: ModelService) -> None:
    # Each answer may take 120 tokens a topic and takes 10; the second request fits only because of it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CostNotice)
        found = labels(service, price=0.0, price_out=1_000_000, max_cost=400, tokens_per_topic=120)
    assert all(label.label.startswith("All about ") for label in found.values())


def test_what_is_wrong_shows_before_the_build(service: ModelService, monkeypatch: pytest.MonkeyPatch) -> None:
    service.key = KEY
    with pytest.raises(ServiceError, match="None was sent"):
        made(service).check()
    monkeypatch.setenv("MY_KEY", KEY)
    made(service, api_key_env="MY_KEY").check()
    with pytest.raises(ServiceError, match="no-such-model"):
        made(service, api_key_env="MY_KEY", remote_model="no-such-model").check()
    with pytest.raises(UnknownPluginError, match="phrases"):
        made(service, keywords_from="phrase").check()
    with pytest.raises(InvalidOptionError, match="this labeler itself"):
        made(service, keywords_from="llm").check()


def test_cancelling_ends_a_wait(service: ModelService) -> None:
    service.faults.append(Fault(429, headers={"retry-after": "50"}))

    def cancel(_fraction: float, message: str) -> None:
        if "depth" in message:
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled):
        made(service).label(topics(), INDEX, Context(report=cancel))


def test_progress_grows_to_the_end(service: ModelService) -> None:
    fractions: list[float] = []
    made(service).label(topics(), INDEX, Context(report=lambda fraction, _: fractions.append(fraction)))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_map_has_the_names_and_the_key_is_nowhere(
    service: ModelService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service.key = KEY
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path / "home"))
    rows = [{"text": INDEX.text(np.array([row]))[0], "x": row % 3 * 10.0, "y": row / 60} for row in range(ROWS)]
    dataset = AtlasDataset("named")
    dataset.add_data(rows, embeddings=np.asarray(INDEX.vectors))
    options = LLMLabelsOptions(base_url=service.base_url, api_key_env="MY_KEY")
    with caplog.at_level(logging.DEBUG):
        built = dataset.create_index(
            topic_model=NomicTopicOptions(labeler=options, topic_label_field="text"),
            projection={"model": "positions", "x": "x", "y": "y"},
        )
    assert built.topics.metadata["topic_short_description"].str.startswith("All about ").all()
    assert KEY not in caplog.text
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
