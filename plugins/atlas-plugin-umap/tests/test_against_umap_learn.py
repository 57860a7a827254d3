"""Beside the reference implementation: the same graph and curve, and maps that are as good."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_umap import UMAP, UMAPOptions
from localatlas.protocols import Context

pytestmark = pytest.mark.slow
NOISE = 0.004
SEEDS = (0, 1, 2)


def trust(vectors, positions) -> float:
    from sklearn.manifold import trustworthiness  # noqa: PLC0415  slow to import

    return float(trustworthiness(vectors, positions, n_neighbors=15, metric="cosine"))


@pytest.mark.parametrize(("spread", "min_dist"), [(1.0, 0.1), (1.0, 0.0), (0.5, 0.5), (3.0, 0.1), (20.0, 1.0)])
def test_the_curve_is_the_same(umap_learn, spread, min_dist) -> None:
    from atlas_plugin_umap.curve import fit_curve  # noqa: PLC0415  imports scipy

    with np.errstate(divide="ignore"):  # at spread 20 the reference strays to negative powers on its way
        wanted = umap_learn.umap_.find_ab_params(spread, min_dist)
    np.testing.assert_allclose(fit_curve(min_dist, spread), wanted, rtol=1e-4)


@pytest.mark.parametrize(("local_connectivity", "mix"), [(1.0, 1.0), (1.5, 1.0), (2.0, 0.3), (0.0, 1.0)])
def test_the_graph_is_the_same(umap_learn, lend, digits, local_connectivity, mix) -> None:
    from atlas_plugin_umap.fuzzy import fuzzy_graph  # noqa: PLC0415  imports scipy

    near = lend(digits.vectors.copy()).neighbors(14)
    rows = len(digits.vectors)
    wanted, _, _ = umap_learn.umap_.fuzzy_simplicial_set(
        digits.vectors,
        15,
        None,
        "cosine",
        knn_indices=np.hstack([np.arange(rows, dtype=np.int32)[:, None], near.indices]),
        knn_dists=np.hstack([np.zeros((rows, 1), np.float32), near.distances]),
        local_connectivity=local_connectivity,
        set_op_mix_ratio=mix,
    )
    ours = fuzzy_graph(near, local_connectivity, mix)
    assert ours.nnz == wanted.nnz
    assert abs(ours - wanted).max() < 1e-6


def test_maps_of_digits_are_as_trustworthy(umap_learn, lend, digits) -> None:
    index = lend(digits.vectors.copy())
    ours = [trust(digits.vectors, UMAP(UMAPOptions()).project(index, Context(seed=s)).positions) for s in SEEDS]
    theirs = [trust(digits.vectors, laid_out_by(umap_learn, digits.vectors, index.neighbors(14), s)) for s in SEEDS]
    assert np.mean(ours) > np.mean(theirs) - NOISE, (ours, theirs)
    assert np.mean(ours) > 0.98


def laid_out_by(umap_learn, vectors, near, seed):
    """Return the reference's layout on the same neighbours: its own search would compile for half a minute."""
    from atlas_plugin_umap.fuzzy import fuzzy_graph  # noqa: PLC0415  imports scipy

    a, b = umap_learn.umap_.find_ab_params(1.0, 0.1)
    positions, _ = umap_learn.umap_.simplicial_set_embedding(
        vectors, fuzzy_graph(near, 1.0, 1.0), 2, 1.0, a, b, 1.0, 5, 500, "spectral", np.random.RandomState(seed),
        "cosine", {}, False, {}, False, tqdm_kwds={"disable": True},
    )  # fmt: skip
    return positions


def test_new_digits_land_among_their_like(lend, digits) -> None:
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415  slow to import

    known = np.arange(len(digits.labels)) % 5 > 0
    index = lend(digits.vectors[known].copy())
    projector = UMAP(UMAPOptions())
    layout = projector.project(index, Context())
    new = digits.vectors[~known]
    placed = projector.transform(new, exact_to(index.vectors, new), layout, Context())
    reader = KNeighborsClassifier(10).fit(layout.positions, digits.labels[known])
    assert reader.score(placed, digits.labels[~known]) > 0.95


def exact_to(vectors, queries):
    from localatlas.protocols import NeighborGraph  # noqa: PLC0415

    similarity = queries @ vectors.T
    indices = np.argsort(-similarity, axis=1)[:, :14].astype(np.int32)
    distances = 1 - np.take_along_axis(similarity, indices, axis=1)
    return NeighborGraph(indices, np.maximum(distances, 0).astype(np.float32))
