"""What one can ask of the projector `umap`."""

from __future__ import annotations

from typing import Literal, Self

from localatlas.protocols import ComponentOptions
from pydantic import Field, model_validator

__all__ = ["UMAPOptions"]

# Above this many rows the layout has so many edges that fewer passes bring it to rest.
SMALL = 10_000
EPOCHS_SMALL = 500
EPOCHS_LARGE = 200


class UMAPOptions(ComponentOptions):
    """Options of `umap`, under umap-learn's names and with its defaults."""

    n_neighbors: int = Field(default=15, ge=2, le=1000)
    """How many rows, the row itself included, make up a neighbourhood: small shows detail, large shows the whole."""

    n_epochs: int | None = Field(default=None, ge=1, le=100_000)
    """Passes over the edges; None is 500 up to 10,000 rows and 200 above."""

    min_dist: float = Field(default=0.1, ge=0.0)
    """How close two points may lie on the map; at most `spread`."""

    spread: float = Field(default=1.0, gt=0.0, le=1e6)
    """The scale of the map: how far clumps spread."""

    init: Literal["spectral", "pca", "random"] = "spectral"
    """Where the points start: eigenvectors of the neighbour graph, two principal components, or anywhere."""

    negative_sample_rate: int = Field(default=5, ge=0, le=100)
    """How many random rows push a row away for every neighbour that pulls it."""

    repulsion_strength: float = Field(default=1.0, ge=0.0, le=1e3)
    """The weight of those pushes."""

    learning_rate: float = Field(default=1.0, gt=0.0, le=100.0)
    """The first step's size; it falls linearly to zero."""

    set_op_mix_ratio: float = Field(default=1.0, ge=0.0, le=1.0)
    """1 keeps an edge that either end sees (union), 0 only one that both ends see (intersection)."""

    local_connectivity: float = Field(default=1.0, ge=0.0, le=100.0)
    """How many nearest neighbours count as fully connected; may be fractional."""

    @model_validator(mode="after")
    def _min_dist_within_spread(self) -> Self:
        if self.min_dist > self.spread:
            raise ValueError(f"min_dist {self.min_dist} is larger than spread {self.spread}; it must not be")
        return self

    def epochs(self, rows: int) -> int:
        """Return how many passes a layout of `rows` rows takes."""
        return self.n_epochs or (EPOCHS_SMALL if rows <= SMALL else EPOCHS_LARGE)
