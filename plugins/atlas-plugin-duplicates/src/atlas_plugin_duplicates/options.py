"""What one can ask of the duplicate detector `nomic-duplicates`."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["NomicDuplicatesOptions"]


class NomicDuplicatesOptions(ComponentOptions):
    """Options of `nomic-duplicates`."""

    duplicate_cutoff: float = Field(default=0.1, ge=0.0, le=2.0, allow_inf_nan=False)
    """Cosine distance in [0, 2] within which two rows say the same; 0 finds only equal directions."""
