"""The curve that turns a distance on the map into a membership strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

__all__ = ["fit_curve"]

SAMPLES = 300
REACH = 3.0


def fit_curve(min_dist: float, spread: float) -> tuple[float, float]:
    """Return a and b of 1 / (1 + a x^2b), fitted to: 1 up to `min_dist`, then exp(-(x - min_dist) / spread).

    The fit runs at spread 1 and is scaled afterwards, so that it is as good at any spread. Source: umap-learn's
    `find_ab_params`.
    """
    x = np.linspace(0, REACH, SAMPLES)
    wanted = np.exp(-np.maximum(x - min_dist / spread, 0.0))
    (a, b), _ = curve_fit(_curve, x, wanted, p0=(1.0, 1.0))
    return float(a / spread ** (2 * b)), float(b)


def _curve(x: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
    return 1.0 / (1.0 + a * x ** (2 * b))
