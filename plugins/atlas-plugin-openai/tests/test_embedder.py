"""Against a real service on this machine: what is sent, what comes back, and everything that can go wrong."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import localatlas
import numpy as np
import pytest
from atlas_plugin_openai import OpenAI, OpenAIOptions
from localatlas import AtlasDataset, embed
from localatlas.errors import BuildCancelled, InvalidOptionError, ServiceError
from localatlas.protocols import Context
from localatlas.services import CostNotice
from model_service import WIDTH, Fault, ModelService

KEY = "sk-test-0123456789abcdef"
TEXTS = ["a cat sleeps", "a cat slept", "the train is late", "bread and butter", "数字 ☃"]


def made(service: ModelService, **options: Any) -> OpenAI:
    given = {"base_url": service.base_url, "backoff": 0.0, "max_retries": 2, **options}
    return OpenAI(OpenAIOptions.model_validate(given))


def vectors(embedder: OpenAI, texts: list[str] = TEXTS) -> np.ndarray:
    return embedder.embed(texts, Context(), task="search_document")


def test_alike_texts_are_near(service: ModelService) -> None:
    found = vectors(made(service))
    assert found.shape == (5, WIDTH)
    assert found[0] @ found[1] > found[0] @ found[2]
    assert service.requests == [{"model": "text-embedding-3-small", "input": TEXTS}]


def test_answers_in_another_order_are_put_right(service: ModelService) -> None:
    plain = vectors(made(service))
    service.shuffled = True
    assert np.array_equal(vectors(made(service)), plain)


def test_requests_are_cut_by_items_and_by_tokens(service: ModelService) -> None:
    vectors(made(service, batch_items=2))
    assert sorted(len(body["input"]) for body in service.requests) == [1, 2, 2]
    service.requests.clear()
    vectors(made(service, batch_tokens=10))
    assert all(sum(len(text) // 4 + 1 for text in body["input"]) <= 10 for body in service.requests)
    assert len(service.requests) > 1


def test_no_more_requests_are_under_way_than_allowed(service: ModelService) -> None:
    vectors(made(service, batch_items=1, concurrency=2), [f"text {number}" for number in range(30)])
    assert service.most_at_once <= 2


def test_dimensions_prefixes_and_cuts_are_sent(service: ModelService) -> None:
    embedder = made(service, dimensionality=8, query_prefix="query: ", document_prefix="passage: ", max_characters=10)
    assert embedder.dim == 8
    embedder.embed(["x" * 50], Context(), task="search_query")
    embedder.embed(["y \ud800"], Context(), task="search_document")
    assert [body["input"] for body in service.requests] == [["query: " + "x" * 10], ["passage: y ?"]]
    assert {body["dimensions"] for body in service.requests} == {8}


def test_a_width_that_nobody_says_is_asked_for_once(service: ModelService) -> None:
    assert made(service).dim == made(service).dim == WIDTH
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "fault", [Fault(429, headers={"retry-after": "0"}), Fault(503), Fault(drop=True)], ids=["later", "down", "dropped"]
)
def test_faults_that_pass_are_waited_out(service: ModelService, fault: Fault) -> None:
    plain = vectors(made(service))
    service.faults.extend([fault, fault])
    assert np.array_equal(vectors(made(service)), plain)
    assert len(service.requests) == 4


def test_faults_that_stay_end_with_what_was_said(service: ModelService) -> None:
    service.faults.extend([Fault(503, '{"error": {"message": "overloaded"}}')] * 3)
    with pytest.raises(ServiceError, match="answered 503, 3 times: overloaded. It is the service's fault"):
        vectors(made(service))


def test_a_service_that_is_slow_is_told_from_one_that_is_not_there(service: ModelService) -> None:
    service.faults.extend([Fault(hang=True)])
    with pytest.raises(ServiceError, match=r"did not answer within timeout=0\.2 seconds"):
        vectors(made(service, timeout=0.2, max_retries=0))
    with pytest.raises(ServiceError, match="cannot be reached"):
        vectors(made(service, base_url="http://127.0.0.1:9/v1", max_retries=0))


def test_a_text_that_is_too_long_is_the_services_to_refuse(service: ModelService) -> None:
    with pytest.raises(ServiceError, match="answered 400: This model's maximum context length"):
        vectors(made(service, max_characters=100_000), ["x" * 50_000])


def test_a_model_that_is_not_there_is_named(service: ModelService) -> None:
    with pytest.raises(ServiceError, match="answered 404: The model `no-such-model` does not exist"):
        made(service, remote_model="no-such-model").check()


def test_a_missing_or_wrong_key_says_where_it_comes_from(
    service: ModelService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.key = KEY
    with pytest.raises(ServiceError, match="None was sent"):
        made(service).check()
    with pytest.raises(InvalidOptionError, match="MY_KEY, which is not set"):
        made(service, api_key_env="MY_KEY").check()
    monkeypatch.setenv("MY_KEY", "sk-wrong-key")
    with pytest.raises(ServiceError, match="read from MY_KEY") as caught:
        made(service, api_key_env="MY_KEY").check()
    assert "sk-wrong-key" not in str(caught.value)
    monkeypatch.setenv("MY_KEY", KEY)
    made(service, api_key_env="MY_KEY").check()


def test_the_key_of_openai_goes_to_openai_alone() -> None:
    assert OpenAIOptions().key_variable() == "OPENAI_API_KEY"
    assert OpenAIOptions(base_url="https://elsewhere.example/v1").key_variable() is None


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {"data": [{"index": 0, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": [0.0]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": "AAAA"}, {"index": 1, "embedding": "AAAA"}]},
        {"data": [{"index": 0, "embedding": [float("nan")]}, {"index": 1, "embedding": [1.0]}]},
        {"object": "list"},
        [],
        "<html>",
    ],
    ids=str,
)
def test_an_answer_of_another_kind_is_refused(service: ModelService, answer: Any) -> None:
    service.change = lambda _: answer
    with pytest.raises(ServiceError, match="answered"):
        vectors(made(service), ["one", "two"])


def test_a_width_that_was_not_asked_for_is_refused(service: ModelService) -> None:
    service.change = lambda answer: {"data": [{"index": 0, "embedding": [1.0] * 3}], "model": answer["model"]}
    with pytest.raises(ServiceError, match="vectors of 3 numbers, not of dimensionality=4"):
        vectors(made(service, dimensionality=4), ["one"])


def test_the_cost_is_said_before_it_is_spent(service: ModelService) -> None:
    embedder = made(service, price=20_000)
    with pytest.warns(CostNotice, match=r"5 texts, about 20 tokens, .*: about 0\.40 at price=20000 a million"):
        embedder.forecast([TEXTS[:3], TEXTS[3:]], Context())
    assert service.requests == []


def test_more_than_may_be_spent_is_refused(service: ModelService) -> None:
    with pytest.raises(InvalidOptionError, match=r"max_cost=0\.01; nothing was sent"):
        made(service, price=1_000_000, max_cost=0.01).forecast([TEXTS], Context())
    with pytest.raises(InvalidOptionError, match="max_cost needs price"):
        embed.text(TEXTS, model="openai", base_url=service.base_url, max_cost=1.0)


@pytest.mark.filterwarnings("ignore::localatlas.services.CostNotice")
def test_a_service_that_counts_more_than_was_estimated_is_stopped(service: ModelService) -> None:
    service.change = lambda answer: {**answer, "usage": {"total_tokens": 1_000_000}}
    embedder = made(service, price=1.0, max_cost=1.5, batch_items=1, concurrency=1)
    embedder.forecast([TEXTS], Context())
    with pytest.raises(ServiceError, match="counted more tokens than estimated: about 2.00 spent"):
        vectors(embedder)
    assert len(service.requests) == 2


def test_cancelling_ends_a_wait(service: ModelService) -> None:
    service.faults.append(Fault(429, headers={"retry-after": "50"}))
    reports: list[float] = []

    def cancel(fraction: float, message: str) -> None:
        reports.append(fraction)
        if len(reports) > 1:
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled):
        made(service).embed(TEXTS, Context(report=cancel), task="search_document")


def test_a_map_is_built_and_searched_and_the_key_is_nowhere(
    service: ModelService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service.key = KEY
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path / "home"))
    rows = [{"text": f"{what} number {n}"} for what in ("a cat", "the late train", "fresh bread") for n in range(20)]
    dataset = AtlasDataset("served")
    dataset.add_data(rows)
    model = {"model": "openai", "base_url": service.base_url, "api_key_env": "MY_KEY", "batch_items": 16}
    with caplog.at_level(logging.DEBUG):
        built = dataset.create_index(indexed_field="text", embedding_model=model, projection={"model": "cheap"})
    assert built.embeddings.latent.shape == (60, WIDTH)
    sent = sum(len(body["input"]) for body in service.requests)
    nearest, _ = built.embeddings.vector_search(queries=built.embeddings.latent[:1], k=3)
    assert all(row < 20 for row in np.ravel(nearest))
    dataset.create_index(name="again", indexed_field="text", embedding_model=model, projection={"model": "cheap"})
    again = sum(len(body["input"]) for body in service.requests) - sent
    assert again <= 2, "what is known is not embedded again; only checks ask"
    assert KEY not in caplog.text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


class Cheap:
    """The first two numbers of each vector."""

    class Options(localatlas.protocols.ComponentOptions):
        pass

    def __init__(self, options: Options) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return 0

    def project(self, index: Any, context: Context) -> Any:
        return localatlas.protocols.Layout(np.ascontiguousarray(index.vectors[:, :2]))


@pytest.fixture(autouse=True)
def _cheap() -> None:
    localatlas.projectors.register("cheap", Cheap)
