"""The guarantees hold on data at the edges of what an index can lend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from atlas_plugin_duplicates import NomicDuplicates, NomicDuplicatesOptions
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, NeighborGraph
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

K = 20
CUTOFF = 0.1
Vectors = NDArray[np.float32]


def detect(index: ArrayIndex) -> Duplicates:
    return NomicDuplicates(NomicDuplicatesOptions(duplicate_cutoff=CUTOFF)).detect(index, Context(seed=0))


def require_guarantees(vectors: Vectors, found: Duplicates) -> None:
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    wide = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    apart = 1.0 - wide @ wide.T
    kept = np.flatnonzero(found.verdict != DuplicateVerdict.DELETION)
    owner = np.full(len(kept), -1)
    owner[found.cluster[kept]] = kept
    gone = np.flatnonzero(found.verdict == DuplicateVerdict.DELETION)
    assert (apart[gone, owner[found.cluster[gone]]] <= CUTOFF + 1e-6).all()
    assert (apart[np.ix_(kept, kept)] + 3.0 * np.eye(len(kept)) > CUTOFF - 1e-6).all()


def noise(n: int, dim: int) -> NDArray[np.float64]:
    return np.random.default_rng(n + dim).normal(size=(n, dim))


def two_far_groups() -> NDArray[np.float64]:
    return np.concatenate([noise(60, 8) * 0.05 + 1e3, noise(60, 8) * 0.05 - 1e3])


def one_huge_dimension() -> NDArray[np.float64]:
    vectors = noise(300, 16)
    vectors[:, 3] *= 1e6
    return vectors


def extreme_outliers() -> NDArray[np.float64]:
    vectors = noise(300, 16)
    vectors[:3] *= 1e15
    return vectors


def some_zeros() -> NDArray[np.float64]:
    vectors = noise(200, 6)
    vectors[::7] = 0.0
    return vectors


EDGES: dict[str, Callable[[], NDArray[np.float64]]] = {
    "two far groups": two_far_groups,
    "one huge dimension": one_huge_dimension,
    "extreme outliers": extreme_outliers,
    "zero vectors": some_zeros,
    "zero vectors only": lambda: np.zeros((30, 4)),
    "all identical": lambda: np.ones((500, 12)),
    "one dimension": lambda: noise(200, 1),
    "4,096 dimensions": lambda: noise(120, 4_096),
    "noise": lambda: noise(1_000, 3),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    index = ArrayIndex(EDGES[name]().astype(np.float32), metric="euclidean")
    require_guarantees(index.vectors, detect(index))


@pytest.mark.parametrize("n", [1, 2, 3, K - 1, K, K + 1, K + 2])
@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_as_few_rows_as_neighbours(n: int, spread: float) -> None:
    index = ArrayIndex((1.0 + spread * noise(n, 5)).astype(np.float32))
    require_guarantees(index.vectors, detect(index))


def test_identical_rows_keep_the_first() -> None:
    found = detect(ArrayIndex(np.ones((500, 12), np.float32)))
    assert np.flatnonzero(found.verdict == DuplicateVerdict.RETENTION).tolist() == [0]
    assert (found.cluster == 0).all()


class Halves(ArrayIndex):
    """A graph that never leads from one half of the rows to the other, though they are alike."""

    def neighbors(self, k: int) -> NeighborGraph:
        half = len(self.vectors) // 2
        steps = (np.arange(half)[:, None] + np.arange(1, k + 1)) % half
        indices = np.concatenate([steps, steps + half]).astype(np.int32)
        return NeighborGraph(indices, np.ones(indices.shape, np.float32))


def test_a_disconnected_graph_hides_no_pair() -> None:
    half = noise(150, 12)
    index = Halves(np.concatenate([half, half + 0.01 * noise(150, 12)]).astype(np.float32))
    found = detect(index)
    require_guarantees(index.vectors, found)
    assert np.array_equal(found.cluster[:150], found.cluster[150:])


def test_a_memory_mapped_table_of_half_precision_is_read_as_it_is(tmp_path: Path) -> None:
    # An index lends float32 always; data that came as float16 has many equal numbers.
    index = ArrayIndex(np.repeat(noise(90, 16), 2, axis=0).astype(np.float16), metric="euclidean")
    found, mapped = detect(index), detect(index.mapped(tmp_path))
    assert np.array_equal(found.cluster, mapped.cluster)
    assert (mapped.verdict == DuplicateVerdict.DELETION).sum() == 90
