from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import configure, embed, embedders
from localatlas.data_inference import NomicEmbedOptions
from localatlas.errors import (
    AtlasTypeError,
    InvalidDataError,
    InvalidOptionError,
    PluginContractError,
    PluginFailedError,
    UnknownPluginError,
)
from localatlas.protocols import Context
from localatlas.protocols.components import Modality
from reference import CountedWords

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
        (["a", "", " \n"], InvalidDataError, "2 texts are blank, at the rows 1, 2"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(components: str, texts: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        embed.text(texts)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"model": "nomic-embed-text-v1.5"}, UnknownPluginError, "no embedder 'nomic-embed-text-v1.5'"),
        ({"model": {"batch_size": 0}}, InvalidOptionError, "at least 1"),
        ({"model": True}, InvalidOptionError, "embedding_model=True"),
        ({"model": "pictures"}, InvalidOptionError, "embeds image, but .* 'text'"),
        ({"task_type": "search"}, InvalidOptionError, "task_type='search'.*'search_query'"),
        ({"inference_mode": "cloud"}, InvalidOptionError, "inference_mode='cloud'.*run locally"),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    components: str, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
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


class Silly(CountedWords):
    """A model of a notebook's own."""


class InWorkers(CountedWords):
    in_workers = True


class Pictures(CountedWords):
    modality: Modality = "image"


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
