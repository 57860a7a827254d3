"""What one can ask of the projector `nomic-project`."""

from __future__ import annotations

from typing import Literal, Self

from localatlas.protocols import ComponentOptions
from pydantic import Field, model_validator

__all__ = ["NomicProjectOptions", "more_steps"]

# Maps of so few rows get twice the steps and look twice as far, which costs them little; maps of so many neither.
SMALL, NOT_SHORT, NOT_NEAR = 2_000, 10_000, 20_000


def more_steps(rows: int) -> float:
    """Return how many times the steps of a large map a map of `rows` rows gets: from 2 for a small one to 1."""
    return 1.0 + _smallness(rows, NOT_SHORT)


def _smallness(rows: int, large: int) -> float:
    """Return 1 for a small map, 0 for a large one, and in between what lies in between."""
    return min(max((large - rows) / (large - SMALL), 0.0), 1.0)


class NomicProjectOptions(ComponentOptions):
    """Options of `nomic-project`, under the Atlas SDK's names; what they mean is our own."""

    n_neighbors: int = Field(default=10, ge=1, le=1000)
    """How many nearest rows pull a row; maps of fewer than three times as many rows use fewer."""

    n_epochs: int = Field(default=50, ge=1, le=10_000)
    """How long the points move: an epoch is 4 steps of all points, 8 up to 2,000 rows, fewer up to 10,000 rows, and
    above 50,000 rows (rows / 50,000)^0.1 times as many."""

    min_dist: float = Field(default=0.2, ge=0.0, le=10.0)
    """Neighbours nearer than this no longer pull each other; in layout units, where near points are about one apart."""

    spread: float = Field(default=0.5, ge=0.0, le=2.0)
    """How much sea lies between the lands: 0 an even map that keeps most neighbours, 0.5 a readable one, 1 islands."""

    local_neighborhood_size: int | None = Field(default=None, ge=1, le=1000)
    """Rank up to which further rows pull too until the points are nearly at rest, for the shape at large. None is twice
    `n_neighbors` up to 2,000 rows, and `n_neighbors`, so that none do, from 20,000 rows on."""

    rho: float = Field(default=0.0, ge=0.0, le=1.0)
    """How much more the nearest pull than the others: the pull of the neighbour of rank r is as exp(rho / r)."""

    init: Literal["pca", "random"] = "pca"
    """Where the points start: by two principal components, or anywhere."""

    terrain: bool = True
    """Whether the finished layout is drawn together into lands; False leaves it to the forces alone."""

    @model_validator(mode="after")
    def _local_neighborhood_holds_the_neighbors(self) -> Self:
        if self.local_neighborhood_size is not None and self.local_neighborhood_size < self.n_neighbors:
            raise ValueError(
                f"local_neighborhood_size {self.local_neighborhood_size} is smaller than n_neighbors "
                f"{self.n_neighbors}; give one at least as large, or none"
            )
        return self

    def reach(self, rows: int) -> int:
        """Return the rank of the furthest neighbour that is looked at on a map of `rows` rows."""
        if self.local_neighborhood_size is not None:
            return max(self.n_neighbors, self.local_neighborhood_size)
        return round(self.n_neighbors * (1.0 + _smallness(rows, NOT_NEAR)))
