from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, configure, embed, embedders
from localatlas.data_inference import NomicEmbedOptions
from localatlas.errors import (
    AtlasTypeError,
    InvalidDataError,
    InvalidOptionError,
    ModelNotAvailableError,
    PluginContractError,
    PluginFailedError,
    UnknownPluginError,
)
from localatlas.protocols import ComponentOptions, Context
from reference import CountedWords, Pictures

TEXTS = [f"text number {row}" for row in range(20)]


def test_a_text_becomes_a_direction(components: str) -> None:
    found = embed.text(["a b", "c", "a b"])
    assert set(found) == {"embeddings", "usage", "model", "inference_mode"}
    vectors = found["embeddings"]
    assert (vectors.dtype, vectors.shape) == (np.float32, (3, 32))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert np.array_equal(vectors[0], vectors[2])
    assert found["usage"] == {"prompt_tokens": 0, "total_tokens": 0}
    assert (found["model"], found["inference_mode"]) == ("use-multilingual-v3", "local")


@pytest.mark.parametrize("form", [tuple, np.array, pd.Series, pa.array, lambda texts: pa.table({"a": texts})["a"]])
def test_lists_arrays_and_columns_are_taken(components: str, form: Any) -> None:
    assert np.array_equal(embed.text(form(TEXTS))["embeddings"], embed.text(TEXTS)["embeddings"])


def test_no_texts_give_no_vectors(components: str) -> None:
    vectors = embed.text([])["embeddings"]
    assert (vectors.dtype, vectors.shape) == (np.float32, (0, 32))


@pytest.mark.parametrize(
    "model",
    ["use-multilingual-v3", {"batch_size": 3}, NomicEmbedOptions(), CountedWords.Options(batch_size=1)],
)
def test_every_form_of_a_model_is_taken(components: str, model: Any) -> None:
    assert np.array_equal(embed.text(TEXTS, model=model)["embeddings"], embed.text(TEXTS)["embeddings"])


def test_an_instance_needs_no_name(components: str) -> None:
    assert embed.text(["a"], model=Silly(Silly.Options()))["model"] == "Silly"


def test_batches_are_as_large_as_the_model_says(components: str, tmp_path: Path) -> None:
    embed.text(TEXTS, model=Counting(Counting.Options(log=str(tmp_path / "sizes"), batch_size=8)))
    assert (tmp_path / "sizes").read_text().split() == ["8", "8", "4"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_workers_give_what_this_process_gives(components: str, jobs: int) -> None:
    configure(n_jobs=jobs)
    assert np.array_equal(
        embed.text(TEXTS, model=InWorkers(InWorkers.Options()))["embeddings"], embed.text(TEXTS)["embeddings"]
    )


@pytest.mark.parametrize(
    ("texts", "error", "words"),
    [
        ("one text", AtlasTypeError, r"write embed\.text\(\[text\]\)"),
        (b"bytes", AtlasTypeError, "got one"),
        (["a", 5], AtlasTypeError, "row 1 is a int"),
        ([None], AtlasTypeError, "row 0 is a NoneType"),
        (pa.array([1]), AtlasTypeError, "row 0 is a int"),
        (None, AtlasTypeError, "NoneType"),
        (5, AtlasTypeError, "int"),
        ({"a": "b"}, AtlasTypeError, "column of strings, got a dict"),
        ({"a", "b"}, AtlasTypeError, "got a set"),
        (pd.DataFrame({"a": ["b"]}), AtlasTypeError, "got a DataFrame"),
        (pa.table({"a": ["b"]}), AtlasTypeError, "got a Table"),
        (["a", float("nan")], AtlasTypeError, "row 1 is a float"),
        (["a", "", " \n"], InvalidDataError, "2 texts are blank, at the rows 1, 2"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(components: str, texts: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        embed.text(texts)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"model": "nomic-embed-text-v1.5"}, ModelNotAvailableError, "'nomic-embed-text-v1.5'.*nothing was embedded"),
        ({"model": "nomic-embed-text"}, UnknownPluginError, "no embedder 'nomic-embed-text'"),
        ({"dimensionality": 64}, InvalidOptionError, "dimensionality=64: the vectors of .*'use-multilingual-v3'"),
        ({"long_text_mode": "mean"}, InvalidOptionError, "unknown option 'long_text_mode'"),
        ({"long_text_mode": "cut"}, InvalidOptionError, "long_text_mode='cut'.*'mean'"),
        ({"device": "cuda"}, InvalidOptionError, "unknown option 'device'"),
        ({"batchsize": 3}, InvalidOptionError, "unknown option 'batchsize', did you mean 'batch_size'"),
        ({"model": {"batch_size": 0}}, InvalidOptionError, "at least 1"),
        ({"model": True}, InvalidOptionError, "embedding_model=True"),
        ({"model": "pictures"}, InvalidOptionError, "embeds image, but .* 'text'"),
        ({"task_type": "search"}, InvalidOptionError, "task_type='search'.*'search_query'"),
        ({"inference_mode": "cloud"}, InvalidOptionError, "inference_mode='cloud'.*run locally"),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    components: str, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    monkeypatch.setenv("LOCALATLAS_OFFLINE", "1")
    embedders.register("pictures", Pictures)
    with pytest.raises(error, match=words):
        embed.text(["a"], **arguments)


@pytest.mark.parametrize("mode", ["remote", "dynamic"])
def test_other_modes_of_the_sdk_run_here_too(components: str, mode: str) -> None:
    assert embed.text(["a"], inference_mode=mode)["inference_mode"] == "local"


@pytest.mark.parametrize("task", ["search_query", "classification"])
def test_the_task_reaches_the_model(components: str, tmp_path: Path, task: Any) -> None:
    embed.text(["a"], model=Tasks(Tasks.Options(log=str(tmp_path / "task"))), task_type=task)
    assert (tmp_path / "task").read_text() == task


def test_a_model_at_fault_is_named(components: str) -> None:
    with pytest.raises(PluginFailedError, match=r"'Failing' .*no luck"):
        embed.text(["a"], model=Failing(Failing.Options()))
    with pytest.raises(PluginContractError, match=r"'Long' .*vectors of length 1"):
        embed.text(["a"], model=Long(Long.Options()))


@pytest.mark.parametrize(
    "model",
    [None, "use-multilingual-v3", {"batch_size": 8}, CountedWords.Options(), CountedWords(CountedWords.Options())],
)
def test_options_reach_the_plugin_through_every_form_of_a_model(components: str, tmp_path: Path, model: Any) -> None:
    log = tmp_path / "log"
    embed.text(TEXTS, model=model, log=str(log), batch_size=5)
    assert log.read_text(encoding="utf-8").splitlines() == TEXTS


def test_options_of_the_sdk_reach_a_plugin_that_has_them(components: str) -> None:
    embedders.register("long", Matryoshka)
    asked = {"dimensionality": 16, "long_text_mode": "mean", "device": "nvidia"}
    assert embed.text(["a", "b"], model="long", **asked)["embeddings"].shape == (2, 16)
    assert Matryoshka.seen[-1].model_dump() == asked | {"device": "cuda"}
    given = Matryoshka(Matryoshka.Options(dimensionality=8, long_text_mode="mean"))
    embed.text(["a"], model=given)
    assert Matryoshka.seen[-1] == given.options
    embed.text(["a"], model=given, device="cpu")
    assert Matryoshka.seen[-1] == given.options


def test_the_processor_is_a_device_of_every_model(components: str) -> None:
    assert np.array_equal(embed.text(TEXTS, device="cpu")["embeddings"], embed.text(TEXTS)["embeddings"])


def test_a_model_is_asked_before_it_works(components: str) -> None:
    with pytest.raises(ModelNotAvailableError, match="no weights today"):
        embed.text(["a"], model=Absent(Absent.Options()))
    with pytest.raises(ModelNotAvailableError, match="no weights today"):
        embed.text([], model=Absent(Absent.Options()))


def test_tokens_are_counted_where_the_model_can(components: str) -> None:
    counted = embed.text(["a b", "c"], model=Tokens(Tokens.Options()))
    assert counted["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert embed.text([], model=Tokens(Tokens.Options()))["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


def test_a_bar_counts_texts_where_it_takes_long(
    components: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embed.text(TEXTS)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(embed, "BAR_AFTER_SECONDS", 0)
    embed.text(TEXTS)
    assert "Embedding texts" in capsys.readouterr().err
    embed.text(TEXTS, progress=False)
    assert capsys.readouterr() == ("", "")


def test_weights_are_released_by_the_models_that_hold_some(components: str) -> None:
    embedders.register("tokens", Tokens)
    Tokens.released = 0
    embed.free_embedding_model()
    assert Tokens.released == 1


def test_vectors_are_data_as_they_are(components: str) -> None:
    dataset = AtlasDataset("vectors")
    dataset.add_data(data=[{"text": text} for text in TEXTS], embeddings=embed.text(TEXTS)["embeddings"])
    assert (dataset.total_datums, dataset.modality) == (len(TEXTS), "embedding")


def test_threads_do_not_disturb_each_other(components: str) -> None:
    lists = [[f"{text} {number}" for text in TEXTS] for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda texts: embed.text(texts, progress=False)["embeddings"], lists))
    assert all(np.array_equal(one, embed.text(texts)["embeddings"]) for one, texts in zip(found, lists, strict=True))


class Matryoshka(CountedWords):
    class Options(ComponentOptions):
        dimensionality: int | None = None
        long_text_mode: str = "truncate"
        device: str = "cpu"

    seen: ClassVar[list[Options]] = []
    batch_size = 4

    @property
    def dim(self) -> int:  # type: ignore[override]  # an attribute of the class that it builds on
        return self.options.dimensionality or 32

    def embed(self, items: Sequence[str], context: Context, *, task: Any) -> Any:
        self.seen.append(self.options)
        whole = CountedWords(CountedWords.Options()).embed(items, context, task=task)[:, : self.dim]
        return whole / np.linalg.norm(whole, axis=1, keepdims=True)


class Absent(CountedWords):
    def check(self) -> None:
        raise ModelNotAvailableError("no weights today")


class Tokens(CountedWords):
    released: ClassVar[int] = 0

    def count_tokens(self, texts: Sequence[str]) -> int:
        return sum(len(text.split()) for text in texts)

    @classmethod
    def release(cls) -> None:
        cls.released += 1


class Silly(CountedWords):
    """A model of a notebook's own."""


class InWorkers(CountedWords):
    in_workers = True


class Counting(CountedWords):
    def embed(self, items: Sequence[str], context: Context, *, task: Any) -> Any:
        with Path(self.options.log).open("a") as log:
            log.write(f"{len(items)}\n")
        return CountedWords(CountedWords.Options()).embed(items, context, task=task)


class Tasks(CountedWords):
    def embed(self, items: Sequence[str], context: Context, *, task: Any) -> Any:
        Path(self.options.log).write_text(task)
        return CountedWords(CountedWords.Options()).embed(items, context, task=task)


class Failing(CountedWords):
    def embed(self, items: Sequence[str], context: Context, *, task: Any) -> Any:
        raise ZeroDivisionError("no luck")


class Long(CountedWords):
    def embed(self, items: Sequence[str], context: Context, *, task: Any) -> Any:
        return super().embed(items, context, task=task) * 2
