"""Where the points start: by their two principal components, or anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_nomic_project.workers import Workers, parts_of

__all__ = ["SCALE", "principal_positions", "starting_positions"]

# So small that the early steps, in which neighbours pull hard, are free to arrange everything.
SCALE = 1e-4
SAMPLE = 4096
BLOCK = 8192
# So few blocks between two ticks that a cancel is prompt, and enough for several threads.
BLOCKS_PER_TICK = 16
# So many axes are turned so often: the two come out exactly, though the third may be nearly as long.
AXES, ROUNDS = 2, 16

# Two components say little about rows that differ in hundreds of ways; their average over a row's neighbours, and over
# those neighbours' own, says more: classes of text come to lie in a better order.
SMOOTHINGS = 30


def starting_positions(
    how: Literal["pca", "random"],
    vectors: NDArray[np.float32],
    near: NDArray[np.int32],
    random: np.random.Generator,
    workers: Workers,
    tick: Callable[[], None],
) -> NDArray[np.float32]:
    """Return float32 [N, 2] of standard deviation 1e-4, no two points equal.

    Args:
        how: by principal components, evened out along the graph, or anywhere.
        vectors: float32 [N, D].
        near: int32 [N, K], each row's neighbours, -1 for none; K may be 0.
        random: what is left to chance.
        workers: threads.
        tick: is called now and then.
    """
    noise = random.normal(size=(len(vectors), 2))
    if how == "random":
        return (SCALE * noise).astype(np.float32)
    places = principal_positions(vectors, random, workers, tick)
    places -= places.mean(axis=0)
    spread = places.std(axis=0)
    flat = spread <= 1e-9 * max(float(np.abs(vectors[:SAMPLE]).max(initial=0.0)), 1e-30)
    scaled = np.where(flat, noise, places / np.where(flat, 1.0, max(float(spread.max()), 1e-30)))
    smooth = _smoothed(scaled.astype(np.float32), near, workers, tick)
    return (SCALE * (smooth + 1e-2 * noise)).astype(np.float32)


def _smoothed(
    places: NDArray[np.float32], near: NDArray[np.int32], workers: Workers, tick: Callable[[], None]
) -> NDArray[np.float32]:
    """Return float32 [N, 2]: each place the mean of its neighbours', again and again, about 0 and as wide as before."""
    own = np.arange(len(near), dtype=np.int32)
    others = [np.where(column >= 0, column, own) for column in near.T]
    if not others:
        return places
    # A place as one complex number: numpy gathers pairs several times more slowly.
    at = np.ascontiguousarray(places).view(np.complex64)[:, 0]
    parts = parts_of(len(near))
    for _ in range(SMOOTHINGS):
        tick()
        smoother = np.empty_like(at)

        def gather(part: int, at: NDArray[np.complex64] = at, sums: NDArray[np.complex64] = smoother) -> None:
            rows = slice(*parts[part])
            total = np.take(at, others[0][rows])
            for column in others[1:]:
                total += np.take(at, column[rows])
            sums[rows] = total

        workers.run(gather, len(parts))
        smoother -= smoother.mean()
        spread = max(float(smoother.real.std()), float(smoother.imag.std()))
        if not spread > 0:
            break
        at = smoother * np.float32(1.0 / spread)
    return at.view(np.float32).reshape(-1, 2)


def principal_positions(
    vectors: NDArray[np.float32], random: np.random.Generator, workers: Workers, tick: Callable[[], None]
) -> NDArray[np.float64]:
    """Return float64 [N, 2], the first two principal components; the axes are those of a sample.

    By block Lanczos (Golub and Underwood 1977), without BLAS, whose last bits depend on how many threads it has. The
    two are exact: somewhere between the second and the third, each seed would start, and end, with another map.
    """
    rows, width = vectors.shape
    chosen = np.sort(random.choice(rows, size=min(rows, SAMPLE), replace=False))
    mean = vectors[chosen].mean(axis=0, dtype=np.float64)
    sample = vectors[chosen] - mean
    # The axes hang on no unit, but float32 squares of very large and very small numbers are infinite or zero.
    sample = (sample / max(float(np.abs(sample).max(initial=0.0)), 1e-300)).astype(np.float32)
    axes = _longest(sample, random.normal(size=(width, min(AXES, width))), tick)
    places = np.zeros((rows, 2))
    found = [(axis.astype(np.float32), float(mean @ axis)) for axis in axes.T[:2]]

    def project(first: int, part: int) -> None:
        block = slice((first + part) * BLOCK, (first + part + 1) * BLOCK)
        for column, (axis, offset) in enumerate(found):
            places[block, column] = np.einsum("nd,d->n", vectors[block], axis) - offset

    blocks = -(-rows // BLOCK)
    for first in range(0, blocks, BLOCKS_PER_TICK):
        tick()
        workers.run(partial(project, first), min(BLOCKS_PER_TICK, blocks - first))
    return places


def _longest(sample: NDArray[np.float32], axes: NDArray[np.float64], tick: Callable[[], None]) -> NDArray[np.float64]:
    """Return about the principal axes of a sample [M, D], longest first, found from any directions [D, A]."""
    basis = turned = np.empty((len(axes), 0))
    for _ in range(ROUNDS):
        tick()
        axes = _orthonormal(axes, basis)
        basis = np.hstack([basis, axes])
        axes = np.stack([_turned(sample, axis) for axis in axes.T], axis=1)
        turned = np.hstack([turned, axes])
    within = np.einsum("da,db->ab", basis, turned)
    _, among = np.linalg.eigh((within + within.T) / 2.0)
    longest: NDArray[np.float64] = np.einsum("da,ab->db", basis, among[:, ::-1])
    # Of an axis and its mirror image, that whose largest number is positive.
    largest = np.take_along_axis(longest, np.abs(longest).argmax(axis=0)[None], axis=0)
    return longest * np.where(largest < 0, -1.0, 1.0)


def _turned(sample: NDArray[np.float32], axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return M times the covariance of a sample [M, D], applied to an axis [D]."""
    # One axis at a time: einsum is quick along long rows only.
    along = np.einsum("nd,d->n", sample, axis.astype(np.float32))
    turned: NDArray[np.float64] = np.einsum("nd,n->d", sample, along).astype(np.float64)
    return turned


def _orthonormal(axes: NDArray[np.float64], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns made orthonormal to a basis and to each other; one that depends on earlier ones becomes 0."""
    count = basis.shape[1]
    result = np.hstack([basis, np.zeros_like(axes)])
    for column in range(axes.shape[1]):
        axis, earlier = axes[:, column].copy(), result[:, : count + column]
        before = float(np.sqrt((axis * axis).sum()))
        for _ in range(2):
            axis -= np.einsum("dk,k->d", earlier, np.einsum("dk,d->k", earlier, axis))
        length = float(np.sqrt((axis * axis).sum()))
        if length > 1e-12 * before and length > 0:
            result[:, count + column] = axis / length
    return result[:, count:]
