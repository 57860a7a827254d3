from __future__ import annotations

import numpy as np
import pytest
from localatlas import AtlasDataset
from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.quality import Quality, measure_quality
from localatlas.testing.example import clusters
from numpy.typing import NDArray


def plane(n: int = 300, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)


def test_a_faithful_layout_keeps_everything() -> None:
    points = plane()
    quality = measure_quality(points, points * 7 + 3, "euclidean")
    assert quality.neighbors_kept == 1.0
    assert quality.trustworthiness == 1.0
    assert quality.triplets_kept == pytest.approx(1.0, abs=1e-3)


def test_a_layout_at_random_keeps_what_chance_keeps() -> None:
    quality = measure_quality(plane(seed=1), plane(seed=2), "euclidean")
    assert quality.neighbors_kept < 0.1
    assert quality.trustworthiness == pytest.approx(0.5, abs=0.06)
    assert quality.triplets_kept == pytest.approx(0.5, abs=0.03)


def test_trustworthiness_is_the_published_one() -> None:
    """Against the definition, row by row."""
    vectors, positions, k = clusters(120, noise=1.0), plane(120), 15
    true = (
        np.argsort(np.argsort(((vectors[:, None] - vectors) ** 2).sum(axis=2) + 1e9 * np.eye(120), axis=1), axis=1) + 1
    )
    near = np.argsort(((positions[:, None] - positions) ** 2).sum(axis=2) + 1e9 * np.eye(120), axis=1)[:, :k]
    penalty = sum(max(true[row, other] - k, 0) for row in range(120) for other in near[row])
    expected = 1 - 2 / (120 * k * (2 * 120 - 3 * k - 1)) * penalty
    assert measure_quality(vectors, positions, "cosine").trustworthiness == pytest.approx(expected, abs=1e-6)


def test_topics_are_compared_with_chance() -> None:
    vectors = clusters(300, count=3, noise=0.1)
    own = (np.arange(300) % 3).astype(np.int32)
    shuffled = np.random.default_rng(0).permutation(own)
    quality = measure_quality(vectors, plane(), "cosine", np.stack([own, shuffled], axis=1))
    assert quality.topics_covering == (1.0, 1.0)
    assert quality.topics_shared[0] == 1.0
    assert quality.topics_shared[1] == pytest.approx(1 / 3, abs=0.05)
    assert quality.topics_by_chance == pytest.approx((1 / 3, 1 / 3))


def test_the_same_seed_looks_at_the_same_rows() -> None:
    vectors, positions = clusters(400, noise=1.0), plane(400)
    first, second, other = (measure_quality(vectors, positions, "cosine", sample=50, seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert first != other
    assert first.sample == 50


@pytest.mark.parametrize("n", [3, 4, 10, 16])
def test_a_handful_of_rows_can_be_measured(n: int) -> None:
    quality = measure_quality(plane(n), plane(n), "euclidean")
    assert quality.neighbors_kept == 1.0
    assert quality.trustworthiness == 1.0


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(NotReadyError, match="2 rows"):
        measure_quality(plane(2), plane(2), "euclidean")
    with pytest.raises(AtlasValueError, match="sample=0"):
        measure_quality(plane(), plane(), "euclidean", sample=0)


def test_every_figure_has_a_sentence() -> None:
    quality = Quality(1_000, 500, 0.31, 0.95, 0.6, (1.0, 0.9), (0.8, 0.5), (0.2, 0.05))
    text = str(quality)
    assert "500 of 1,000 rows" in text
    assert "31% are nearest on the map" in text
    assert "At depth 2, 90% of rows have a topic, and share it with 50% of their nearest rows (5% by chance)." in text
    assert quality.as_dict()["topics_shared"] == [0.8, 0.5]


def test_a_finished_map_tells_its_quality(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    quality = made.quality()
    assert quality.rows == quality.sample == 5  # seven rows: one has no text, one repeats another
    assert len(quality.topics_shared) == made.topics.depth
    dataset.delete_data(["r5"])
    assert made.quality(sample=2).rows == 4
