"""What the lent neighbours are said to prove is so; and what they hide is found out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from atlas_plugin_duplicates import cover as covering
from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.evidence import gather
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.protocols import NeighborGraph
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray


def rows(seed: int, n: int, width: float) -> NDArray[np.float32]:
    """Rows of very different lengths around a few directions."""
    generator = np.random.default_rng(seed)
    around = generator.normal(size=(3, 4))[np.arange(n) % 3] + width * generator.normal(size=(n, 4))
    return np.asarray(around * generator.lognormal(sigma=1.0, size=(n, 1)), np.float32)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 60),
    st.floats(0.0, 0.5),
    st.sampled_from([0.001, 0.1, 1.0]),
    st.sampled_from(["cosine", "euclidean"]),
)
def test_a_complete_row_has_all_its_links(seed: int, n: int, width: float, cutoff: float, metric: Any) -> None:
    index = ArrayIndex(rows(seed, n, width), metric=metric)
    pairs = ClosePairs.of(index.vectors, cutoff)
    evidence = gather(pairs, index, min(5, n - 1))
    everything = np.arange(n)
    close = pairs.among(everything, everything)
    for row in np.flatnonzero(evidence.complete):
        links = evidence.links[evidence.starts[row] : evidence.starts[row + 1]]
        assert set(links.tolist()) == set(np.flatnonzero(close[row]).tolist()) - {row}


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_most_rows_of_plain_data_are_complete(metric: Any) -> None:
    vectors = np.random.default_rng(3).normal(size=(400, 64))
    index = ArrayIndex(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), metric=metric)
    assert gather(ClosePairs.of(index.vectors, 0.1), index, 5).complete.all()


def test_rows_of_a_group_that_is_larger_than_the_list_are_not_complete() -> None:
    index = ArrayIndex(np.random.default_rng(3).normal(size=(50, 8)) * 0.01 + 1.0)
    assert not gather(ClosePairs.of(index.vectors, 0.1), index, 20).complete.any()


def test_a_padded_list_is_complete_only_when_it_names_all_rows() -> None:
    class Padded(ArrayIndex):
        def neighbors(self, k: int) -> NeighborGraph:
            graph = super().neighbors(k)
            indices, distances = graph.indices.copy(), graph.distances.copy()
            indices[0, -1], distances[0, -1] = -1, np.inf
            return NeighborGraph(indices, distances)

    index = Padded(np.eye(6))
    assert gather(ClosePairs.of(index.vectors, 0.1), index, 4).complete.tolist() == [False] + [True] * 5


def test_blocks_and_gathered_pairs_agree_at_the_cutoff() -> None:
    vectors = rows(9, 200, 0.1)
    everything = np.arange(200)
    wide = vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    apart = 1.0 - wide @ wide.T
    for cutoff in np.sort(apart[np.triu_indices(200, 1)])[:200:20]:
        pairs = ClosePairs.of(vectors, float(cutoff))
        i, j = np.meshgrid(everything, everything, indexing="ij")
        gathered = pairs.linked(i.ravel(), j.ravel()).reshape(200, 200)
        assert np.array_equal(pairs.among(everything, everything), gathered)
        assert np.array_equal(pairs.among(everything[::-1], everything[:7]), gathered[::-1, :7])


def test_a_sample_of_many_kept_rows_finds_that_a_graph_leaves_pairs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "FEW_KEPT", 100)
    apart = ArrayIndex(np.eye(300)).vectors
    assert not covering.kept_rows_clash(ClosePairs.of(apart, 0.1), np.arange(300))
    twice = ArrayIndex(np.tile(np.eye(300), (2, 1))).vectors
    assert covering.kept_rows_clash(ClosePairs.of(twice, 0.1), np.arange(600))
