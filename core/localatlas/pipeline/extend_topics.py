"""Topics for new vectors: those of their mapped neighbours; old rows keep theirs.

A new row has neighbours j = 1..K among the mapped rows, at distances d1 <= d2 <= ... Each has the vote

    w_j = exp(-(d_j - d1) / s),   s = the mean of (d_j - d1), or 1 where all are equal,

so that the nearest counts 1 and the scale is the neighbourhood's own. At the broadest depth the topic with the most
votes wins; at each depth below, only neighbours whose topic above won have a vote, so that a row's topics are nested.
The confidence at a depth is the winner's share of all K votes. Ties go to the smaller topic id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from localatlas.protocols import NeighborGraph, TopicLabel, Topics

__all__ = ["extend_topics", "vote"]

# Rows at once: K x K comparisons each.
BLOCK = 4096


def vote(near: NeighborGraph, assignment: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the topics of new rows and how sure they are, int32 and float32 [M, depths].

    Args:
        near: their neighbours among the mapped rows, [M, K], K at least 1.
        assignment: int32 [n, depths], the mapped rows' topics.
    """
    shape = (len(near.indices), assignment.shape[1])
    topics, confidence = np.empty(shape, np.int32), np.empty(shape, np.float32)
    for start in range(0, shape[0], BLOCK):
        part = slice(start, start + BLOCK)
        votes = _votes(near.indices[part], near.distances[part])
        theirs = assignment[np.maximum(near.indices[part], 0)]
        total = votes.sum(axis=1)
        for depth in range(shape[1]):
            won, share = _winners(theirs[:, :, depth], votes)
            topics[part, depth] = won
            confidence[part, depth] = np.minimum(share / total, 1.0)
            votes = np.where(theirs[:, :, depth] == won[:, None], votes, 0.0)
    return topics, confidence


def extend_topics(
    before: Topics,
    assignment: NDArray[np.int32],
    confidence: NDArray[np.float32],
    weights: NDArray[np.int32],
    row_of: Callable[[int], int],
) -> Topics:
    """Return topics over the rows of a new version: ids, labels and places stay, sizes are counted again.

    Args:
        before: topics of the version before, exemplars as `_position_index`.
        assignment: int32 [N, depths] of the new version.
        confidence: float32 [N, depths].
        weights: int32 [N], the dataset's rows that each row stands for.
        row_of: returns the row that a `_position_index` has now, or -1.
    """
    ids = before.topic_id.tolist()
    sizes = dict.fromkeys(ids, 0)
    for depth in range(assignment.shape[1]):
        counted, at = np.unique(assignment[:, depth], return_inverse=True)
        total = np.bincount(at, weights=weights, minlength=len(counted))
        sizes |= dict(zip(counted.tolist(), total.astype(np.int64).tolist(), strict=True))
    size = np.array([sizes[topic] for topic in ids], dtype=np.int64)
    keep = size > 0
    labels: dict[int, TopicLabel] = {}
    for topic in before.topic_id[keep].tolist():
        label = before.labels[topic]
        rows = dict.fromkeys(row_of(position) for position in label.exemplars)
        labels[topic] = replace(label, exemplars=tuple(row for row in rows if row >= 0))
    return Topics(
        topic_id=before.topic_id[keep],
        depth=before.depth[keep],
        parent_id=before.parent_id[keep],
        size=size[keep],
        position=before.position[keep],
        hull=tuple(hull for hull, kept in zip(before.hull, keep, strict=True) if kept),
        assignment=assignment,
        confidence=confidence,
        labels=labels,
    )


def _votes(indices: NDArray[np.int32], distances: NDArray[np.float32]) -> NDArray[np.float64]:
    there = indices >= 0
    beyond = np.where(there, distances.astype(np.float64) - distances[:, :1], 0.0)
    scale = beyond.sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1)
    votes: NDArray[np.float64] = np.where(there, np.exp(-beyond / np.where(scale > 0, scale, 1.0)), 0.0)
    return votes


def _winners(topics: NDArray[np.int32], votes: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the topic with the most votes of each row, and its votes."""
    # Sorted by topic, so that equal sums do not hang on the order of the neighbours, and the smaller id comes first.
    order = np.argsort(topics, axis=1, kind="stable")
    topics, votes = np.take_along_axis(topics, order, axis=1), np.take_along_axis(votes, order, axis=1)
    together = np.einsum("mij,mj->mi", topics[:, :, None] == topics[:, None, :], votes)
    together[votes <= 0] = -1.0
    best = together.argmax(axis=1)
    rows = np.arange(len(topics))
    return topics[rows, best], together[rows, best]
