"""`project` as the core calls it. One process: the library compiles for half a minute where nothing is cached."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from atlas_plugin_pacmap import PaCMAP, PaCMAPOptions
from localatlas.protocols import Context
from localatlas.testing.example import ArrayIndex, ProgressLog, clusters

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rows", [16, 17, 20, 40])
@pytest.mark.parametrize(
    "options",
    [
        PaCMAPOptions(),
        PaCMAPOptions(n_neighbors=30),
        PaCMAPOptions(MN_ratio=5.0),
        PaCMAPOptions(FP_ratio=0.1),
        PaCMAPOptions(FP_ratio=10.0),
    ],
    ids=str,
)
def test_small_data_and_odd_ratios_give_finite_positions(rows: int, options: PaCMAPOptions) -> None:
    projector = PaCMAP(options)
    index = ArrayIndex(clusters(rows), lent=projector.neighbors_needed(rows))
    positions = projector.project(index, Context()).positions
    assert positions.shape == (rows, 2)
    assert np.isfinite(positions).all()


@pytest.mark.parametrize("width", [1, 2, 99, 150])
@pytest.mark.parametrize("apply_pca", [True, False])
def test_vectors_of_any_width_can_be_laid_out(width: int, apply_pca: bool) -> None:
    vectors = np.random.default_rng(0).normal(size=(50, width))
    layout = PaCMAP(PaCMAPOptions(apply_pca=apply_pca)).project(ArrayIndex(vectors, metric="euclidean"), Context())
    assert np.isfinite(layout.positions).all()


@pytest.mark.parametrize("init", ["pca", "random"])
def test_the_seed_decides_every_byte(init: str) -> None:
    index = ArrayIndex(clusters(200, noise=0.5))
    projector = PaCMAP(PaCMAPOptions.model_validate({"init": init}))
    first, again, other = (projector.project(index, Context(seed=seed)).positions for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_the_number_of_cores_changes_nothing_and_is_given_back() -> None:
    import numba

    before = numba.get_num_threads()
    index = ArrayIndex(clusters(200, noise=0.5))
    one, many = (PaCMAP(PaCMAPOptions()).project(index, Context(n_jobs=jobs)).positions for jobs in (1, 64))
    assert one.tobytes() == many.tobytes()
    assert numba.get_num_threads() == before


def test_it_is_quiet(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.INFO):
        PaCMAP(PaCMAPOptions()).project(ArrayIndex(clusters(60)), Context())
    assert caplog.messages == []
    assert capsys.readouterr() == ("", "")


def test_progress_says_what_is_done() -> None:
    log = ProgressLog()
    PaCMAP(PaCMAPOptions(n_epochs=45)).project(ArrayIndex(clusters(60)), Context(report=log))
    messages = ["choosing pairs", "laying out in 45 iterations", "laid out"]
    assert log.reports == list(zip([0.0, 0.1, 1.0], messages, strict=True))


def test_maps_of_digits_are_as_good_as_the_librarys_own() -> None:
    import pacmap
    from sklearn.datasets import load_digits
    from sklearn.manifold import trustworthiness

    index = ArrayIndex(load_digits().data.astype(np.float32))
    ours = PaCMAP(PaCMAPOptions()).project(index, Context()).positions
    theirs = pacmap.PaCMAP(random_state=0).fit_transform(index.vectors, init="pca")
    scores = [trustworthiness(index.vectors, found, n_neighbors=15) for found in (ours, theirs)]
    assert scores[0] > scores[1] - 0.005, scores
