"""The optimisation: neighbours pull, random rows push, one edge after the other.

Source: McInnes, Healy, Melville, "UMAP" (arXiv 1802.03426), section 3.2 and algorithm 5. One thread, so that the
same seed gives the same bytes. Compiled by numba and kept in numba's own cache on disk (`NUMBA_CACHE_DIR`, else
beside this file, else the user's cache folder), so that only the first process after an install compiles. Helpers
are inlined by numba: a kernel that is compiled and one that is loaded could call different copies of a helper, whose
last bits differ.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["Edges", "Forces", "descend", "due_edges"]

LIMIT = np.float32(4.0)
SOFTENING = np.float32(0.001)
# Long enough that the calls cost nothing, short enough that a progress bar moves and a cancel is prompt.
SECONDS_PER_CALL = 0.1

_inlined = numba.njit(inline="always")


@dataclass(frozen=True)
class Forces:
    """How points act on each other: the curve's a and b, and the options of the same names."""

    a: float
    b: float
    repulsion_strength: float
    negative_sample_rate: int
    learning_rate: float


@dataclass(frozen=True)
class Edges:
    """A graph by rows, and every how many epochs each edge is used.

    Attributes:
        pointer: int64 [N + 1].
        target: int32 [E].
        period: float32 [E], at least 1; the strongest edge has 1.
    """

    pointer: NDArray[np.int64]
    target: NDArray[np.int32]
    period: NDArray[np.float32]


def due_edges(graph: csr_array, strongest: NDArray[np.float32] | float, epochs: int) -> Edges:
    """Return the edges of `graph` that are used at least once in `epochs`, an edge of weight `strongest` in each.

    Args:
        graph: weights float32 [N, M].
        strongest: one weight for all edges, or one per edge [E].
        epochs: how many there will be.
    """
    share = graph.data / np.maximum(strongest, np.finfo(np.float32).tiny)
    kept = share * epochs >= 1.0
    before = np.concatenate([[0], np.cumsum(kept)])
    return Edges(
        pointer=before[graph.indptr].astype(np.int64),
        target=graph.indices[kept].astype(np.int32),
        period=(1.0 / share[kept]).astype(np.float32),
    )


def descend(
    moving: NDArray[np.float32],
    fixed: NDArray[np.float32] | None,
    edges: Edges,
    *,
    forces: Forces,
    epochs: int,
    seeds: NDArray[np.uint64],
    report: Callable[[int], None],
) -> None:
    """Move the points `moving` float32 [N, 2], in place.

    Args:
        moving: where the points start; the edges leave from them.
        fixed: float32 [M, 2], what the edges lead to and what pushes; None: the moving points themselves.
        edges: from rows of `moving` to rows of `fixed`.
        forces: the law.
        epochs: how many passes over the edges.
        seeds: uint64 [N], the state of each row's random numbers; changed.
        report: receives the number of epochs done, ten times a second; what it raises comes through.
    """
    due = edges.period.copy()
    others = moving if fixed is None else fixed
    done, step = 0, 1
    while done < epochs:
        began = time.perf_counter()
        last = min(done + step, epochs)
        _kernel(moving, others, fixed is None, edges.pointer, edges.target, edges.period, due, seeds, done, last,
                epochs, *_law(forces))  # fmt: skip
        seconds = max(time.perf_counter() - began, 1e-6) / (last - done)
        # Where the calls are cut does not change what they compute, so a clock may decide it.
        step = max(1, int(SECONDS_PER_CALL / seconds))
        done = last
        report(done)


def _law(forces: Forces) -> tuple[np.float32, np.float32, np.float32, np.float32, int]:
    return (
        np.float32(forces.a),
        np.float32(forces.b),
        np.float32(forces.repulsion_strength),
        np.float32(forces.learning_rate),
        forces.negative_sample_rate,
    )


@_inlined
def _clipped(value: Any) -> Any:
    return min(max(value, -LIMIT), LIMIT)


@_inlined
def _pulled(square: Any, a: Any, b: Any) -> Any:
    power = square**b
    return np.float32(-2.0) * a * b * power / (square * (np.float32(1.0) + a * power))


@_inlined
def _pushed(square: Any, a: Any, b: Any, gamma: Any) -> Any:
    return np.float32(2.0) * gamma * b / ((SOFTENING + square) * (np.float32(1.0) + a * square**b))


@_inlined
def _drawn(state: Any, size: Any) -> Any:
    """Return the next state of a 64-bit linear congruential generator (Knuth's MMIX) and a number below `size`."""
    state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    return state, np.int64(((state >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32))


@numba.njit(cache=True, nogil=True, fastmath=True)
def _kernel(
    head: NDArray[np.float32],
    tail: NDArray[np.float32],
    together: bool,
    pointer: NDArray[np.int64],
    target: NDArray[np.int32],
    period: NDArray[np.float32],
    due: NDArray[np.float32],
    states: NDArray[np.uint64],
    first: int,
    last: int,
    epochs: int,
    a: np.float32,
    b: np.float32,
    gamma: np.float32,
    learning_rate: np.float32,
    rate: int,
) -> None:
    for epoch in range(first, last):
        alpha = np.float32(learning_rate * (1.0 - epoch / epochs))
        now = np.float32(epoch + 1)
        for i in range(head.shape[0]):
            # A row's own place stays in registers while its edges are worked off; no edge leads back to it.
            x, y, state = head[i, 0], head[i, 1], states[i]
            for edge in range(pointer[i], pointer[i + 1]):
                if due[edge] > now:
                    continue
                due[edge] += period[edge]
                j = target[edge]
                dx, dy = x - tail[j, 0], y - tail[j, 1]
                square = dx * dx + dy * dy
                if square > 0:
                    pull = _pulled(square, a, b)
                    move_x, move_y = alpha * _clipped(pull * dx), alpha * _clipped(pull * dy)
                    x, y = x + move_x, y + move_y
                    if together:
                        tail[j, 0] -= move_x
                        tail[j, 1] -= move_y
                for _ in range(rate):
                    state, k = _drawn(state, tail.shape[0])
                    dx, dy = x - tail[k, 0], y - tail[k, 1]
                    square = dx * dx + dy * dy
                    if square > 0 and not (together and k == i):
                        push = _pushed(square, a, b, gamma)
                        x, y = x + alpha * _clipped(push * dx), y + alpha * _clipped(push * dy)
            head[i, 0], head[i, 1], states[i] = x, y, state
