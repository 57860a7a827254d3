"""Each row asks its neighbours where it belongs, once, without leaving the tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.graph import Ties

__all__ = ["agreement", "vote"]

Assignment = NDArray[np.int32]

# No topic may lose more than this share of its rows to a vote.
KEPT_SHARE = 0.5
# A bare majority moves rows to topics that lie elsewhere on the map, and frays the lands for next to no agreement.
MAJORITY = 1.5


def vote(ties: Ties, assignment: Assignment, tell: Callable[[], None] = lambda: None) -> Assignment:
    """Return int32 [N, D]: each row in the topic that most of its ties lead to, depth by depth.

    From depth 2 on only the children of the row's new parent stand for election, so nesting holds.
    All rows vote at once, on the assignment as it was. Topics are numbered 0.. within each depth.
    A row stays where it is unless another topic has half as many of its ties again as its own, or if the vote
    would halve the topic that it leaves. `tell` is called before each depth, and may raise.
    """
    decided = assignment.copy()
    tell()
    # Whose own topic, even the finest, holds so many of a row's ties, no other can outvote.
    asked = ties.inside(assignment[:, -1]) * (1.0 + MAJORITY) < ties.total()
    finest = ties.votes(asked, assignment[:, -1])
    for depth in range(assignment.shape[1]):
        tell()
        before = assignment[asked, depth]
        parent = _parents(assignment, depth)
        votes = _summed(finest, assignment, depth)
        near = np.repeat(np.arange(len(before)), np.diff(votes.indptr))
        if depth:
            votes.data[parent[votes.indices] != decided[asked, depth - 1][near]] = -1.0
        own = np.bincount(near, weights=votes.data * (votes.indices == before[near]), minlength=len(before))
        winner, most = _winners(votes, near)
        decided[asked, depth] = np.where(most > MAJORITY * own, winner, before)
    return _without_exodus(assignment, decided)


def _without_exodus(before: Assignment, decided: Assignment) -> Assignment:
    """Send the rows of topics that lost too many back to where they were, at all depths, until none has."""
    while True:
        back = np.zeros(len(before), dtype=bool)
        for old, new in zip(before.T, decided.T, strict=True):
            size = np.bincount(old)
            left = np.bincount(new, minlength=len(size))
            back |= (left < KEPT_SHARE * size)[old] & (old != new)
        if not back.any():
            return decided
        decided[back] = before[back]


def agreement(ties: Ties, assignment: Assignment) -> NDArray[np.float32]:
    """Return float32 [N, D] in [0, 1]: the share of a row's ties that stay in its topic, 1 for a row without ties."""
    total = ties.total()
    alone = total <= 0
    inside = np.column_stack([ties.inside(topic) for topic in assignment.T])
    table: NDArray[np.float32] = ((inside + alone[:, None]) / (total + alone)[:, None]).astype(np.float32)
    return np.clip(table, 0.0, 1.0)


def _parents(assignment: Assignment, depth: int) -> NDArray[np.int32]:
    """Return int32 [K], the parent of each topic at `depth`; unused at depth 0."""
    topics = int(assignment[:, depth].max()) + 1
    parent = np.full(topics, -1, dtype=np.int32)
    if depth:
        parent[assignment[:, depth]] = assignment[:, depth - 1]
    return parent


def _summed(votes: Any, assignment: Assignment, depth: int) -> Any:
    """Sum the votes [N, K] for the finest topics up to those for the topics of a broader depth."""
    from scipy import sparse

    finest, broad = assignment[:, -1], assignment[:, depth]
    lies_in = np.zeros(votes.shape[1], dtype=np.int32)
    lies_in[finest] = broad
    there = np.arange(len(lies_in) + 1)
    shape = (len(lies_in), int(broad.max()) + 1)
    return votes @ sparse.csr_array((np.ones(len(lies_in)), lies_in, there), shape=shape)


def _winners(votes: Any, near: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the column of most votes in each row, the first of equals, and its votes; 0 and -1 in an empty row."""
    rows = votes.shape[0]
    full = np.diff(votes.indptr) > 0
    starts = votes.indptr[:-1][full]
    winner, most = np.zeros(rows, dtype=np.int64), np.full(rows, -1.0)
    if len(starts):
        most[full] = np.maximum.reduceat(votes.data, starts)
        column = np.where(votes.data == most[near], votes.indices, votes.shape[1])
        winner[full] = np.minimum.reduceat(column, starts)
    return winner, most
