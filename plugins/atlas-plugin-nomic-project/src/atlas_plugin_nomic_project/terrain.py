"""Terrain: the finished layout drawn together into lands with sea between, without changing what lies beside what.

A mean shift with a plateau (ours). rho is the density of points blurred by s, m its median at the points; points climb
phi = -log(1 / (rho + m / 50) + 1 / (1.5 m)): in the sea like a mean shift, on land, where rho is above m, ever less, so
that lands keep an area. s falls from pass to pass. The map of the plane onto itself is smooth at the scale s, which is
far above the distance between points, so that neighbourhoods move as a whole.

Importing this module imports scipy and numba; do it inside a working method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import map_coordinates

from atlas_plugin_nomic_project.kernels import carry
from atlas_plugin_nomic_project.mesh import density, within_reach
from atlas_plugin_nomic_project.sea import sea_share
from atlas_plugin_nomic_project.workers import Workers, parts_of

__all__ = ["Look", "Terrain", "raise_terrain"]

PASSES, SHARPEST_AT = 40, 30
STEP = 0.2
# The blur of the first and the sharpest pass, in sides of the map, where lands run into each other and where they stand
# apart: there, peaks of one land are drawn together. Of the former, the sharpest is no more than this many units.
WIDEST, SHARPEST, SHARPEST_UNITS = (0.025, 0.04), (0.008, 0.02), 2.5
SIDE, INNER = 1.3, (0.002, 0.998)
NODES_PER_BLUR, FEWEST_NODES, MOST_NODES = 2.5, 128, 1024
# Of the median density: below the first, points stay; up to the second, again for both kinds, lands keep an area.
FLOOR, PLATEAU = 0.02, (3.0, 12.0)
# Points whose densities' median stands for that of all, at least half as many.
MEDIAN_OF = 20_000
# The blur that draws islands together, and the height up to which they keep an area then: each becomes one hill.
GATHERED, ISLAND = 0.06, 5.0
# No pass was seen to add more sea than this: while more is missing, nobody needs to look.
FASTEST = 0.06
# Test points that record the displacement for rows to come: 4 for every distance between points, 512 a side at most.
RECORDED_PER_POINT, FEWEST_RECORDED, MOST_RECORDED = 4, 64, 512


@dataclass(frozen=True)
class Look:
    """What a terrain is to be like.

    Attributes:
        sea: wanted share of the lands' hull, 0 to 1; may be missed.
        gather: how many passes draw each island together before; for maps of islands that stand apart.
        apart: from 0, where lands run into each other, to 1, where they stand apart: how coarse the terrain is.
    """

    sea: float
    gather: int = 0
    apart: float = 0.0

    def between(self, ends: tuple[float, float]) -> float:
        """Return the value for this terrain of what is the first where `apart` is 0, and the second where it is 1."""
        return float(ends[0] * (ends[1] / ends[0]) ** self.apart)


@dataclass(frozen=True)
class Terrain:
    """What the terrain did to the plane.

    Attributes:
        frame: float64 [3], the place of the first test point, x and y, and the number of them per unit.
        shift: float32 [P, P, 2], where each test point went, less where it was.
    """

    frame: NDArray[np.float64]
    shift: NDArray[np.float32]

    def carried(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 [M, 2], where the terrain takes `points`; those outside it move as its edge does."""
        at = ((points - self.frame[:2]) * self.frame[2]).T
        shift = [map_coordinates(self.shift[:, :, axis], at, order=1, mode="nearest") for axis in range(2)]
        return (points + np.stack(shift, axis=1)).astype(np.float32)


def raise_terrain(
    points: NDArray[np.float32], look: Look, workers: Workers, report: Callable[[int, int], None]
) -> tuple[NDArray[np.float32], Terrain | None]:
    """Return the points float32 [N, 2] drawn together until the sea's share is as wanted, and what was done.

    Args:
        points: a layout; stays as it is.
        look: what is wanted.
        workers: threads.
        report: receives how many passes are done and how many there are at most; what it raises comes through.
    """
    moved = points.copy()
    plane = _plane(points, look)
    if plane is None:
        return moved, None
    low, side, nodes, sharpest = plane
    frame = np.array([*low, (nodes - 1) / side])
    recorded = int(np.clip(RECORDED_PER_POINT * np.sqrt(len(points)), FEWEST_RECORDED, MOST_RECORDED))
    ticks = np.linspace(0.0, side, recorded)
    first = np.stack(np.meshgrid(low[0] + ticks, low[1] + ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    test = first.astype(np.float32)
    moving, most = (moved, test), look.gather + PASSES
    for done in range(look.gather):
        _climb(moving, GATHERED * side, frame, nodes, ISLAND, workers)
        report(done + 1, most)
    done, asked, widest = 0, 0, look.between(WIDEST) * side
    while done < PASSES:
        if done == asked:
            missing = look.sea - sea_share(moved, workers)
            if missing <= 0:
                break
            asked = done + 1 + int(missing / FASTEST)
        blur = widest * (sharpest / widest) ** min(done / SHARPEST_AT, 1.0)
        _climb(moving, blur, frame, nodes, look.between(PLATEAU), workers)
        done += 1
        report(look.gather + done, most)
    if not look.gather + done:
        return moved, None
    shift = (test - first).astype(np.float32).reshape(recorded, recorded, 2)
    return moved, Terrain(np.array([*low, (recorded - 1) / side]), shift)


def _plane(points: NDArray[np.float32], look: Look) -> tuple[NDArray[np.float64], float, int, float] | None:
    """Return the square in which terrain is raised: its low corner, side and nodes a side; and the sharpest blur."""
    inner = np.quantile(points.astype(np.float64), INNER, axis=0)
    side = SIDE * float((inner[1] - inner[0]).max())
    if not side > 0:
        return None
    sharpest = look.between((min(SHARPEST[0] * side, SHARPEST_UNITS), SHARPEST[1] * side))
    nodes = int(np.clip(NODES_PER_BLUR * side / sharpest, FEWEST_NODES, MOST_NODES))
    return inner.mean(axis=0) - side / 2.0, side, int(fft.next_fast_len(nodes, real=True)), sharpest


def _climb(
    moving: tuple[NDArray[np.float32], NDArray[np.float32]],
    blur: float,
    frame: NDArray[np.float64],
    nodes: int,
    plateau: float,
    workers: Workers,
) -> None:
    """Move points and test points one step up the hill that the points make, less where it is `plateau` high."""
    points, _ = moving
    # Points beyond the stencil's reach belong to no node.
    inside = within_reach(points, frame, (nodes, nodes))
    crowd = _blurred(density(inside, frame, (nodes, nodes), workers), blur * frame[2])
    sample = inside[:: len(inside) // MEDIAN_OF + 1]
    here = map_coordinates(crowd, ((sample - frame[:2]) * frame[2]).T, order=1)
    median = float(np.median(here)) if len(here) else 0.0
    if not median > 0:
        return
    hill = -np.log(1.0 / (np.maximum(crowd, 0.0) + FLOOR * median) + 1.0 / (plateau * median)).astype(np.float32)
    for array in moving:
        parts = parts_of(len(array))

        def move(part: int, array: NDArray[np.float32] = array, parts: list[tuple[int, int]] = parts) -> None:
            carry(array, hill, frame, STEP * blur * blur, blur / 2.0, *parts[part])

        workers.run(move, len(parts))


def _blurred(mesh: NDArray[np.float32], blur: float) -> NDArray[np.float32]:
    """Return `mesh` [P, P] convolved with a Gaussian of `blur` nodes, by FFT; the margin around the map is empty."""
    size = len(mesh)
    waves = fft.rfft2(mesh)
    decay = np.exp(-0.5 * (2.0 * np.pi * blur * fft.fftfreq(size)) ** 2).astype(np.float32)
    waves *= decay[:, None] * decay[None, : size // 2 + 1]
    blurred: NDArray[np.float32] = fft.irfft2(waves, s=mesh.shape)
    return blurred
