"""What one can ask of the projector `pacmap`."""

from __future__ import annotations

import math
from typing import Literal

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["PaCMAPOptions"]

# The library's rule: 10 neighbours up to 10,000 rows, and 15 more for every tenfold.
FEWEST, UP_TO, PER_TENFOLD = 10, 10_000, 15
# The library's shares of its three phases: global structure, both, local structure.
PHASES = (100, 100, 250)


class PaCMAPOptions(ComponentOptions):
    """Options of `pacmap`, under the library's names and with its defaults; `n_epochs` is its `num_iters`."""

    n_neighbors: int | None = Field(default=None, ge=1, le=1000)
    """Neighbours that pull each row; None is 10 up to 10,000 rows, then growing with the logarithm."""

    MN_ratio: float = Field(default=0.5, ge=0.0, le=100.0)
    """Rows half near that pull at first, for each neighbour: what holds the whole together."""

    FP_ratio: float = Field(default=2.0, gt=0.0, le=100.0)
    """Far rows that push, for each neighbour."""

    n_epochs: int = Field(default=450, ge=10, le=100_000)
    """Iterations in all three phases, shared out as the library shares out its 450."""

    init: Literal["pca", "random"] = "pca"
    """Where the points start."""

    apply_pca: bool = True
    """Whether vectors of more than 100 numbers are brought down to 100 first."""

    def neighbors(self, rows: int) -> int:
        """Return how many neighbours pull a row of a map of `rows` rows."""
        if self.n_neighbors is not None:
            return self.n_neighbors
        return FEWEST if rows <= UP_TO else round(FEWEST + PER_TENFOLD * math.log10(rows / UP_TO))

    def phases(self) -> tuple[int, int, int]:
        """Return the iterations of each phase."""
        first, second, _ = (self.n_epochs * part // sum(PHASES) for part in PHASES)
        return first, second, self.n_epochs - first - second
