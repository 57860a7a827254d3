"""Beside the reference implementation: the same graph and curve, and maps that are as good."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from atlas_plugin_umap import UMAP, UMAPOptions
from localatlas.protocols import Context, NeighborGraph
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

if TYPE_CHECKING:
    from conftest import Digits

pytestmark = pytest.mark.slow
# What seeds of either differ by among themselves.
NOISE = 0.003
SEEDS = (0, 1)


def trust(index: ArrayIndex, positions: NDArray[np.float32]) -> float:
    """Return the trustworthiness at 15 neighbours."""
    from sklearn.manifold import trustworthiness

    return float(trustworthiness(index.vectors, positions, n_neighbors=15, metric="cosine"))


def laid_out_by(umap_learn: ModuleType, index: ArrayIndex, seed: int) -> NDArray[np.float32]:
    """Return the reference's layout on the same neighbours: its own search would compile for half a minute."""
    graph = reference_graph(umap_learn, index.vectors, index.neighbors(14), 1.0, 1.0)
    a, b = umap_learn.umap_.find_ab_params(1.0, 0.1)
    positions: NDArray[np.float32] = umap_learn.umap_.simplicial_set_embedding(
        index.vectors, graph, 2, 1.0, a, b, 1.0, 5, 500, "spectral", np.random.RandomState(seed),
        "cosine", {}, False, {}, False, tqdm_kwds={"disable": True},
    )[0]  # fmt: skip
    return positions


def reference_graph(
    umap_learn: ModuleType, vectors: NDArray[np.float32], near: NeighborGraph, connectivity: float, mix: float
) -> Any:
    """Return the reference's fuzzy graph, a scipy matrix; it wants each row as its own first neighbour."""
    rows = len(vectors)
    return umap_learn.umap_.fuzzy_simplicial_set(
        vectors,
        15,
        None,
        "cosine",
        knn_indices=np.hstack([np.arange(rows, dtype=np.int32)[:, None], near.indices]),
        knn_dists=np.hstack([np.zeros((rows, 1), np.float32), near.distances]),
        local_connectivity=connectivity,
        set_op_mix_ratio=mix,
    )[0]


@pytest.mark.parametrize(("spread", "min_dist"), [(1.0, 0.1), (1.0, 0.0), (0.5, 0.5), (3.0, 0.1), (20.0, 1.0)])
def test_the_curve_is_the_same(umap_learn: ModuleType, spread: float, min_dist: float) -> None:
    from atlas_plugin_umap.curve import fit_curve

    with np.errstate(divide="ignore"):  # at spread 20 the reference strays to negative powers on its way
        wanted = umap_learn.umap_.find_ab_params(spread, min_dist)
    np.testing.assert_allclose(fit_curve(min_dist, spread), wanted, rtol=1e-4)


@pytest.mark.parametrize(("connectivity", "mix"), [(1.0, 1.0), (1.5, 1.0), (2.0, 0.3), (0.0, 1.0)])
def test_the_graph_is_the_same(umap_learn: ModuleType, digits: Digits, connectivity: float, mix: float) -> None:
    from atlas_plugin_umap.fuzzy import fuzzy_graph

    near = digits.index.neighbors(14)
    wanted = reference_graph(umap_learn, digits.index.vectors, near, connectivity, mix)
    ours = fuzzy_graph(near, connectivity, mix)
    assert ours.nnz == wanted.nnz
    assert abs(ours - wanted).max() < 1e-5


def test_maps_of_digits_are_as_trustworthy(umap_learn: ModuleType, digits: Digits) -> None:
    index = digits.index
    ours = [trust(index, UMAP(UMAPOptions()).project(index, Context(seed=seed)).positions) for seed in SEEDS]
    theirs = [trust(index, laid_out_by(umap_learn, index, seed)) for seed in SEEDS]
    assert np.mean(ours) > np.mean(theirs) - NOISE, (ours, theirs)


def test_new_digits_land_among_their_like(digits: Digits) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    known = np.arange(len(digits.labels)) % 5 > 0
    index = ArrayIndex(digits.index.vectors[known], lent=14)
    layout = UMAP(UMAPOptions()).project(index, Context())
    new = digits.index.vectors[~known]
    placed = UMAP(UMAPOptions()).transform(new, index.search(new, 14), layout, Context())
    reader = KNeighborsClassifier(10).fit(layout.positions, digits.labels[known])
    assert reader.score(placed, digits.labels[~known]) > 0.95
