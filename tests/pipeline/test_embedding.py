from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from localatlas.batch_executors import InlineExecutor, ProcessExecutor
from localatlas.errors import BuildCancelled, InvalidOptionError, PluginContractError
from localatlas.pipeline.embedding import embed_contents
from localatlas.pipeline.journal import PARTIAL_VECTORS, Journal
from localatlas.pipeline.known import KnownVectors, covers
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.snapshot import Snapshot
from localatlas.pipeline.vectors import Vectors, collapse, gather_given
from localatlas.protocols import Context
from localatlas.protocols.components import TaskType
from localatlas.registry import Entry
from numpy.lib.format import open_memmap
from reference import CountedWords

ENTRY = Entry("embedder", "counted", "", "1", "reference:CountedWords")


def hashes(texts: list[str]) -> np.ndarray:
    rows = [np.frombuffer(text.encode().ljust(16, b"\0")[:16], np.uint8) for text in texts]
    return np.array(rows, np.uint8).reshape(len(texts), 16)


def snapshot(texts: list[str]) -> Snapshot:
    n = len(texts)
    return Snapshot(np.arange(n), np.arange(n, dtype=np.int32), hashes(texts), np.arange(n))


def embed(
    texts: list[str], folder: Path, context: Context | None = None, known: list[Path] | None = None, **options: object
) -> np.ndarray:
    folder.mkdir(exist_ok=True)
    embedder = CountedWords(CountedWords.Options.model_validate(options))
    sources = KnownVectors(known or [], embedder.fingerprint)
    with Meter() as meter:
        made = embed_contents(
            embedder, ENTRY, snapshot(texts), texts, sources, folder, context or Context(), meter, embedder.fingerprint
        )
    return np.array(made)


TEXTS = [f"text number {i}" for i in range(20)]


def test_every_content_gets_its_vector(tmp_path: Path) -> None:
    vectors = embed(TEXTS, tmp_path / "a")
    alone = CountedWords(CountedWords.Options()).embed([TEXTS[7]], Context(), task="search_document")
    assert np.array_equal(vectors[7], alone[0])


def test_batches_that_were_done_are_not_done_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stopped: list[float] = []

    def stop(fraction: float, message: str) -> None:
        stopped.append(fraction)
        if fraction > 0.5:
            raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        embed(TEXTS, tmp_path / "a", Context(report=stop), log=str(log))
    assert Journal.read(tmp_path / "a") == {0, 1}
    resumed = embed(TEXTS, tmp_path / "a", log=str(log))
    assert sorted(log.read_text().splitlines()) == sorted(TEXTS)
    assert np.array_equal(resumed, embed(TEXTS, tmp_path / "b"))


def test_a_torn_journal_entry_does_not_count(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.add(3)
    with (tmp_path / "journal.bin").open("ab") as file:
        file.write(b"\x01\x00\x00")
    assert Journal.read(tmp_path) == {3}
    Journal(tmp_path).add(4)
    assert Journal.read(tmp_path) == {3, 4}


def test_vectors_of_earlier_builds_are_used(tmp_path: Path) -> None:
    log = tmp_path / "log"
    first = embed(TEXTS[:10], tmp_path / "a")
    collapse(open_memmap(tmp_path / "a" / PARTIAL_VECTORS, mode="r+"), tmp_path / "a")
    second = embed([*TEXTS[5:], "new words"], tmp_path / "b", known=[tmp_path / "a"], log=str(log))
    assert log.read_text().splitlines() == [*TEXTS[10:], "new words"]
    assert np.array_equal(second[:5], first[5:])
    assert not covers(tmp_path / "b", tmp_path / "a")
    collapse(open_memmap(tmp_path / "b" / PARTIAL_VECTORS, mode="r+"), tmp_path / "b")
    embed(TEXTS, tmp_path / "c")
    assert covers(tmp_path / "c", tmp_path / "a")


def test_vectors_of_unfinished_builds_are_used(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def stop(fraction: float, message: str) -> None:
        if fraction > 0.5:
            raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        embed(TEXTS, tmp_path / "a", Context(report=stop))
    embed([*TEXTS, "new words"], tmp_path / "b", known=[tmp_path / "a"], log=str(log))
    assert log.read_text().splitlines() == [*TEXTS[16:], "new words"]


def test_vectors_of_another_model_are_not_used(tmp_path: Path) -> None:
    log = tmp_path / "log"
    embed(TEXTS, tmp_path / "a")
    (tmp_path / "a" / "fingerprint").write_text("another-model")
    embed(TEXTS, tmp_path / "b", known=[tmp_path / "a"], log=str(log))
    assert len(log.read_text().splitlines()) == len(TEXTS)


def test_workers_and_this_process_give_the_same(tmp_path: Path) -> None:
    class InWorkers(CountedWords):
        in_workers = True

    vectors = {}
    for name, executor in (("inline", InlineExecutor()), ("processes", ProcessExecutor())):
        context = Context(n_jobs=2, executor=executor)
        (tmp_path / name).mkdir()
        with Meter() as meter:
            vectors[name] = np.array(
                embed_contents(
                    InWorkers(InWorkers.Options()), ENTRY, snapshot(TEXTS), TEXTS, KnownVectors([], ""),
                    tmp_path / name, context, meter, "",
                )
            )  # fmt: skip
    assert np.array_equal(vectors["inline"], vectors["processes"])


def test_what_an_embedder_returns_is_checked(tmp_path: Path) -> None:
    class Doubles(CountedWords):
        def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> np.ndarray:
            return super().embed(items, context, task=task).astype(np.float64)

    with pytest.raises(PluginContractError, match="must be float32, got float64"), Meter() as meter:
        embed_contents(
            Doubles(Doubles.Options()),
            ENTRY,
            snapshot(TEXTS),
            TEXTS,
            KnownVectors([], ""),
            tmp_path,
            Context(),
            meter,
            "",
        )


def test_equal_vectors_collapse_in_order_of_first_appearance(tmp_path: Path) -> None:
    vectors = open_memmap(tmp_path / PARTIAL_VECTORS, mode="w+", dtype=np.float32, shape=(4, 2))
    vectors[:] = [[1, 0], [0, 1], [1, 0], [0.6, 0.8]]
    collapse(vectors, tmp_path)
    found = Vectors.load(tmp_path)
    assert found.of_content.tolist() == [0, 1, 0, 2]
    assert found.distinct.tolist() == np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32).tolist()
    assert not (tmp_path / PARTIAL_VECTORS).exists()


def test_given_vectors_are_normalised_for_cosine(tmp_path: Path) -> None:
    big = np.float32(3e38)
    rows = np.array([[3, 4], [0, 0], [big, big], [6, 8]], np.float32)
    gather_given([rows[:1], rows[1:]], (4, 2), "cosine", tmp_path)
    found = Vectors.load(tmp_path)
    assert found.of_content.tolist() == [0, 1, 2, 0]
    assert np.allclose(found.distinct, [[0.6, 0.8], [0, 0], [0.5**0.5] * 2])


def test_given_vectors_stay_as_they_are_for_euclidean(tmp_path: Path) -> None:
    rows = np.array([[3, 4], [6, 8]], np.float32)
    gather_given([rows], (2, 2), "euclidean", tmp_path)
    assert np.array_equal(Vectors.load(tmp_path).distinct, rows)


class Priced(CountedWords):
    told: ClassVar[list[list[str]]] = []

    def forecast(self, batches: Iterable[Sequence[str]], context: Context) -> None:
        del context
        self.told.extend(list(batch) for batch in batches)
        if sum(map(len, self.told)) > 25:
            raise InvalidOptionError("too dear")


def priced(texts: list[str], folder: Path, known: list[Path]) -> None:
    folder.mkdir(exist_ok=True)
    embedder = Priced(Priced.Options())
    sources = KnownVectors(known, "f")
    with Meter() as meter:
        embed_contents(embedder, ENTRY, snapshot(texts), texts, sources, folder, Context(), meter, "f")
    collapse(open_memmap(folder / PARTIAL_VECTORS, mode="r+"), folder)


def test_a_forecast_is_asked_for_what_is_not_known_and_may_refuse(tmp_path: Path) -> None:
    Priced.told.clear()
    priced(TEXTS, tmp_path / "a", [])
    assert [text for batch in Priced.told for text in batch] == TEXTS
    Priced.told.clear()
    priced([*TEXTS, "new"], tmp_path / "b", [tmp_path / "a"])
    assert [text for batch in Priced.told for text in batch] == ["new"]
    Priced.told.clear()
    priced(TEXTS, tmp_path / "c", [tmp_path / "a"])
    assert Priced.told == []
    many = [f"other {number}" for number in range(30)]
    with pytest.raises(InvalidOptionError, match="too dear"):
        priced(many, tmp_path / "d", [])
