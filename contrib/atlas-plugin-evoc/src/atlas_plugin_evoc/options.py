"""What can be set on the topic modeler."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["EVoCOptions"]


class EVoCOptions(ComponentOptions):
    """Options of `evoc`, under the library's names where it has them."""

    depths: int = Field(default=3, ge=1, le=6)
    """How many of EVoC's layers become depths at most, the finest always among them."""

    noise_level: float = Field(default=0.5, ge=0.0, le=1.0)
    """How much EVoC takes for noise at first; every row is placed in any case, so this decides what shapes topics."""

    base_min_cluster_size: int | None = Field(default=None, ge=2, le=1_000_000)
    """Rows of the smallest topic; None is 5 up to 2,500 rows, and from there a 500th of the rows."""

    n_neighbors: int = Field(default=15, ge=2, le=200)
    """Neighbours in EVoC's own graph, and those that vote on confidence and on rows that EVoC leaves out."""

    n_epochs: int = Field(default=50, ge=1, le=10_000)
    """Passes over the graph when EVoC embeds it."""

    min_similarity_threshold: float = Field(default=0.2, ge=0.0, le=1.0)
    """Layers more alike than this (Jaccard) are one."""

    def smallest(self, rows: int) -> int:
        """Return how many rows the smallest topic of a map has."""
        return self.base_min_cluster_size or max(5, round(rows / 500))
