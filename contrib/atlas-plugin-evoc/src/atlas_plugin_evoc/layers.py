"""EVoC's layers as nested groups that hold every row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray

__all__ = ["chosen_layers", "nested", "placed"]

# Votes among neighbours spread from row to row; what they do not reach goes to the nearest middle.
ROUNDS = 10


def chosen_layers(layers: Sequence[NDArray[np.integer]], depths: int) -> list[NDArray[np.int64]]:
    """Return at most `depths` of the layers, coarsest first and the finest last, the others evenly between."""
    useful = [np.asarray(layer, dtype=np.int64) for layer in layers if (np.asarray(layer) >= 0).any()]
    if not useful:
        return []
    useful.sort(key=lambda layer: -int(layer.max()))
    picks = sorted({round(at) for at in np.linspace(0, len(useful) - 1, min(depths, len(useful)))})
    return [useful[at] for at in picks[::-1]]


def placed(labels: NDArray[np.int64], graph: NeighborGraph, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the labels [N] with those below 0 replaced: by most of a row's neighbours, else by the nearest middle."""
    labels = _numbered(labels)
    for _ in range(ROUNDS):
        rows = np.flatnonzero(labels < 0)
        if not len(rows):
            return labels
        votes = _votes(labels, graph.indices[rows])
        found = votes.sum(axis=1) > 0
        if not found.any():
            break
        labels[rows[found]] = votes[found].argmax(axis=1)
    rows = np.flatnonzero(labels < 0)
    middles = np.stack([vectors[labels == group].mean(axis=0) for group in range(int(labels.max()) + 1)])
    far = ((vectors[rows, None, :] - middles[None]) ** 2).sum(axis=2) if len(rows) else np.empty((0, 1))
    labels[rows] = far.argmin(axis=1)
    return labels


def nested(layers: Sequence[NDArray[np.int64]], weights: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return int64 [N, D]: each group of a finer layer goes whole to the coarser group that has most of its rows."""
    columns = [layers[-1]]
    for coarse in layers[-2::-1]:
        fine = columns[0]
        shared = np.zeros((int(fine.max()) + 1, int(coarse.max()) + 1))
        np.add.at(shared, (fine, coarse), weights)
        columns.insert(0, _numbered(shared.argmax(axis=1)[fine]))
    return np.stack(columns, axis=1)


def _votes(labels: NDArray[np.int64], neighbors: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return int64 [R, G], how many of each row's neighbours are in each group."""
    votes = np.zeros((len(neighbors), int(labels.max()) + 1), dtype=np.int64)
    near = np.where(neighbors >= 0, labels[neighbors], -1)
    rows, columns = np.nonzero(near >= 0)
    np.add.at(votes, (rows, near[rows, columns]), 1)
    return votes


def _numbered(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the labels numbered 0.. without gaps, in their order; what is below 0 is -1."""
    known = labels >= 0
    found = np.full(len(labels), -1, dtype=np.int64)
    found[known] = np.unique(labels[known], return_inverse=True)[1]
    return found
