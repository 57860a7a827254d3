"""The three guarantees, against brute force in float64, on groups of any size and at the cut-off itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from atlas_plugin_duplicates import NomicDuplicates, NomicDuplicatesOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, NeighborGraph
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

# How far float64 here and float64 there may differ.
TOLERANCE = 1e-6


def detect(index: Any, cutoff: float = 0.1) -> Duplicates:
    return NomicDuplicates(NomicDuplicatesOptions(duplicate_cutoff=cutoff)).detect(index, Context())


def distances(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    wide = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    apart: NDArray[np.float64] = 1.0 - wide @ wide.T
    return apart


def require_guarantees(vectors: NDArray[np.float32], found: Duplicates, cutoff: float) -> None:
    n, apart = len(vectors), distances(vectors)
    assert found.cluster.shape == found.verdict.shape == (n,)
    kept = np.flatnonzero(found.verdict != DuplicateVerdict.DELETION)
    assert sorted(found.cluster[kept].tolist()) == list(range(len(kept))) == np.unique(found.cluster).tolist()
    owner = np.empty(len(kept), np.int64)
    owner[found.cluster[kept]] = kept
    gone = np.flatnonzero(found.verdict == DuplicateVerdict.DELETION)
    assert (apart[gone, owner[found.cluster[gone]]] <= cutoff + TOLERANCE).all()
    among = apart[np.ix_(kept, kept)] + 3.0 * np.eye(len(kept))
    assert (among > cutoff - TOLERANCE).all()
    size = np.bincount(found.cluster)
    assert ((found.verdict == DuplicateVerdict.SINGLETON) == (size[found.cluster] == 1)).all()


@st.composite
def clustered(draw: st.DrawFn) -> NDArray[np.float32]:
    """Groups whose sizes reach far beyond the lent neighbourhood and whose widths lie around the cut-off."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 90), min_size=1, max_size=6))
    width = draw(st.floats(0.0, 1.0))
    dim = draw(st.integers(1, 24))
    centers = np.repeat(generator.normal(size=(len(sizes), dim)), sizes, axis=0)
    vectors = centers + width * generator.normal(size=centers.shape) * generator.random((len(centers), 1))
    return np.asarray(generator.permutation(vectors), np.float32)


@settings(deadline=None, max_examples=80)
@given(
    clustered(), st.sampled_from([0.0, 1e-6, 0.01, 0.1, 0.5, 1.0, 1.7, 2.0]), st.sampled_from(["cosine", "euclidean"])
)
def test_guarantees(vectors: NDArray[np.float32], cutoff: float, metric: Any) -> None:
    index = ArrayIndex(vectors, metric=metric)
    require_guarantees(index.vectors, detect(index, cutoff), cutoff)


class Lends(ArrayIndex):
    """Lends a graph that was made beforehand."""

    def __init__(self, vectors: NDArray[np.float32], graph: NeighborGraph) -> None:
        super().__init__(vectors)
        self.graph = graph

    def neighbors(self, k: int) -> NeighborGraph:
        return self.graph.head(k)


@settings(deadline=None, max_examples=40)
@given(clustered(), st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.1, 0.5]))
def test_what_is_found_does_not_depend_on_the_neighbours(
    vectors: NDArray[np.float32], seed: int, cutoff: float
) -> None:
    exact = ArrayIndex(vectors)
    n = len(vectors)
    generator = np.random.default_rng(seed)
    # Lists of any rows, of any length, that lie about the distances.
    indices = generator.integers(0, n, size=(n, min(20, n - 1))).astype(np.int32)
    indices[indices == np.arange(n)[:, None]] = -1
    indices = np.take_along_axis(indices, (indices < 0).argsort(axis=1, kind="stable"), axis=1)
    graph = NeighborGraph(indices, generator.random(indices.shape, np.float32))
    found, lied_to = detect(exact, cutoff), detect(Lends(exact.vectors, graph), cutoff)
    assert np.array_equal(found.cluster, lied_to.cluster)
    assert np.array_equal(found.verdict, lied_to.verdict)
    require_guarantees(exact.vectors, lied_to, cutoff)


def test_one_pair_that_the_neighbours_leave_out_is_found_among_many_rows() -> None:
    # A sample of the kept rows would most likely miss it.
    generator = np.random.default_rng(4)
    vectors = generator.normal(size=(10_000, 48))
    vectors[8_765] = vectors[1_234] + 0.01 * vectors[4_321]
    graph = NeighborGraph(
        ((np.arange(10_000)[:, None] + np.arange(1, 21)) % 10_000).astype(np.int32),
        np.full((10_000, 20), 0.9, np.float32),
    )
    found = detect(Lends(vectors.astype(np.float32), graph))
    assert np.flatnonzero(found.verdict != DuplicateVerdict.SINGLETON).tolist() == [1_234, 8_765]
    assert found.verdict[8_765] == DuplicateVerdict.DELETION


@pytest.mark.parametrize("cutoff", [0.1, 0.6])
def test_the_number_of_threads_changes_nothing(cutoff: float) -> None:
    generator = np.random.default_rng(6)
    vectors = (generator.normal(size=(700, 24))[generator.integers(0, 700, 5_000)] * 2.0).astype(np.float32)
    vectors += generator.normal(size=vectors.shape).astype(np.float32)
    n = len(vectors)
    graph = NeighborGraph(np.full((n, 20), -1, np.int32), np.full((n, 20), np.inf, np.float32))
    detector = NomicDuplicates(NomicDuplicatesOptions(duplicate_cutoff=cutoff))
    one, three = (detector.detect(Lends(vectors, graph), Context(n_jobs=jobs)) for jobs in (1, 3))
    assert 0 < (one.verdict == DuplicateVerdict.DELETION).sum() < n
    assert one.cluster.tobytes() == three.cluster.tobytes()
    assert one.verdict.tobytes() == three.verdict.tobytes()


def at_angles(*degrees: float) -> NDArray[np.float32]:
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_ends_of_a_chain_stay_apart() -> None:
    # 20 degrees are 0.060 apart, 40 degrees 0.234: the middle covers both ends, and nobody else does.
    found = detect(ArrayIndex(at_angles(0, 20, 40)))
    assert found.verdict.tolist() == [DuplicateVerdict.DELETION, DuplicateVerdict.RETENTION, DuplicateVerdict.DELETION]
    found = detect(ArrayIndex(at_angles(0, 20, 40, 60)))
    assert found.verdict.tolist().count(DuplicateVerdict.DELETION) == 2


@pytest.mark.parametrize("cutoff", [0.1, 0.25, 0.5])
def test_a_distance_that_is_the_cutoff_is_within_it(cutoff: float) -> None:
    vectors = np.array([[1.0, 0.0], [1.0 - cutoff, np.sqrt(1.0 - (1.0 - cutoff) ** 2)]])
    exact = float(distances(vectors.astype(np.float32))[0, 1])
    index = ArrayIndex(vectors.astype(np.float32), metric="euclidean")
    assert detect(index, exact).verdict.tolist() == [DuplicateVerdict.RETENTION, DuplicateVerdict.DELETION]
    assert detect(index, exact - 1e-7).verdict.tolist() == [DuplicateVerdict.SINGLETON] * 2


def test_equal_directions_are_within_a_cutoff_of_zero() -> None:
    generator = np.random.default_rng(1)
    vectors = np.outer([1.0, 3.0, 0.1], generator.normal(size=300)).astype(np.float32)
    found = detect(ArrayIndex(vectors, metric="euclidean"), 0.0)
    assert found.cluster.tolist() == [0, 0, 0]


def test_weights_choose_the_row_that_is_kept() -> None:
    vectors = at_angles(0, 5, 10)
    assert detect(ArrayIndex(vectors)).verdict.tolist() == [1, 2, 2]
    assert detect(ArrayIndex(vectors, weights=np.array([1, 1, 9]))).verdict.tolist() == [2, 2, 1]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_rows(n: int, metric: Any) -> None:
    apart = detect(ArrayIndex(np.eye(4)[:n], metric=metric))
    assert apart.verdict.tolist() == [DuplicateVerdict.SINGLETON] * n
    alike = detect(ArrayIndex(at_angles(*range(n)), metric=metric))
    assert alike.cluster.tolist() == [0] * n


def test_a_zero_vector_is_alone_below_one_and_with_all_from_one() -> None:
    vectors = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], np.float32)
    assert detect(ArrayIndex(vectors, metric="euclidean"), 0.9).verdict.tolist() == [DuplicateVerdict.SINGLETON] * 3
    assert detect(ArrayIndex(vectors, metric="euclidean"), 1.0).cluster.tolist() == [0, 0, 0]


def test_rows_of_one_large_group_too_close_to_tell_in_float32() -> None:
    generator = np.random.default_rng(2)
    vectors = np.ones((700, 16)) + 1e-4 * generator.normal(size=(700, 16))
    index = ArrayIndex(vectors)
    cutoff = 2e-8
    found = detect(index, cutoff)
    kept = np.flatnonzero(found.verdict != DuplicateVerdict.DELETION)
    assert 1 < len(kept) < 700
    require_exactly(index.vectors, found, cutoff)


def require_exactly(vectors: NDArray[np.float32], found: Duplicates, cutoff: float) -> None:
    """As the guarantees say, with no tolerance but float64's."""
    apart = distances(vectors)
    kept = np.flatnonzero(found.verdict != DuplicateVerdict.DELETION)
    assert (apart[np.ix_(kept, kept)] + 3.0 * np.eye(len(kept)) > cutoff - 1e-12).all()
    owner = np.empty(len(kept), np.int64)
    owner[found.cluster[kept]] = kept
    assert (apart[np.arange(len(vectors)), owner[found.cluster]] <= cutoff + 2e-9).all()


@pytest.mark.parametrize("cutoff", [-0.1, 2.1, float("nan"), float("inf")])
def test_a_cutoff_out_of_range_is_refused(cutoff: float) -> None:
    with pytest.raises(ValueError, match="duplicate_cutoff"):
        NomicDuplicatesOptions(duplicate_cutoff=cutoff)
