"""Data to lay out: clusters and the handwritten digits, as indices with exact neighbours; and the reference."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest
from localatlas.testing.example import ArrayIndex, clusters
from numpy.typing import NDArray

LENT = 14


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits of 64 pixels: what each shows, and an index over them."""

    index: ArrayIndex
    labels: NDArray[np.int64]


@pytest.fixture(scope="session")
def three_clusters() -> ArrayIndex:
    """Row i is in cluster i % 3."""
    return ArrayIndex(clusters(300, noise=0.3), lent=LENT)


@pytest.fixture(scope="session")
def digits() -> Digits:
    from sklearn.datasets import load_digits

    data = load_digits()
    return Digits(ArrayIndex(data.data.astype(np.float32), lent=LENT), data.target)


@pytest.fixture(scope="session")
def umap_learn() -> ModuleType:
    """The reference; it warns on import that tensorflow is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        import umap
    return umap
