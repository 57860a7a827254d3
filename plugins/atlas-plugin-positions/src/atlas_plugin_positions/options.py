"""What one can ask of the projector `positions`."""

from __future__ import annotations

from typing import Self

from localatlas.protocols import ComponentOptions
from pydantic import Field, model_validator

__all__ = ["PositionsOptions"]


class PositionsOptions(ComponentOptions):
    """Options of `positions`."""

    x: str = Field(default="x", min_length=1)
    """The column of the horizontal place."""

    y: str = Field(default="y", min_length=1)
    """The column of the vertical place; another one."""

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.x == self.y:
            raise ValueError(f"x and y are both the column {self.x!r}; a place has two")
        return self
