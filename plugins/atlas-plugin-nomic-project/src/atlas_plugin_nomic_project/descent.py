"""The optimisation: every point moves at once, neighbours pull, everything pushes.

The loss is t-SNE's (van der Maaten and Hinton 2008), to which InfoNC-t-SNE (Damrich et al. 2022, arXiv 2206.01816)
tends as its negative samples become many: - sum p log q + (1 / e) log Z, with q = 1 / (1 + r^2) and Z from the mesh.
Full gradients allow large steps with momentum (Polyak's heavy ball), and few of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_nomic_project.affinities import Pull
from atlas_plugin_nomic_project.kernels import step
from atlas_plugin_nomic_project.mesh import Box, FarField
from atlas_plugin_nomic_project.workers import Workers, parts_of

__all__ = ["EARLY", "Phase", "Swarm", "along_curve", "box_of"]

# Long enough that reports cost nothing, short enough that a bar moves and a cancel is prompt.
SECONDS_BETWEEN_REPORTS = 0.1


@dataclass(frozen=True)
class Phase:
    """How the points move for a while.

    Attributes:
        exaggeration: what neighbours' pull is to everything's push; linear from the first to the second value.
        rate: the step's size; linear from the first to the second value.
        momentum: what a point keeps of its last step.
        speed: how far a point moves at most in a step, in layout units; linear from the first to the second value.
    """

    exaggeration: tuple[float, float]
    rate: tuple[float, float]
    momentum: float
    speed: tuple[float, float]


EARLY = Phase((4.0, 4.0), (1.0, 1.0), 0.8, (1.0, 1.0))


class Swarm:
    """Points on the move. Not for several threads at once; its own threads are `workers`."""

    def __init__(self, points: NDArray[np.float32], pull: Pull, reach: float, workers: Workers) -> None:
        """Take `points` float32 [N, 2], which stay as they are."""
        self.points = np.array(points, dtype=np.float32, order="C")
        self.pull = pull
        # Which row each point is of; None for all in order.
        self.rows: NDArray[np.int64] | None = None
        self.reach = reach
        self._workers = workers
        self._field = FarField(workers)
        self._velocity = np.zeros_like(self.points)
        self._moved = np.empty_like(self.points)
        self._box = box_of(self.points)
        self._turn = 0

    def run(self, phase: Phase, steps: int, report: Callable[[int], None]) -> None:
        """Go `steps` steps; `report` gets how many are done, ten times a second, and may raise."""
        told = time.perf_counter()
        for done in range(steps):
            share = done / steps
            self._step(phase, share)
            if time.perf_counter() - told >= SECONDS_BETWEEN_REPORTS:
                report(done + 1)
                told = time.perf_counter()
        report(steps)

    def reorder(self, order: NDArray[np.int64]) -> None:
        """Number the points anew, `order[i]` becoming `i`."""
        self.points, self._velocity = self.points[order], self._velocity[order]
        self.rows = order if self.rows is None else self.rows[order]
        self.pull = self.pull.reordered(order)

    def _step(self, phase: Phase, share: float) -> None:
        rows = len(self.points)
        self._turn += 1
        potential, frame, total = self._field.potential(self.points, self._box, self._turn)
        push = 2.0 * rows / (_between(phase.exaggeration, share) * total)
        rate, speed = _between(phase.rate, share), _between(phase.speed, share)
        law = np.array([push, rate, phase.momentum, self.reach, speed], dtype=np.float32)
        parts = parts_of(rows)
        boxes = np.empty((len(parts), 4), dtype=np.float32)
        pull = self.pull

        def move(part: int) -> None:
            step(self.points, self._velocity, self._moved, pull.pointer, pull.target, pull.weight, potential, frame,
                 law, boxes[part], *parts[part])  # fmt: skip

        self._workers.run(move, len(parts))
        self.points, self._moved = self._moved, self.points
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        self._box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def box_of(points: NDArray[np.float32]) -> Box:
    """Return the extent of points: least x and y, largest x and y."""
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def along_curve(points: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the order of points along a Z-shaped curve (Morton 1966), so that near points are near in memory."""
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), 1e-30)
    key = np.zeros(len(points), dtype=np.uint32)
    for axis in range(2):
        bits = ((points[:, axis] - low[axis]) * (65535.0 / extent)).astype(np.uint32)
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | (bits << np.uint32(shift))) & np.uint32(mask)
        key |= bits << np.uint32(axis)
    return np.argsort(key, kind="stable")


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * share
