"""Without certainty the lent lists decide, unless a sample of the rows speaks against them."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from atlas_plugin_duplicates import NomicDuplicates, NomicDuplicatesOptions, duplicate_detector
from atlas_plugin_duplicates.sampling import _chance
from hypothesis import example, given, settings
from hypothesis import strategies as st
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, NeighborGraph
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def detect(
    index: ArrayIndex, *, certain: bool | None, cutoff: float = 0.1, messages: list[str] | None = None
) -> Duplicates:
    options = NomicDuplicatesOptions(duplicate_cutoff=cutoff, certain=certain)
    heard = [] if messages is None else messages
    context = Context(seed=0).with_(report=lambda _, message: heard.append(message))
    return NomicDuplicates(options).detect(index, context)


def groups(n: int, count: int, width: float, seed: int = 0) -> Vectors:
    """Rows around some directions: groups within the cut-off where `width` is small."""
    generator = np.random.default_rng(seed)
    centers = generator.normal(size=(count, 24))
    return np.asarray(centers[generator.integers(0, count, n)] + width * generator.normal(size=(n, 24)), np.float32)


def kept(found: Duplicates) -> list[int]:
    return np.flatnonzero(found.verdict != DuplicateVerdict.DELETION).tolist()


def require_covered(vectors: Vectors, found: Duplicates, cutoff: float) -> None:
    """Every row that goes lies within the cut-off of the one of its group that stays."""
    owner = np.empty(len(kept(found)), np.int64)
    owner[found.cluster[kept(found)]] = kept(found)
    left, right = (rows.astype(np.float64) for rows in (vectors, vectors[owner[found.cluster]]))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    assert (1.0 - np.einsum("nd,nd->n", left, right) / lengths <= cutoff + 1e-6).all()


@settings(deadline=None, max_examples=30)
@example(seed=1, count=1, width=0.5, cutoff=0.4)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 300),
    width=st.floats(0.0, 0.6),
    cutoff=st.sampled_from([0.01, 0.1, 0.4]),
)
def test_exact_lists_are_enough_however_large_the_groups(seed: int, count: int, width: float, cutoff: float) -> None:
    index = ArrayIndex(groups(300, count, width, seed))
    proven, trusted = (detect(index, certain=certain, cutoff=cutoff) for certain in (True, False))
    assert kept(proven) == kept(trusted)
    # A row that several kept rows are near to may go with another of them, which leaves another of them alone.
    for found in (proven, trusted):
        size = np.bincount(found.cluster)[found.cluster]
        assert np.array_equal(found.verdict == DuplicateVerdict.SINGLETON, size == 1)
        require_covered(index.vectors, found, cutoff)


class Unlinked(ArrayIndex):
    """Lends lists that lead to the next rows, whatever these say."""

    def neighbors(self, k: int) -> NeighborGraph:
        indices = (np.arange(len(self.vectors))[:, None] + np.arange(1, k + 1)) % len(self.vectors)
        return NeighborGraph(indices.astype(np.int32), np.full(indices.shape, 1.0, np.float32))


class LendsNext(ArrayIndex):
    """Lends the next rows, with their true distances."""

    def neighbors(self, k: int) -> NeighborGraph:
        indices = (np.arange(len(self.vectors))[:, None] + np.arange(1, k + 1)) % len(self.vectors)
        apart = 1.0 - np.einsum("nd,nkd->nk", self.vectors, self.vectors[indices])
        order = apart.argsort(axis=1, kind="stable")
        there = [np.take_along_axis(each, order, axis=1) for each in (indices, apart)]
        return NeighborGraph(there[0].astype(np.int32), there[1].astype(np.float32))


def test_lists_that_leave_pairs_out_are_found_out() -> None:
    vectors = groups(900, 300, 0.1)
    messages: list[str] = []
    found = detect(Unlinked(vectors), certain=False, messages=messages)
    assert "comparing rows" in messages
    assert kept(found) == kept(detect(ArrayIndex(vectors), certain=True))


def test_lists_that_hold_are_not_compared_again() -> None:
    messages: list[str] = []
    detect(ArrayIndex(groups(900, 300, 0.1)), certain=False, messages=messages)
    assert "checking neighbours" in messages
    assert "comparing rows" not in messages


def test_only_certainty_promises_that_no_pair_is_left_over() -> None:
    vectors = np.random.default_rng(4).normal(size=(10_000, 48)).astype(np.float32)
    # The lists, of the next rows, hold the first pair and not the second.
    vectors[11] = vectors[10] + 0.01 * vectors[0]
    vectors[8_765] = vectors[1_234] + 0.01 * vectors[4_321]
    trusted, again, proven = (detect(LendsNext(vectors), certain=certain) for certain in (False, False, True))
    assert sorted({*range(10_000)} - {*kept(trusted)}) == [11]
    assert trusted.cluster[11] == trusted.cluster[10]
    assert kept(trusted) == kept(again)
    assert sorted({*range(10_000)} - {*kept(proven)}) == [11, 8_765]


def test_lists_of_euclidean_neighbours_prove_nothing_about_directions() -> None:
    generator = np.random.default_rng(3)
    # The same directions at lengths that no list of near rows joins.
    vectors = np.concatenate([groups(200, 200, 0.1) * length for length in (1.0, 1e3)]).astype(np.float32)
    vectors += 1e-3 * generator.normal(size=vectors.shape).astype(np.float32)
    found = detect(ArrayIndex(vectors, metric="euclidean"), certain=False)
    assert np.array_equal(found.cluster[:200], found.cluster[200:])


@pytest.mark.parametrize(("rows", "message"), [(200, "comparing rows"), (199, "checking neighbours")])
def test_the_number_of_rows_decides_where_nobody_else_does(
    monkeypatch: pytest.MonkeyPatch, rows: int, message: str
) -> None:
    monkeypatch.setattr(duplicate_detector, "CERTAIN_ROWS", rows)
    messages: list[str] = []
    detect(ArrayIndex(groups(200, 150, 0.1)), certain=None, messages=messages)
    assert message in messages


@pytest.mark.parametrize("least", [0, 1, 3, 9])
def test_the_chance_of_so_many_misses(least: int) -> None:
    drawn = np.random.default_rng(0).poisson(2.5, 40_000)
    assert _chance(least, 2.5) == pytest.approx(float((drawn >= least).mean()), abs=0.01)
    assert _chance(1, 0.3) == pytest.approx(1 - exp(-0.3))


def test_every_few_thousand_rows_and_pairs_the_build_can_be_cancelled() -> None:
    vectors = groups(9_000, 3, 0.05)
    index = LendsNext(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    told: list[tuple[float, str]] = []
    context = Context(report=lambda done, message: told.append((done, message)))
    NomicDuplicates(NomicDuplicatesOptions(certain=False)).detect(index, context)
    fractions = [done for done, _ in told]
    assert fractions == sorted(fractions)
    said = [message for _, message in told]
    # Rows are read twice, 4,096 at a time; a third of the lent pairs is close.
    assert said.count("looking for duplicates") >= 2 * 9_000 / 4_096
    assert said.count("measuring neighbours") >= 9_000 * 20 / 3 / 4_096 * 0.8
    assert said.count("checking neighbours") >= 9_000 / 4_096
