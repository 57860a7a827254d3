"""A finished layout as it is kept: enough to place new rows on it, and to go on from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from localatlas.protocols import Layout
from numpy.typing import NDArray

from atlas_plugin_nomic_project.terrain import Terrain

__all__ = ["Frozen"]


@dataclass(frozen=True)
class Frozen:
    """What the forces and the terrain left behind.

    Rows come and go before the next row is placed, and the state stays as it was made. So it also holds where its rows
    came to lie: a place of the layout that is among them is that row, and a row that was placed later stands where it
    does before terrain as the nearest of them does.

    Attributes:
        raw: float32 [N, 2], the points before terrain.
        exaggeration: what the neighbours' pull was to everything's push at the end.
        terrain: what was done to the plane; None if nothing.
    """

    raw: NDArray[np.float32]
    exaggeration: float
    terrain: Terrain | None

    def layout(self, positions: NDArray[np.float32]) -> Layout:
        """Return the points after terrain, `positions` float32 [N, 2], with this as the state."""
        state: dict[str, NDArray[np.generic]] = {"raw": self.raw, "exaggeration": np.array([self.exaggeration])}
        if positions is not self.raw:
            state["risen"] = positions
        if self.terrain is not None:
            state |= {"terrain_frame": self.terrain.frame, "terrain_shift": self.terrain.shift}
        return Layout(positions, state)

    @classmethod
    def of(cls, layout: Layout) -> Frozen:
        """Return what a layout's state says of its rows; a layout without one is taken as the forces left it."""
        state = layout.state or {}
        positions = np.asarray(layout.positions, dtype=np.float32)
        raw = np.asarray(state.get("raw", positions), dtype=np.float32)
        # A copy in any case, since lent arrays are read-only, which would be another type to compile for.
        raw = _before_terrain(positions, raw, np.asarray(state.get("risen", raw), dtype=np.float32))
        exaggeration = float(np.asarray(state.get("exaggeration", np.ones(1)), dtype=np.float64)[0])
        if "terrain_shift" not in state:
            return cls(raw, exaggeration, None)
        frame, shift = np.array(state["terrain_frame"], np.float64), np.array(state["terrain_shift"], np.float32)
        return cls(raw, exaggeration, Terrain(frame, shift))


def _before_terrain(
    positions: NDArray[np.float32], raw: NDArray[np.float32], risen: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return float32 [M, 2]: where rows that lie at `positions` [M, 2] stood before terrain.

    It moved the rows of the state from `raw` to `risen`, both [N, 2].
    """
    if np.array_equal(positions, risen):
        return np.array(raw, order="C")
    from scipy.spatial import cKDTree

    nearest = cKDTree(risen).query(positions)[1]
    # The sum of two differences would not give a known row its place to the last bit.
    known = (positions == risen[nearest]).all(axis=1)[:, None]
    stood: NDArray[np.float32] = np.where(known, raw[nearest], positions + (raw[nearest] - risen[nearest]))
    return np.ascontiguousarray(stood, dtype=np.float32)
