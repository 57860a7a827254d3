"""Is there anything to find? A guard against naming the accidents of noise."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context, Index
from numpy.typing import NDArray

__all__ = ["has_structure"]

# Of fewer rows neither answer is sure, and few topics are made of them anyway.
MIN_ROWS = 400
SAMPLE = 1_000
COVARIANCE_SAMPLE = 2_000
# A handful of neighbours rather than one, so that repeated rows do not decide.
NEIGHBOR = 5
DIRECTIONS = 6
FITTING_ROUNDS = 25
FITS = 1e-6
# Limits set on Gaussian noise of 2 to 512 dimensions and 100 to 3,000 rows, where none of them was passed.
NEARER = 0.02
NEARER_ERRORS = 4.0
UNEVEN, UNEVEN_ERRORS = 1.25, 3.0
# Kolmogorov and Smirnov's statistic; chance passes this less than once in 100,000.
FORM = 2.6

Matrix = NDArray[np.float64]


def has_structure(index: Index, context: Context) -> bool:
    """Whether the rows differ from noise with their own mean and covariance.

    A sample is compared with as many Gaussian vectors of the same mean and covariance. Rows that form topics
    lie nearer to their neighbours than these, or their distances vary more, or they are not bell-shaped along
    a main direction. A single round cloud does none of this. Small data gets the benefit of the doubt.
    """
    if len(index.weights) < MIN_ROWS:
        return True
    generator = context.random()
    rows = np.sort(generator.permutation(len(index.weights))[:COVARIANCE_SAMPLE])
    vectors = np.asarray(index.vectors[rows], dtype=np.float64)
    if vectors.shape[1] > len(vectors):
        # Few rows lie in a space of few dimensions: turned into it, they keep all distances and the mean its place.
        vectors = np.linalg.qr(vectors.T).R.T
    middle = vectors.mean(axis=0)
    around = vectors - middle
    if not np.any(around):
        return False
    # All that follows looks at distances and directions of most variance, which a turn leaves alone.
    variance, axes = np.linalg.eigh(around.T @ around / len(around))
    turned, middle = vectors @ axes, middle @ axes
    real = turned[:: max(1, len(turned) // SAMPLE)][:SAMPLE]
    noise = generator.standard_normal((len(real), len(variance)))
    spread = np.sqrt(np.maximum(variance, 0.0))
    chance = _on_the_sphere(noise, middle, spread) if index.metric == "cosine" else middle + noise * spread
    main = slice(-DIRECTIONS, None)
    # The quicker question first.
    return _other_form(real[:, main], chance[:, main]) or _denser(real, chance)


def _on_the_sphere(noise: Matrix, middle: Matrix, spread: Matrix) -> Matrix:
    """Return unit vectors [M, D]: normalised Gaussian ones whose mean and variances are those asked for.

    Normalising changes both, the more the fewer directions dominate, so the Gaussian is adjusted until they fit.
    """
    centre, width = middle.copy(), spread.copy()
    for _ in range(FITTING_ROUNDS):
        points = _units(centre + noise * width)
        off = middle - points.mean(axis=0)
        wider = np.sqrt(np.clip(spread**2 / np.maximum(points.var(axis=0), 1e-15), 0.5, 2.0))
        if np.abs(off).max() < FITS and np.abs(wider - 1.0).max() < FITS:
            break
        centre += off
        width *= wider
        scale = float(np.sqrt(np.square(centre).sum() + np.square(width).sum()))
        centre, width = centre / scale, width / scale
    return _units(centre + noise * width)


def _units(points: Matrix) -> Matrix:
    """Return points of length one in the same directions."""
    unit: Matrix = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    return unit


def _denser(real: Matrix, chance: Matrix) -> bool:
    """Whether neighbours are clearly nearer than by chance, or their distances clearly more uneven."""
    here, there = _log_neighbor_distance(real), _log_neighbor_distance(chance)
    error = float(np.sqrt(2.0 / len(here)))
    nearer = float(np.median(there) - np.median(here))
    uneven = float(here.std()) / max(float(there.std()), 1e-12)
    return nearer > NEARER + NEARER_ERRORS * error * float(there.std()) or uneven > UNEVEN + UNEVEN_ERRORS * error


def _log_neighbor_distance(points: Matrix) -> Matrix:
    """Return float64 [M], the logarithm of the distance to the fifth neighbour."""
    squared = np.square(points).sum(axis=1)
    apart = squared[:, None] + squared - 2.0 * points @ points.T
    np.fill_diagonal(apart, np.inf)
    near = min(NEIGHBOR, len(points) - 1) - 1
    distance: Matrix = np.partition(apart, near, axis=1)[:, near]
    # A floor in proportion to the data: identical rows are near, not infinitely near.
    logarithm: Matrix = np.log(np.maximum(distance, 1e-6 * float(squared.mean()) + 1e-30)) / 2.0
    return logarithm


def _other_form(real: Matrix, chance: Matrix) -> bool:
    """Whether along some direction the two samples [M, P] are clearly distributed differently."""
    size = len(real)
    order = np.argsort(np.concatenate([real, chance]), axis=0, kind="stable")
    steps = np.where(order < size, 1, -1).cumsum(axis=0)
    return bool(np.abs(steps).max() / size * (size / 2.0) ** 0.5 > FORM)
