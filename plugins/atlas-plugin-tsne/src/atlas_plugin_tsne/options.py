"""What one can ask of the projector `tsne`."""

from __future__ import annotations

from typing import Literal

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["TSNEOptions"]

# A Gaussian of some perplexity has next to no weight past three times as many neighbours (van der Maaten 2014).
NEIGHBORS_PER_PERPLEXITY = 3


class TSNEOptions(ComponentOptions):
    """Options of `tsne`, under openTSNE's names and with its defaults."""

    perplexity: float = Field(default=30.0, ge=1.0, le=500.0)
    """How many neighbours a row holds on to, about: small shows detail, large shows the whole."""

    n_neighbors: int | None = Field(default=None, ge=1, le=1500)
    """How many neighbours to look at; None is three times the perplexity."""

    early_exaggeration: float = Field(default=12.0, ge=1.0, le=100.0)
    """How much stronger neighbours pull at first, so that rows can pass each other."""

    early_exaggeration_iter: int = Field(default=250, ge=0, le=100_000)
    """For how many steps."""

    n_epochs: int = Field(default=500, ge=0, le=100_000)
    """Steps after these."""

    exaggeration: float = Field(default=1.0, ge=0.1, le=10.0)
    """How much stronger neighbours pull then: above 1 clumps are tighter and farther apart."""

    learning_rate: float | None = Field(default=None, gt=0.0)
    """None is the number of rows divided by the exaggeration (Belkina et al. 2019)."""

    dof: float = Field(default=1.0, gt=0.0, le=100.0)
    """Degrees of freedom of the map's kernel; below 1 small clusters come out more clearly."""

    init: Literal["pca", "random"] = "pca"
    """Where the points start: two principal components, or anywhere."""

    def neighbors(self, rows: int) -> int:
        """Return how many neighbours a layout of `rows` rows looks at."""
        wanted = self.n_neighbors or int(NEIGHBORS_PER_PERPLEXITY * self.perplexity)
        return max(min(wanted, rows - 1), 0)
