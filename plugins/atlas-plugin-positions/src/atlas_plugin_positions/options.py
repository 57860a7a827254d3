"""What one can ask of the projector `positions`."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["PositionsOptions"]


class PositionsOptions(ComponentOptions):
    """Options of `positions`."""

    x: str = Field(default="x", min_length=1)
    """The column of the horizontal place."""

    y: str = Field(default="y", min_length=1)
    """The column of the vertical place."""
