"""Each row asks its neighbours where it belongs, once, without leaving the tree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.graph import Ties

__all__ = ["agreement", "vote"]

Assignment = NDArray[np.int32]

# No topic may lose more than this share of its rows to a vote.
KEPT_SHARE = 0.5

# Votes are counted in a dense table, this many entries at a time.
TABLE_ENTRIES = 8_000_000


def vote(ties: Ties, assignment: Assignment) -> Assignment:
    """Return int32 [N, D]: each row in the topic that most of its ties lead to, depth by depth.

    From depth 2 on only the children of the row's new parent stand for election, so nesting holds.
    All rows vote at once, on the assignment as it was. Topics are numbered 0.. within each depth.
    A row stays where it is unless another topic has more of its ties, or if the vote would
    halve the topic that it leaves.
    """
    decided = assignment.copy()
    for depth in range(assignment.shape[1]):
        before = assignment[:, depth]
        parent = _parents(assignment, depth)
        for rows, table in _tables(ties, before):
            if depth:
                table[parent[None, :] != decided[rows, depth - 1, None]] = -1.0
            own = table[np.arange(len(table)), before[rows]]
            winner = table.argmax(axis=1)
            moves = table[np.arange(len(table)), winner] > own
            decided[rows, depth] = np.where(moves, winner, before[rows])
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
    near = ties.row_of_tie()
    total = np.bincount(near, weights=ties.weight, minlength=ties.rows)
    shares = []
    for topic in assignment.T:
        same = ties.weight * (topic[near] == topic[ties.other])
        inside = np.bincount(near, weights=same, minlength=ties.rows)
        shares.append(np.divide(inside, total, out=np.ones(ties.rows), where=total > 0))
    table: NDArray[np.float32] = np.column_stack(shares).astype(np.float32)
    return np.clip(table, 0.0, 1.0)


def _parents(assignment: Assignment, depth: int) -> NDArray[np.int32]:
    """Return int32 [K], the parent of each topic at `depth`; unused at depth 0."""
    topics = int(assignment[:, depth].max()) + 1
    parent = np.full(topics, -1, dtype=np.int32)
    if depth:
        parent[assignment[:, depth]] = assignment[:, depth - 1]
    return parent


def _tables(ties: Ties, topic: Assignment) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield float64 [rows, K] by blocks of rows: the weight of each row's ties into each topic."""
    topics = int(topic.max()) + 1
    block = max(1, TABLE_ENTRIES // topics)
    for begin in range(0, ties.rows, block):
        end = min(begin + block, ties.rows)
        span = slice(int(ties.start[begin]), int(ties.start[end]))
        near = np.repeat(np.arange(end - begin), np.diff(ties.start[begin : end + 1]))
        key = near * topics + topic[ties.other[span]]
        votes = np.bincount(key, weights=ties.weight[span], minlength=(end - begin) * topics).astype(np.float64)
        yield slice(begin, end), votes.reshape(end - begin, topics)
