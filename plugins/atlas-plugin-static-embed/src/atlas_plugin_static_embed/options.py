"""What can be set on the embedder."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["StaticEmbedOptions"]


class StaticEmbedOptions(ComponentOptions):
    """Options of `static`."""

    table: str = Field(default="default", min_length=1)
    """The name that a table was distilled under, or the path of its file."""

    max_characters: int = Field(default=20_000, ge=10, le=10_000_000)
    """How much of a text is read, in characters; what comes after is ignored."""
