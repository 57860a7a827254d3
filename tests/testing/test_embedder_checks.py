"""Each embedder check passes a sound embedder and catches the one fault it is for."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest
from faults import assert_caught, each_of, named_in, names_of
from localatlas.protocols import ComponentOptions, Context
from localatlas.testing import run_checks
from localatlas.testing.example import TEXTS

COUNTER = itertools.count()


def hashed(item: str | bytes) -> np.ndarray:
    """Return a unit vector that follows from the item alone."""
    data = item.encode() if isinstance(item, str) else item
    vector = np.random.default_rng(list(hashlib.sha256(data).digest())).normal(size=16)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class Sound:
    class Options(ComponentOptions):
        pass

    modality: ClassVar[str] = "text"
    dim: ClassVar[Any] = 16
    batch_size: ClassVar[Any] = 8
    in_workers: ClassVar[bool] = True

    def __init__(self, options: Options) -> None:
        self.options = options

    @property
    def fingerprint(self) -> str:
        return "hashed-1"

    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        context.progress(0.0)
        vectors = np.array([hashed(item) for item in items], dtype=np.float32).reshape(-1, 16)
        context.progress(1.0)
        return vectors


class SoundForImages(Sound):
    modality = "image"


class Worded(SoundForImages):
    """Knows words too: a text and an image are alike as their hashes are."""

    def check(self) -> None:
        pass

    def describe(self, vectors: np.ndarray, context: Context) -> list[str]:
        return [f"{int(np.argmax(vector))}, {int(np.argmin(vector))}" for vector in vectors]

    def text_similarity(self, texts: Sequence[str], vectors: np.ndarray, context: Context) -> np.ndarray:
        return np.array([hashed(text) for text in texts]) @ vectors.T


class SetsUp(Worded):
    def check(self) -> None:
        self.ready = True


class AnswersCheck(Worded):
    def check(self) -> bool:
        return True


class DescribesTogether(Worded):
    def describe(self, vectors: np.ndarray, context: Context) -> list[str]:
        return [f"{word} of {len(vectors)}" for word in super().describe(vectors, context)]


class DescribesInPlace(Worded):
    def describe(self, vectors: np.ndarray, context: Context) -> list[str]:
        vectors -= vectors.mean()
        return super().describe(vectors, context)


class DescribesNothing(Worded):
    def describe(self, vectors: np.ndarray, context: Context) -> list[str]:
        return []


class DoublePrecision(Worded):
    def text_similarity(self, texts: Sequence[str], vectors: np.ndarray, context: Context) -> np.ndarray:
        return super().text_similarity(texts, vectors, context).astype(np.float64)


class TurnedAround(Worded):
    def text_similarity(self, texts: Sequence[str], vectors: np.ndarray, context: Context) -> np.ndarray:
        return np.ascontiguousarray(super().text_similarity(texts, vectors, context).T)


class Distances(Worded):
    def text_similarity(self, texts: Sequence[str], vectors: np.ndarray, context: Context) -> np.ndarray:
        return 2 - super().text_similarity(texts, vectors, context)


class RanksAmongAll(Worded):
    def text_similarity(self, texts: Sequence[str], vectors: np.ndarray, context: Context) -> np.ndarray:
        found = super().text_similarity(texts, vectors, context)
        return found - found.mean(axis=1, keepdims=True)


class DeafToTexts(Worded):
    def text_similarity(self, texts: Sequence[str], vectors: np.ndarray, context: Context) -> np.ndarray:
        return np.repeat(super().text_similarity(["one"], vectors, context), len(texts), axis=0)


def after(change: Callable[[np.ndarray, Sequence[Any]], np.ndarray]) -> type[Sound]:
    """Return an embedder that changes the sound vectors."""

    class Changed(Sound):
        def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
            return change(super().embed(items, context, task=task), items)

    # Under a name of the module, as pickle wants it.
    Changed.__name__ = Changed.__qualname__ = f"After_{change.__name__}"
    globals()[Changed.__name__] = Changed
    return Changed


class WithoutWidth(Sound):
    dim = None


class CountsItsProcesses(Sound):
    in_workers: ClassVar[Any] = 1


class NeedsItems(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        if not items:
            raise ValueError("no items")
        return super().embed(items, context, task=task)


class Unstable(Sound):
    in_workers = False

    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        noise = np.random.default_rng().normal(size=16).astype(np.float32) * np.float32(1e-6)
        return super().embed(items, context, task=task) + noise


class CountsItself(Sound):
    in_workers = False

    @property
    def fingerprint(self) -> str:
        return f"hashed-{next(COUNTER)}"


class CarriesWeights(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        self.weights = np.zeros(1_000_000)
        return super().embed(items, context, task=task)


class CannotBePickled(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        self.session = lambda: None
        return super().embed(items, context, task=task)


class KnowsOneTask(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        if task != "search_document":
            raise ValueError(task)
        return super().embed(items, context, task=task)


class Silent(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        return super().embed(items, Context(), task=task)


class GoesBack(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        context.progress(0.5)
        return super().embed(items, context, task=task)


class CannotBeStopped(Sound):
    def embed(self, items: Sequence[Any], context: Context, *, task: str) -> np.ndarray:
        try:
            return super().embed(items, context, task=task)
        except Exception:  # noqa: BLE001 - this is the fault
            return super().embed(items, Context(), task=task)


def wide(vectors: np.ndarray, items: Sequence[Any]) -> np.ndarray:
    return vectors.astype(np.float64) if len(items) else vectors


def one_short(vectors: np.ndarray, items: Sequence[Any]) -> np.ndarray:
    return vectors[:-1]


def long_vectors(vectors: np.ndarray, items: Sequence[Any]) -> np.ndarray:
    return vectors * np.float32(1.1 if len(items) > 2 else 1.0)


def by_length(vectors: np.ndarray, items: Sequence[Any]) -> np.ndarray:
    """Sorts a batch by length, as encoders do to save work, and forgets to sort back."""
    order = np.argsort([len(item) for item in items], kind="stable")
    return vectors[order] if len(items) == len(TEXTS) else vectors


def minus_the_mean(vectors: np.ndarray, items: Sequence[Any]) -> np.ndarray:
    if len(vectors) < 2:
        return vectors
    centred = vectors - vectors.mean(axis=0) * np.float32(1.0 if len(vectors) > 12 else 0.0)
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def by_first_letter(vectors: np.ndarray, items: Sequence[Any]) -> np.ndarray:
    return np.array([hashed(item[:1]) for item in items], dtype=np.float32).reshape(-1, 16)


FAULTS = [
    ("says_what_it_is", CountsItsProcesses),
    ("says_what_it_is", WithoutWidth),
    ("vectors_have_shape_and_dtype", after(wide)),
    ("vectors_have_shape_and_dtype", after(one_short)),
    ("vectors_are_normalised", after(long_vectors)),
    ("no_items_no_vectors", NeedsItems),
    ("rows_follow_items", after(by_length)),
    ("batches_do_not_matter", after(minus_the_mean)),
    ("items_are_told_apart", after(by_first_letter)),
    ("same_items_same_bytes", Unstable),
    ("fingerprint_is_stable", CountsItself),
    ("pickles_small", CarriesWeights),
    ("pickles_small", CannotBePickled),
    ("every_task_is_taken", KnowsOneTask),
    ("progress_ends_at_one", GoesBack),
    ("progress_ends_at_one", Silent),
    ("cancelling_comes_through", CannotBeStopped),
    ("check_leaves_no_trace", SetsUp),
    ("check_leaves_no_trace", AnswersCheck),
    ("descriptions_follow_vectors", DescribesTogether),
    ("descriptions_follow_vectors", DescribesInPlace),
    ("descriptions_follow_vectors", DescribesNothing),
    ("text_similarity_has_shape_and_range", DoublePrecision),
    ("text_similarity_has_shape_and_range", TurnedAround),
    ("text_similarity_has_shape_and_range", Distances),
    ("text_similarity_follows_texts_and_vectors", RanksAmongAll),
    ("text_similarity_heeds_the_text", DeafToTexts),
]


@pytest.mark.parametrize("sound", [Sound, SoundForImages, Worded])
def test_a_sound_embedder_passes_every_check(sound: type[Sound]) -> None:
    assert [result for result in run_checks(sound) if result.outcome != "passed"] == []


@each_of(FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Sound], alone: bool) -> None:
    assert_caught(check, faulty, alone=alone)


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert named_in(FAULTS) == names_of(Worded, "embedder")
