"""Where the points start: by their two principal components, or anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["SCALE", "principal_positions", "starting_positions"]

# So small that the early steps, in which neighbours pull hard, are free to arrange everything.
SCALE = 1e-4
SAMPLE = 4096
BLOCK = 8192
ROUNDS = 12


def starting_positions(
    how: Literal["pca", "random"], vectors: NDArray[np.float32], random: np.random.Generator, tick: Callable[[], None]
) -> NDArray[np.float32]:
    """Return float32 [N, 2] of standard deviation 1e-4, no two points equal; `tick` is called now and then."""
    noise = random.normal(size=(len(vectors), 2))
    if how == "random":
        return (SCALE * noise).astype(np.float32)
    places = principal_positions(vectors, random, tick)
    places -= places.mean(axis=0)
    spread = places.std(axis=0)
    flat = spread <= 1e-9 * max(float(np.abs(vectors[:SAMPLE]).max(initial=0.0)), 1e-30)
    scaled = np.where(flat, noise, places / np.where(flat, 1.0, max(float(spread.max()), 1e-30)) + 1e-2 * noise)
    return (SCALE * scaled).astype(np.float32)


def principal_positions(
    vectors: NDArray[np.float32], random: np.random.Generator, tick: Callable[[], None]
) -> NDArray[np.float64]:
    """Return float64 [N, 2], the first two principal components; the axes are those of a sample.

    By subspace iteration without BLAS, whose last bits depend on how many threads it has.
    """
    rows, width = vectors.shape
    chosen = np.sort(random.choice(rows, size=min(rows, SAMPLE), replace=False))
    mean = vectors[chosen].mean(axis=0, dtype=np.float64)
    sample = vectors[chosen] - mean
    # The axes hang on no unit, but float32 squares of very large and very small numbers are infinite or zero.
    sample = (sample / max(float(np.abs(sample).max(initial=0.0)), 1e-300)).astype(np.float32)
    axes = _orthonormal(random.normal(size=(width, min(4, width))))
    for _ in range(ROUNDS):
        tick()
        axes = _orthonormal(np.stack([_turned(sample, axis) for axis in axes.T], axis=1))
    places = np.zeros((rows, 2))
    found = [(axis.astype(np.float32), float(mean @ axis)) for axis in axes.T[:2]]
    for start in range(0, rows, BLOCK):
        tick()
        block = slice(start, start + BLOCK)
        for column, (axis, offset) in enumerate(found):
            places[block, column] = np.einsum("nd,d->n", vectors[block], axis) - offset
    return places


def _turned(sample: NDArray[np.float32], axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return M times the covariance of a sample [M, D], applied to an axis [D]."""
    # One axis at a time: einsum is quick along long rows only.
    along = np.einsum("nd,d->n", sample, axis.astype(np.float32))
    turned: NDArray[np.float64] = np.einsum("nd,n->d", sample, along).astype(np.float64)
    return turned


def _orthonormal(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns made orthonormal one after the other; one that depends on earlier ones becomes zero."""
    result = np.zeros_like(axes)
    for column in range(axes.shape[1]):
        axis = axes[:, column].copy()
        before = float(np.sqrt((axis * axis).sum()))
        for _ in range(2):
            axis -= result[:, :column] @ (result[:, :column].T @ axis)
        length = float(np.sqrt((axis * axis).sum()))
        if length > 1e-12 * before and length > 0:
            result[:, column] = axis / length
    return result
