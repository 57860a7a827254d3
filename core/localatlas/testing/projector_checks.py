"""What a projector must do."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout
from localatlas.testing.check import Check, Make, check
from localatlas.testing.example import ProgressLog, cancelling, clusters
from localatlas.testing.kit import require
from localatlas.testing.placing_checks import TRANSFORM_CHECKS, WARM_START_CHECKS
from localatlas.testing.projector_cases import ROWS, SEED, example_index, require_layout

__all__ = ["CHECKS", "EXTRA_CHECKS"]

# One that no component would set by itself.
UNUSUAL_SEED = 739_180_425
# Of a row's 5 nearest in the layout, this share must be of its own cluster; three far clusters give 1 and chance 1/3.
OWN_CLUSTER_SHARE = 0.9


def _project(make: Make, vectors: NDArray[np.float32], *, seed: int = SEED) -> Layout:
    projector = make()
    layout: Layout = projector.project(example_index(projector, vectors), Context(seed=seed))
    return layout


@check("projector")
def check_neighbors_needed_is_a_count(make: Make) -> None:
    """`neighbors_needed(n)` is a whole number from 0 up, for every n."""
    for n in (1, 2, 3, 10, 1_000, 10_000_000):
        needed = make().neighbors_needed(n)
        fits = isinstance(needed, int) and needed >= 0
        require(fits, f"neighbors_needed({n}) must be a whole number from 0 up, not {needed!r}.")


@check("projector")
def check_layout_has_shape_and_dtype(make: Make) -> None:
    """The layout is finite float32 [N, 2], made with no more neighbours than `neighbors_needed` said."""
    require_layout(_project(make, clusters(ROWS)), ROWS)


@check("projector")
def check_one_point(make: Make) -> None:
    """An index of one row has a layout."""
    require_layout(_project(make, clusters(1)), 1)


@check("projector")
def check_two_points(make: Make) -> None:
    """An index of two rows has a layout."""
    require_layout(_project(make, clusters(2)), 2)


@check("projector")
def check_three_points(make: Make) -> None:
    """An index of three rows has a layout."""
    require_layout(_project(make, clusters(3)), 3)


@check("projector")
def check_identical_points(make: Make) -> None:
    """Equal vectors give finite positions."""
    require_layout(_project(make, np.tile(clusters(1), (60, 1))), 60)


@check("projector")
def check_euclidean_index(make: Make) -> None:
    """An index whose vectors are not of unit length, and whose metric is euclidean, has a layout."""
    projector = make()
    vectors = clusters(ROWS) * np.float32(25.0) + np.float32(100.0)
    require_layout(projector.project(example_index(projector, vectors, "euclidean"), Context(seed=SEED)), ROWS)


@check("projector")
def check_same_seed_same_bytes(make: Make) -> None:
    """The same index and seed give the same bytes."""
    first, second = (_project(make, clusters(ROWS)).positions.tobytes() for _ in range(2))
    require(
        first == second, "Two runs with the same seed must give the same bytes: derive every random choice from it."
    )


@check("projector")
def check_global_random_state_is_left_alone(make: Make) -> None:
    """Random choices come from the seed, not from numpy's global generator, which stays as it was."""
    # The legacy generator is what a careless component would disturb, so it is what must be looked at.
    kept = np.random.get_state()  # noqa: NPY002
    np.random.seed(UNUSUAL_SEED)  # noqa: NPY002
    try:
        before = _global_state()
        _project(make, clusters(60))
        after = _global_state()
    finally:
        np.random.set_state(kept)  # noqa: NPY002
    require(before == after, "`project` must leave numpy's global random state alone: use context.random().")


@check("projector")
def check_another_seed_works(make: Make) -> None:
    """Any seed gives a layout, large ones too."""
    for seed in (0, 1, 2**32 - 1):
        require_layout(_project(make, clusters(60), seed=seed), 60)


@check("projector")
def check_clusters_stay_apart(make: Make) -> None:
    """Three far clusters are three in the layout: a row's nearest rows are of its own cluster."""
    positions = _project(make, clusters(ROWS)).positions.astype(np.float64)
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :5]
    share = float((nearest % 3 == np.arange(ROWS)[:, None] % 3).mean())
    message = f"of the 5 nearest rows in the layout, {share:.0%} are of a row's own cluster (of 3, far apart)"
    require(share >= OWN_CLUSTER_SHARE, f"Clusters get lost: {message}; at least {OWN_CLUSTER_SHARE:.0%} must be.")


@check("projector")
def check_memory_mapped_input(make: Make) -> None:
    """Vectors in a read-only file give the same bytes as vectors in memory."""
    vectors = clusters(ROWS)
    expected = _project(make, vectors).positions
    projector = make()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        index = example_index(projector, vectors).mapped(Path(folder))
        found = projector.project(index, Context(seed=SEED)).positions
    require(np.array_equal(expected, found), "A memory-mapped index must give the same layout as one in memory.")


@check("projector")
def check_progress_ends_at_one(make: Make) -> None:
    """Progress is reported, never goes back, and ends at 1."""
    projector, log = make(), ProgressLog()
    projector.project(example_index(projector, clusters(ROWS)), Context(seed=SEED, report=log))
    fractions = log.fractions
    require(fractions, "`project` must report its progress with context.progress(fraction, message).")
    require(fractions[-1] == 1.0, f"The last progress report must be 1, not {fractions[-1]}.")
    require(fractions == sorted(fractions), f"Progress must never go back: {fractions}.")


@check("projector")
def check_cancelling_comes_through(make: Make) -> None:
    """What `context.progress` raises to cancel the build is not caught."""
    projector = make()
    try:
        projector.project(example_index(projector, clusters(ROWS)), cancelling())
    except BuildCancelled:
        return
    message = "`project` must let through what context.progress raises (BuildCancelled)."
    raise AssertionError(message)


@check("projector")
def check_previews_are_layouts(make: Make) -> None:
    """What `context.preview` is given, if it is called, is float32 [N, 2] of all rows, and looking changes nothing."""
    vectors, wrong = clusters(ROWS), ""

    def show(positions: NDArray[np.float32], rows: NDArray[np.integer] | None) -> None:
        nonlocal wrong
        if getattr(positions, "dtype", None) != np.float32 or positions.shape != (ROWS, 2):
            wrong = f"`context.preview` takes positions float32 ({ROWS}, 2) for {ROWS} rows, not {positions!r:.80}."
        elif rows is not None and not np.array_equal(np.sort(rows), np.arange(ROWS)):
            wrong = "`rows` of `context.preview` must name each row of the index once."

    projector = make()
    context = Context(seed=SEED, show=show)
    shown = projector.project(example_index(projector, vectors), context).positions
    require(not wrong, wrong)
    require(np.array_equal(shown, _project(make, vectors).positions), "A preview must not change the layout.")


@check("projector")
def check_state_is_plain_arrays(make: Make) -> None:
    """The layout's state is None or arrays by name that can be stored without pickle."""
    state = _project(make, clusters(ROWS)).state
    for name, array in (state or {}).items():
        plain = isinstance(name, str) and isinstance(array, np.ndarray) and not array.dtype.hasobject
        require(plain, f"`state[{name!r}]` must be an array of numbers or fixed-width strings: it is stored in a file.")


def _global_state() -> tuple[bytes, int]:
    """Return what tells one state of numpy's global generator from another."""
    state: Any = np.random.get_state(legacy=False)  # noqa: NPY002
    return state["state"]["key"].tobytes(), int(state["state"]["pos"])


CHECKS: tuple[Check, ...] = (
    check_neighbors_needed_is_a_count,
    check_layout_has_shape_and_dtype,
    check_one_point,
    check_two_points,
    check_three_points,
    check_identical_points,
    check_euclidean_index,
    check_same_seed_same_bytes,
    check_global_random_state_is_left_alone,
    check_another_seed_works,
    check_clusters_stay_apart,
    check_memory_mapped_input,
    check_progress_ends_at_one,
    check_cancelling_comes_through,
    check_previews_are_layouts,
    check_state_is_plain_arrays,
)
EXTRA_CHECKS = {"transform": TRANSFORM_CHECKS, "project_from": WARM_START_CHECKS}
