"""Data to lay out: clusters, digits and noise, as indices with exact neighbours; and what a map is measured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from localatlas.testing.example import ArrayIndex, clusters
from numpy.typing import NDArray


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits of 64 pixels: what each shows, and an index over them."""

    index: ArrayIndex
    labels: NDArray[np.int64]


@pytest.fixture(scope="session")
def three_clusters() -> ArrayIndex:
    """Row i is in cluster i % 3."""
    return ArrayIndex(clusters(300, noise=0.3))


@pytest.fixture(scope="session")
def digits() -> Digits:
    from sklearn.datasets import load_digits

    data = load_digits()
    return Digits(ArrayIndex(data.data.astype(np.float32)), data.target)


class Measure:
    """What maps are measured by, and structureless data to measure; test modules cannot import a conftest."""

    @staticmethod
    def normal(rows: int, width: int = 50, seed: int = 0) -> ArrayIndex:
        """Return an index over rows without any structure: a normal cloud."""
        return ArrayIndex(np.random.default_rng(seed).normal(size=(rows, width)), metric="euclidean")

    @staticmethod
    def ball(rows: int, width: int = 50, seed: int = 0) -> ArrayIndex:
        """Return an index over rows without any structure: an evenly filled ball."""
        random = np.random.default_rng(seed)
        directions = random.normal(size=(rows, width))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        return ArrayIndex(directions * random.random((rows, 1)) ** (1 / width), metric="euclidean")

    @staticmethod
    def mixed(rows: int) -> NDArray[np.float32]:
        """Return float32 [rows, 16]: twelve clusters that run into each other."""
        random = np.random.default_rng(1)
        centres = 0.8 * random.normal(size=(12, 16))
        return (random.normal(size=(rows, 16)) + centres[random.integers(0, 12, rows)]).astype(np.float32)

    @staticmethod
    def nearest_in_plane(positions: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """Return int64 [N, count], each row's nearest other rows on the map."""
        from scipy.spatial import KDTree

        found = np.asarray(KDTree(positions).query(positions, k=count + 1)[1])
        own = found == np.arange(len(positions))[:, None]
        # A row that lies exactly on others may not find itself first, or at all.
        own[~own.any(axis=1), -1] = True
        others: NDArray[np.int64] = found[~own].reshape(len(positions), count)
        return others

    @staticmethod
    def kept(index: ArrayIndex, positions: NDArray[np.float32], count: int = 10) -> float:
        """Return the share of the `count` nearest neighbours that are among the nearest on the map."""
        true = index.neighbors(count).indices
        found = Measure.nearest_in_plane(positions, count)
        return float(np.mean([len(np.intersect1d(one, other)) / count for one, other in zip(true, found, strict=True)]))

    @staticmethod
    def islands(positions: NDArray[np.float32]) -> int:
        """Return how many separate lands hold at least 2 % of the points each.

        Land is where the density, blurred by a fiftieth of the map, is above a quarter of its median at the points.
        """
        from scipy.ndimage import gaussian_filter, label

        cells, pad = 100, 10
        low, high = positions.min(axis=0), positions.max(axis=0)
        at = ((positions - low) / (high - low).max() * (cells - 1)).astype(int) + pad
        crowd = np.zeros((cells + 2 * pad, cells + 2 * pad))
        np.add.at(crowd, (at[:, 0], at[:, 1]), 1.0)
        crowd = gaussian_filter(crowd, cells / 50)
        here = crowd[at[:, 0], at[:, 1]]
        lands, _ = label(crowd > 0.25 * np.median(here))
        sizes = np.bincount(lands[at[:, 0], at[:, 1]])[1:]
        return int((sizes >= 0.02 * len(positions)).sum())


@pytest.fixture(scope="session")
def measure() -> type[Measure]:
    return Measure
