"""Data to lay out: the handwritten digits, and an index over any vectors with exact neighbours."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray


def exact(vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int, *, own: bool = False) -> NeighborGraph:
    """Return the `k` nearest rows to `queries` by cosine distance; `own` leaves each row itself out."""
    similarity = queries @ vectors.T
    if own:
        np.fill_diagonal(similarity, -np.inf)
    indices = np.argsort(-similarity, axis=1, kind="stable")[:, :k].astype(np.int32)
    distances = np.maximum(1 - np.take_along_axis(similarity, indices, axis=1), 0).astype(np.float32)
    return NeighborGraph(indices, distances)


@dataclass
class Lent:
    """An index as far as a projector looks at it: read-only vectors, and no more neighbours than there are."""

    vectors: NDArray[np.float32]
    most: int = 100
    asked: int = 0

    def __post_init__(self) -> None:
        self.vectors.flags.writeable = False
        self.graph = exact(self.vectors, self.vectors, min(self.most, len(self.vectors) - 1), own=True)
        self.graph.indices.flags.writeable = self.graph.distances.flags.writeable = False

    def neighbors(self, k: int) -> NeighborGraph:
        assert k <= self.graph.indices.shape[1]
        self.asked = k
        return self.graph.head(k)


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits of 64 pixels, L2-normalised, and what each shows."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]


@pytest.fixture(scope="session")
def lend() -> type[Lent]:
    return Lent


@pytest.fixture(scope="session")
def digits() -> Digits:
    from sklearn.datasets import load_digits  # noqa: PLC0415  slow to import, and only slow tests want it

    data = load_digits()
    vectors = data.data.astype(np.float32)
    return Digits(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), data.target)


@pytest.fixture(scope="session")
def umap_learn() -> object:
    """The reference; it warns on import that tensorflow is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        import umap  # noqa: PLC0415  compiles for half a minute where nothing is cached
    return umap


def clusters(
    rows: int, count: int = 3, width: int = 16, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return normalised vectors float32 [rows, width] around `count` centres, and each row's centre."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, count, rows)
    vectors = random.normal(size=(count, width))[labels] + 0.3 * random.normal(size=(rows, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.fixture(scope="session")
def three_clusters() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    return clusters(300)
