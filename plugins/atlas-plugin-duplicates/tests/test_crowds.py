"""Rows of large groups: followed from list to list, they are decided as if each were compared with all."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_duplicates import NomicDuplicates, NomicDuplicatesOptions, compare, crowds
from hypothesis import given, settings
from hypothesis import strategies as st
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, NeighborGraph
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

CUTOFF = 0.1
Vectors = NDArray[np.float32]


def groups(seed: int, sizes: list[int], width: float) -> Vectors:
    """Return rows [N, 24] of length 1, in random order, around as many directions as there are sizes."""
    generator = np.random.default_rng(seed)
    centers = np.repeat(generator.normal(size=(len(sizes), 24)), sizes, axis=0)
    rows = generator.permutation(centers + width * generator.normal(size=centers.shape))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def detect(index: ArrayIndex, *, certain: bool) -> Duplicates:
    options = NomicDuplicatesOptions(duplicate_cutoff=CUTOFF, certain=certain)
    return NomicDuplicates(options).detect(index, Context())


def kept(found: Duplicates) -> NDArray[np.intp]:
    return np.flatnonzero(found.verdict != DuplicateVerdict.DELETION)


def require_covered(vectors: Vectors, found: Duplicates) -> None:
    """Every row that goes lies within the cut-off of the one of its group that stays."""
    owner = kept(found)[found.cluster]
    near = np.einsum("nd,nd->n", vectors.astype(np.float64), vectors[owner].astype(np.float64))
    assert (near >= 1.0 - CUTOFF - 1e-6).all()


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.sampled_from([1, 5, 22, 30, 60, 300]), min_size=1, max_size=12),
    st.floats(0.0, 0.5),
)
def test_the_same_rows_are_kept_as_where_all_are_compared(seed: int, sizes: list[int], width: float) -> None:
    vectors = groups(seed, sizes, width)
    index = ArrayIndex(vectors)
    followed, proven = detect(index, certain=False), detect(index, certain=True)
    assert kept(followed).tolist() == kept(proven).tolist()
    require_covered(vectors, followed)


class Astray(ArrayIndex):
    """Lends lists of 20 that say "all near" and lead anywhere."""

    def neighbors(self, k: int) -> NeighborGraph:
        true = super().neighbors(k)
        random = np.random.default_rng(0).integers(0, len(self.vectors), true.indices.shape, dtype=np.int32)
        random[random == np.arange(len(random))[:, None]] = -1
        indices = true.indices.copy()
        indices[:, 10:] = random[:, 10:]
        return NeighborGraph(indices, np.where(indices < 0, np.inf, np.minimum(true.distances, 0.05)))


def test_lists_that_lead_astray_cost_time_and_not_the_answer() -> None:
    vectors = groups(7, [40] * 12 + [150], 0.15)
    followed, proven = detect(Astray(vectors), certain=False), detect(Astray(vectors), certain=True)
    assert kept(followed).tolist() == kept(proven).tolist()
    require_covered(vectors, followed)


def test_of_many_groups_of_thirty_few_pairs_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing every kept row with all open ones takes `rows**2 / 60` products."""
    looked_at: list[int] = []
    real = compare.close_in_block

    def counting(
        pairs: object, reduced: object, left: tuple[Vectors, Vectors], right: tuple[Vectors, Vectors]
    ) -> object:
        looked_at.append(len(left[0]) * len(right[0]))
        return real(pairs, reduced, left, right)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(crowds, "close_in_block", counting)
    found = detect(ArrayIndex(groups(3, [30] * 100, 0.1)), certain=False)
    assert len(kept(found)) == 100
    assert sum(looked_at) < 3_000**2 / 60 / 4
