"""What one can ask of the duplicate detector `nomic-duplicates`."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["NomicDuplicatesOptions"]


class NomicDuplicatesOptions(ComponentOptions):
    """Options of `nomic-duplicates`."""

    duplicate_cutoff: float = Field(default=0.1, ge=0.0, le=2.0, allow_inf_nan=False)
    """Cosine distance in [0, 2] within which two rows say the same; 0 finds only equal directions."""

    certain: bool | None = None
    """Whether every close pair must be found for certain, by comparing all rows with each other.

    None: up to 50,000 rows. True costs 10 to 30 times as much from a million rows on. With False the lent neighbours
    are taken for complete where they reach beyond the cut-off, and checked on a sample of rows: where the sample shows
    that more than 1 % of the close pairs are missing, all rows are compared after all.
    """
