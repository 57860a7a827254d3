"""All close pairs that must be known are known, whatever neighbours were lent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from atlas_plugin_duplicates import cells
from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.evidence import gather
from atlas_plugin_duplicates.known import CROWDED, Evidence
from atlas_plugin_duplicates.reduced import Reduced
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.protocols import Context
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

CUTOFFS = [0.0, 0.001, 0.1, 1.0, 1.9]


def rows(seed: int, n: int, width: float) -> NDArray[np.float32]:
    """Rows of very different lengths around a few directions."""
    generator = np.random.default_rng(seed)
    around = generator.normal(size=(3, 4))[np.arange(n) % 3] + width * generator.normal(size=(n, 4))
    return np.asarray(around * generator.lognormal(sigma=1.0, size=(n, 1)), np.float32)


def evidence_of(vectors: NDArray[np.float32], cutoff: float, k: int, metric: Any = "cosine") -> Evidence:
    index = ArrayIndex(vectors, metric=metric)
    pairs = ClosePairs.of(index.vectors, cutoff)
    return gather(pairs, Reduced.of(pairs, np.random.default_rng(0)), index, k, Context())


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 90),
    st.floats(0.0, 0.5),
    st.sampled_from(CUTOFFS),
    st.sampled_from(["cosine", "euclidean"]),
    st.integers(0, 5),
)
def test_rows_have_all_their_links_or_are_crowded(
    seed: int, n: int, width: float, cutoff: float, metric: Any, k: int
) -> None:
    index = ArrayIndex(rows(seed, n, width), metric=metric)
    evidence = evidence_of(index.vectors, cutoff, min(k, n - 1), metric)
    close = ClosePairs.of(index.vectors, cutoff).among(np.arange(n), np.arange(n))
    np.fill_diagonal(close, val=False)
    assert np.array_equal(evidence.degree, np.minimum(close.sum(axis=1), CROWDED))
    for row in np.flatnonzero(~evidence.crowded):
        links = evidence.links[evidence.starts[row] : evidence.starts[row + 1]]
        assert np.array_equal(links, np.flatnonzero(close[row]))


@pytest.mark.parametrize("cutoff", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("dim", [2, 40])
def test_rows_of_different_cells_are_compared(monkeypatch: pytest.MonkeyPatch, cutoff: float, dim: int) -> None:
    monkeypatch.setattr(cells, "ROWS_PER_CELL", 12)
    generator = np.random.default_rng(8)
    n = 1_200
    vectors = generator.normal(size=(400, dim))[generator.integers(0, 400, n)] + 0.3 * generator.normal(size=(n, dim))
    evidence = evidence_of(vectors.astype(np.float32), cutoff, 20)
    close = ClosePairs.of(ArrayIndex(vectors).vectors, cutoff).among(np.arange(n), np.arange(n))
    np.fill_diagonal(close, val=False)
    assert np.array_equal(evidence.degree, np.minimum(close.sum(axis=1), CROWDED))
    for row in np.flatnonzero(~evidence.crowded):
        links = evidence.links[evidence.starts[row] : evidence.starts[row + 1]]
        assert np.array_equal(links, np.flatnonzero(close[row]))


def test_pairs_of_large_groups_are_not_listed() -> None:
    generator = np.random.default_rng(3)
    vectors = np.repeat(np.eye(30), 100, axis=0) + 0.01 * generator.normal(size=(3_000, 30))
    evidence = evidence_of(vectors.astype(np.float32), 0.1, 20)
    assert evidence.crowded.all()
    assert evidence.links.size == 0


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 400), st.floats(0.0, 2.0), st.sampled_from([0.0, 0.01, 1.0]))
def test_the_table_never_makes_rows_farther(seed: int, dim: int, cutoff: float, width: float) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(80, dim)) * width + generator.normal(size=dim)
    vectors[generator.integers(0, 80)] = 0.0
    pairs = ClosePairs.of(vectors.astype(np.float32), cutoff)
    reduced = Reduced.of(pairs, generator)
    near = Reduced.left(reduced.table) @ reduced.table.T >= reduced.least
    assert near[pairs.among(np.arange(80), np.arange(80))].all()


def test_the_table_is_narrow_where_few_axes_tell_rows_apart() -> None:
    generator = np.random.default_rng(3)
    spread = np.concatenate([generator.normal(size=(3_000, 20)), 0.02 * generator.normal(size=(3_000, 380))], axis=1)
    pairs = ClosePairs.of(spread.astype(np.float32), 0.1)
    assert Reduced.of(pairs, generator).table.shape[1] < 60


@pytest.mark.parametrize("cutoff", [0.1, 1.0])
def test_blocks_and_gathered_pairs_agree_at_the_cutoff(cutoff: float) -> None:
    vectors = rows(9, 200, 0.1)
    everything = np.arange(200)
    wide = vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    apart = 1.0 - wide @ wide.T
    for near in np.sort(apart[np.triu_indices(200, 1)])[: int(2_000 * cutoff) : 20]:
        pairs = ClosePairs.of(vectors, max(float(near), 0.0))
        i, j = np.meshgrid(everything, everything, indexing="ij")
        gathered = pairs.linked(i.ravel(), j.ravel()).reshape(200, 200)
        assert np.array_equal(pairs.among(everything, everything), gathered)
        assert np.array_equal(pairs.among(everything[::-1], everything[:7]), gathered[::-1, :7])
