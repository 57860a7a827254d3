"""The compiled loops: charges onto a mesh, one step of the descent, a field read at points, new rows placed.

Each works on a range of points and writes only what belongs to them, so that several threads give the bytes that one
gives. They hold no lock of Python's while they run. numba keeps them on disk (`NUMBA_CACHE_DIR`, else beside this file,
else the user's cache folder), so that only the first process after an install compiles.

A mesh is read and written through cubic B-splines: a point touches 4 x 4 of its nodes. `frame` is float64 [3]: the
place of node (0, 0), x and y, and the number of nodes per unit of length. A point must lie within the stencil's reach:
at least one node from the low edges and two from the high ones.

Places in arrays are unsigned, for which numba leaves out Python's counting from the end, and a division by zero gives
an infinity: a test in every turn of a loop costs a third of it, and keeps it from working on several numbers at once.

Importing this module imports numba; do it inside a working method.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["carry", "settle", "spread", "step"]

Points = NDArray[np.float32]
Mesh = NDArray[np.float32]
Frame = NDArray[np.float64]

# A point's step is at most this over its pull's stiffness: about 2 is where momentum makes steps grow. Some heat helps,
# as in annealing, but a point that half the map pulls must come to rest.
STEADY, TINY = np.float32(4.0), np.float32(1e-12)
ZERO, ONE, TWO, THREE, FOUR, SIX = (np.float32(value) for value in (0, 1, 2, 3, 4, 6))
HALF, SIXTH = np.float32(0.5), np.float32(1.0 / 6.0)

_NEXT, _SECOND = np.uint64(1), np.uint64(2)
# A step looks for the forces on so many points before it moves them: to move is then done for several at once.
_CHUNK = np.uint64(128)

_compiled = numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
_inlined = numba.njit(inline="always", fastmath=True, error_model="numpy")


@_inlined
def _heights(t: Any) -> Any:
    """Return the four cubic B-splines at fraction `t` of a cell."""
    s = ONE - t
    return (
        s * s * s * SIXTH,
        (FOUR - SIX * t * t + THREE * t * t * t) * SIXTH,
        (FOUR - SIX * s * s + THREE * s * s * s) * SIXTH,
        t * t * t * SIXTH,
    )


@_inlined
def _slopes(t: Any) -> Any:
    """Return their derivatives."""
    s = ONE - t
    return -HALF * s * s, (THREE * t * t - FOUR * t) * HALF, (FOUR * s - THREE * s * s) * HALF, HALF * t * t


@_inlined
def _cell(place: Any, low: Any, scale: Any) -> Any:
    """Return the cell that a place lies in, and the fraction of it that lies below."""
    at = (place - low) * scale
    cell = np.int64(at)
    return np.uint64(cell), np.float32(at - cell)


@_inlined
def _along(mesh: Any, row: Any, column: Any, weights: Any) -> Any:
    """Return the weighted sum of four nodes of one row."""
    a, b, c, d = weights
    near = a * mesh[row, column - _NEXT] + b * mesh[row, column]
    return near + c * mesh[row, column + _NEXT] + d * mesh[row, column + _SECOND]


@_inlined
def _field(mesh: Any, x: Any, y: Any, frame: Any) -> Any:
    """Return a mesh's value and gradient at a place."""
    row, s = _cell(x, frame[0], frame[2])
    column, t = _cell(y, frame[1], frame[2])
    scale = np.float32(frame[2])
    flat, steep = _heights(t), _slopes(t)
    a, b, c, d = _heights(s)
    p, q, r, w = _slopes(s)
    one, two = _along(mesh, row - _NEXT, column, flat), _along(mesh, row, column, flat)
    three, four = _along(mesh, row + _NEXT, column, flat), _along(mesh, row + _SECOND, column, flat)
    value = a * one + b * two + c * three + d * four
    along_x = (p * one + q * two + r * three + w * four) * scale
    along_y = (
        a * _along(mesh, row - _NEXT, column, steep)
        + b * _along(mesh, row, column, steep)
        + c * _along(mesh, row + _NEXT, column, steep)
        + d * _along(mesh, row + _SECOND, column, steep)
    ) * scale
    return value, along_x, along_y


@_compiled
def spread(points: Points, frame: Frame, mesh: Mesh, start: int, stop: int) -> None:
    """Add a charge of 1 for each of the points `start` to `stop` to `mesh`."""
    for i in range(np.uint64(start), np.uint64(stop)):
        row, s = _cell(points[i, 0], frame[0], frame[2])
        column, t = _cell(points[i, 1], frame[1], frame[2])
        a, b, c, d = _heights(t)
        across = _heights(s)
        for k in range(4):
            height, at = across[k], row + np.uint64(k) - _NEXT
            mesh[at, column - _NEXT] += height * a
            mesh[at, column] += height * b
            mesh[at, column + _NEXT] += height * c
            mesh[at, column + _SECOND] += height * d


@_inlined
def _pull(points: Any, x: Any, y: Any, target: Any, weight: Any, first: Any, last: Any, reach: Any) -> Any:
    """Return the pull of a point's neighbours on it, and its stiffness; within `reach` they do not pull."""
    along_x, along_y, stiffness = ZERO, ZERO, ZERO
    for edge in range(np.uint64(first), np.uint64(last)):
        j = np.uint64(target[edge])
        dx, dy = x - points[j, 0], y - points[j, 1]
        square = dx * dx + dy * dy
        distance = np.sqrt(square + TINY)
        # weight / (1 + square) * max(0, 1 - reach / distance) with one division.
        pull = weight[edge] * max(ZERO, distance - reach) / (distance + distance * square)
        along_x += pull * dx
        along_y += pull * dy
        stiffness += pull
    return along_x, along_y, stiffness


@_inlined
def _velocity(
    vx: Any, vy: Any, force_x: Any, force_y: Any, stiffness: Any, rate: Any, momentum: Any, speed: Any
) -> Any:
    """Return a point's next step: some of its last one, and down the force at a pace that is steady, within `speed`."""
    pace = min(rate, STEADY / (stiffness + TINY))
    vx, vy = momentum * vx - pace * force_x, momentum * vy - pace * force_y
    square = vx * vx + vy * vy
    if square > speed * speed:
        shrink = speed / np.sqrt(square)
        return vx * shrink, vy * shrink
    return vx, vy


@_compiled
def step(
    points: Points,
    velocity: Points,
    moved: Points,
    pointer: NDArray[np.int64],
    target: NDArray[np.int32],
    weight: NDArray[np.float32],
    potential: Mesh,
    frame: Frame,
    law: NDArray[np.float32],
    box: NDArray[np.float32],
    start: int,
    stop: int,
) -> None:
    """Move the points `start` to `stop` by heavy-ball descent, from `points` to `moved`.

    `law` is float32 [5]: the weight of the far field's push, the rate, the momentum, the reach within which neighbours
    do not pull, and how far a point moves at most. `box` float32 [4] receives the extent of the moved points: least x
    and y, largest x and y.
    """
    push, rate, momentum, reach, speed = law[0], law[1], law[2], law[3], law[4]
    low_x = low_y = np.float32(np.inf)
    high_x = high_y = np.float32(-np.inf)
    pull_x, pull_y, stiffness = np.empty(_CHUNK, np.float32), np.empty(_CHUNK, np.float32), np.empty(_CHUNK, np.float32)
    push_x, push_y = np.empty(_CHUNK, np.float32), np.empty(_CHUNK, np.float32)
    for first in range(np.uint64(start), np.uint64(stop), _CHUNK):
        size = min(_CHUNK, np.uint64(stop) - first)
        for k in range(size):
            i = first + k
            pull_x[k], pull_y[k], stiffness[k] = _pull(
                points, points[i, 0], points[i, 1], target, weight, pointer[i], pointer[i + _NEXT], reach
            )
        for k in range(size):
            _, push_x[k], push_y[k] = _field(potential, points[first + k, 0], points[first + k, 1], frame)
        for k in range(size):
            i = first + k
            along_x, along_y = pull_x[k] + push * push_x[k], pull_y[k] + push * push_y[k]
            vx, vy = _velocity(velocity[i, 0], velocity[i, 1], along_x, along_y, stiffness[k], rate, momentum, speed)
            velocity[i, 0], velocity[i, 1] = vx, vy
            x, y = points[i, 0] + vx, points[i, 1] + vy
            moved[i, 0], moved[i, 1] = x, y
            low_x, low_y, high_x, high_y = min(low_x, x), min(low_y, y), max(high_x, x), max(high_y, y)
    box[0], box[1], box[2], box[3] = low_x, low_y, high_x, high_y


@_compiled
def carry(points: Points, mesh: Mesh, frame: Frame, rate: float, limit: float, start: int, stop: int) -> None:
    """Move the points `start` to `stop`, in place, `rate` times the mesh's gradient, at most `limit`.

    A point beyond the mesh stays where it is.
    """
    rows, columns = mesh.shape
    top, most = np.float32(limit), np.float32(rate)
    for i in range(np.uint64(start), np.uint64(stop)):
        x, y = points[i, 0], points[i, 1]
        row, column = (x - frame[0]) * frame[2], (y - frame[1]) * frame[2]
        if not (1.0 <= row < rows - 2.0 and 1.0 <= column < columns - 2.0):
            continue
        _, dx, dy = _field(mesh, x, y, frame)
        dx, dy = most * dx, most * dy
        square = dx * dx + dy * dy
        if square > top * top:
            shrink = top / np.sqrt(square)
            dx, dy = dx * shrink, dy * shrink
        points[i, 0], points[i, 1] = x + dx, y + dy


@_compiled
def settle(
    fixed: Points,
    placed: Points,
    pointer: NDArray[np.int64],
    target: NDArray[np.int32],
    weight: NDArray[np.float32],
    potential: Mesh,
    frame: Frame,
    law: NDArray[np.float32],
    steps: int,
    start: int,
    stop: int,
) -> None:
    """Bring the new points `start` to `stop` to rest, in place, among the `fixed` ones; each is on its own.

    `law` is as `step` takes it; its rate falls linearly to zero over `steps`. The field ends at the mesh's edge.
    """
    push, reach = law[0], law[3]
    rows, columns = potential.shape
    for i in range(np.uint64(start), np.uint64(stop)):
        x, y, vx, vy = placed[i, 0], placed[i, 1], ZERO, ZERO
        for turn in range(steps):
            rate = np.float32(law[1] * (1.0 - turn / steps))
            pull_x, pull_y, stiffness = _pull(fixed, x, y, target, weight, pointer[i], pointer[i + _NEXT], reach)
            row, column = (x - frame[0]) * frame[2], (y - frame[1]) * frame[2]
            push_x = push_y = ZERO
            if 1.0 <= row < rows - 2.0 and 1.0 <= column < columns - 2.0:
                _, push_x, push_y = _field(potential, x, y, frame)
            along_x, along_y = pull_x + push * push_x, pull_y + push * push_y
            vx, vy = _velocity(vx, vy, along_x, along_y, stiffness, rate, law[2], law[4])
            x, y = x + vx, y + vy
        placed[i, 0], placed[i, 1] = x, y
