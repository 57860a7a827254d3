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
        if self.terrain is not None:
            state |= {"terrain_frame": self.terrain.frame, "terrain_shift": self.terrain.shift}
        return Layout(positions, state)

    @classmethod
    def of(cls, layout: Layout) -> Frozen:
        """Return what a layout's state says; a layout without one is taken as the forces left it."""
        state = layout.state or {}
        # Copies, since lent arrays are read-only, which would be another type to compile for.
        raw = np.array(state.get("raw", layout.positions), dtype=np.float32, order="C")
        exaggeration = float(np.asarray(state.get("exaggeration", np.ones(1)), dtype=np.float64)[0])
        if "terrain_shift" not in state:
            return cls(raw, exaggeration, None)
        frame, shift = np.array(state["terrain_frame"], np.float64), np.array(state["terrain_shift"], np.float32)
        return cls(raw, exaggeration, Terrain(frame, shift))
