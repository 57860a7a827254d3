"""Where the points start: by the graph's eigenvectors, by principal components, or anywhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh
from scipy.spatial import KDTree

__all__ = ["initial_positions", "principal_positions", "spectral_positions"]

EXTENT = 10.0
NOISE = 1e-4
BLOCK = 8_192
# Up to this size a dense solver is both faster and sure to succeed.
DENSE = 200
# A component smaller than this has no shape worth eigenvectors: its rows start by their principal components.
SMALL_COMPONENT = 50
# More components than this are many small islands; their places matter, the shape of each does not.
SHAPED_COMPONENTS = 32
# Few vectors and many restarts: half the time of umap-learn's sqrt(N) vectors for the same eigenvalues (measured at
# 20,000 rows). A graph that takes more products than these allow is a chain, whose principal components will do.
LANCZOS_VECTORS = 24
RESTARTS = 200
PRODUCTS_PER_REPORT = 20


def initial_positions(
    how: Literal["spectral", "pca", "random"],
    vectors: NDArray[np.float32],
    graph: csr_array,
    random: np.random.Generator,
    report: Callable[[], None],
) -> NDArray[np.float32]:
    """Return float32 [N, 2] in a square of 10, as spread out as `how` allows; always finite, no two points equal.

    `report` is called now and then; what it raises comes through.
    """
    if how == "spectral":
        return _scaled(spectral_positions(vectors, graph, random, report), random)
    if how == "pca":
        return _scaled(principal_positions(vectors), random)
    return random.uniform(0.0, EXTENT, size=(len(vectors), 2)).astype(np.float32)


def _scaled(positions: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float32]:
    """Stretch both axes to the square; an axis along which nothing differs is filled at random."""
    low = positions.min(axis=0)
    extent = positions.max(axis=0) - low
    flat = extent <= 1e-9 * max(float(np.abs(positions).max()), float(np.finfo(np.float32).tiny))
    scaled = EXTENT * (positions - low) / np.where(flat, 1.0, extent)
    scaled[:, flat] = random.uniform(0.0, EXTENT, size=(len(positions), int(flat.sum())))
    noise: NDArray[np.float64] = random.normal(scale=NOISE, size=positions.shape)
    return np.ascontiguousarray(scaled + noise, dtype=np.float32)


def principal_positions(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [N, 2], the first two principal components of `vectors` float32 [N, D], read block by block."""
    rows, width = vectors.shape
    blocks = [slice(start, start + BLOCK) for start in range(0, rows, BLOCK)]
    mean = sum((vectors[block].sum(axis=0, dtype=np.float64) for block in blocks), np.zeros(width)) / rows
    scatter = np.zeros((width, width))
    for block in blocks:
        centred = vectors[block] - mean
        scatter += centred.T @ centred
    _, axes = np.linalg.eigh(scatter)
    axes = _signed(axes[:, ::-1][:, :2])
    result = np.zeros((rows, 2))
    for block in blocks:
        result[block, : axes.shape[1]] = (vectors[block] - mean) @ axes
    return result


def spectral_positions(
    vectors: NDArray[np.float32], graph: csr_array, random: np.random.Generator, report: Callable[[], None]
) -> NDArray[np.float64]:
    """Return float64 [N, 2]: the eigenvectors of the graph's normalised Laplacian that vary most slowly.

    A graph in several pieces gets them laid side by side, where their principal components put them. Falls back on
    principal components where the eigensolver does not converge. Source: umap-learn's `spectral_layout`.
    """
    count, piece = connected_components(graph, directed=False)
    if count == 1:
        found = _eigenvectors(graph, random, report)
        return principal_positions(vectors) if found is None else found
    principal = principal_positions(vectors)
    sizes = np.bincount(piece, minlength=count)
    centres = np.stack([np.bincount(piece, weights=axis, minlength=count) / sizes for axis in principal.T], axis=1)
    offsets = principal - centres[piece]
    for label in np.argsort(-sizes, kind="stable")[:SHAPED_COMPONENTS]:
        if sizes[label] >= SMALL_COMPONENT:
            rows = np.flatnonzero(piece == label)
            found = _eigenvectors(graph[rows][:, rows], random, report)
            offsets[rows] = offsets[rows] if found is None else found
    reach = np.zeros(count)
    np.maximum.at(reach, piece, np.abs(offsets).max(axis=1))
    shrink = _room(centres) / np.where(reach > 0, reach, 1.0)
    result: NDArray[np.float64] = centres[piece] + offsets * shrink[piece, None]
    return result


def _room(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [C], half the distance from each centre to the nearest other one."""
    nearest = np.asarray(KDTree(centres).query(centres, k=2)[0])[:, 1] / 2
    # Centres that coincide still need some room; the scale of the whole says how much is little.
    return np.maximum(nearest, 1e-3 * max(float(np.ptp(centres, axis=0).max()), NOISE))


def _eigenvectors(
    graph: csr_array, random: np.random.Generator, report: Callable[[], None]
) -> NDArray[np.float64] | None:
    """Return float64 [N, 2] of a connected graph, or None if the solver does not converge."""
    size = graph.shape[0]
    root = np.sqrt(graph.sum(axis=1).astype(np.float64))
    scale = diags_array(1.0 / root)
    # Its largest eigenvalues are the smallest of the Laplacian 1 - walk, and the solver finds large ones sooner.
    walk = scale @ graph.astype(np.float64) @ scale
    if size <= DENSE:
        _, vectors = np.linalg.eigh(walk.toarray())
        return _two(_signed(vectors[:, ::-1][:, 1:3]))
    walk = walk.tocsr()
    products = itertools.count()

    def multiply(vector: NDArray[np.float64]) -> NDArray[np.float64]:
        if next(products) % PRODUCTS_PER_REPORT == 0:
            report()
        result: NDArray[np.float64] = walk @ vector
        return result

    operator = LinearOperator(walk.shape, matvec=multiply, dtype=np.float64)
    start = random.normal(size=size)
    try:
        values, vectors = eigsh(
            operator, k=3, which="LA", v0=start, tol=1e-4, ncv=LANCZOS_VECTORS, maxiter=RESTARTS, rng=random
        )
    except ArpackError:
        return None
    order = np.argsort(-values)[1:]
    return _signed(vectors[:, order])


def _two(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `vectors` with columns of zeros added up to two."""
    result = np.zeros((len(vectors), 2))
    result[:, : vectors.shape[1]] = vectors
    return result


def _signed(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn each column so that its largest entry is positive: an eigenvector's sign is the solver's whim."""
    columns = np.arange(vectors.shape[1])
    leading = vectors[np.abs(vectors).argmax(axis=0), columns]
    signed: NDArray[np.float64] = vectors * np.where(leading < 0, -1.0, 1.0)
    return signed
