from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_topics import NomicTopic
from atlas_plugin_topics.structure import has_structure
from localatlas.protocols import Context, Layout
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import ArrayIndex, clusters
from numpy.typing import NDArray

Stdlib = tuple[ArrayIndex, Layout, NDArray[np.int64]]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("dim", [2, 3, 10, 50, 256])
def test_gaussian_noise_has_none(metric: Metric, dim: int) -> None:
    for seed in range(3):
        vectors = np.random.default_rng(seed).normal(size=(1000, dim))
        assert not has_structure(ArrayIndex(vectors, metric=metric), Context(seed=seed))


def test_stretched_noise_has_none() -> None:
    vectors = np.random.default_rng(1).normal(size=(1000, 40)) * np.linspace(0.1, 3.0, 40) + 5.0
    assert not has_structure(ArrayIndex(vectors, metric="euclidean"), Context())


@pytest.mark.parametrize("count", [2, 3, 10, 30])
def test_clusters_have_some(count: int) -> None:
    assert has_structure(ArrayIndex(clusters(1000, count=count, noise=0.5)), Context())


def test_real_texts_have_some(stdlib: Stdlib) -> None:
    index, _, _ = stdlib
    assert all(has_structure(index, Context(seed=seed)) for seed in range(5))


def test_equal_rows_have_none() -> None:
    assert not has_structure(ArrayIndex(np.ones((500, 8))), Context())


def test_noise_is_one_topic_unless_the_guard_is_off() -> None:
    vectors = np.random.default_rng(0).normal(size=(1000, 20))
    index = ArrayIndex(vectors, metric="euclidean")
    layout = Layout(vectors[:, :2].astype(np.float32))
    guarded = NomicTopic(NomicTopic.Options()).fit(index, layout, Context())
    assert guarded.size.tolist() == [1000, 1000]
    open_ = NomicTopic(NomicTopic.Options(guard=False)).fit(index, layout, Context())
    assert len(open_.topic_id) > 4


@pytest.mark.parametrize("dim", [5, 50, 300])
@pytest.mark.parametrize("kind", ["dominant", "falling"])
def test_noise_with_a_few_strong_directions_has_none_after_normalising(dim: int, kind: str) -> None:
    scale = np.where(np.arange(dim) < 3, 6.0, 1.0) if kind == "dominant" else np.arange(1, dim + 1) ** -0.7
    for seed in range(3):
        vectors = np.random.default_rng(seed).normal(size=(3000, dim)) * scale
        assert not has_structure(ArrayIndex(vectors, metric="cosine"), Context(seed=seed))


def test_clusters_in_weak_directions_are_seen_beside_strong_ones() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(2000, 40)) * np.where(np.arange(40) < 3, 6.0, 1.0)
    vectors += generator.normal(size=(8, 40))[generator.integers(0, 8, 2000)] * 4.0
    assert has_structure(ArrayIndex(vectors, metric="cosine"), Context())
