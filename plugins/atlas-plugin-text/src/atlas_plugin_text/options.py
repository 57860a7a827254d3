"""What can be set on the embedder."""

from __future__ import annotations

from typing import Literal

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["UniversalSentenceEncoderOptions"]


class UniversalSentenceEncoderOptions(ComponentOptions):
    """Options of `use-multilingual-v3`."""

    max_characters: int = Field(default=20_000, ge=100, le=10_000_000)
    """How much of a text is read, in characters; what comes after is ignored. Costs about 20 µs a character."""

    window_characters: int = Field(default=2_000, ge=100, le=20_000)
    """Longer texts are cut at blanks into windows of at most this many characters, whose vectors are averaged."""

    long_text_mode: Literal["truncate", "mean"] = "mean"
    """What becomes of a text longer than a window: "mean" reads all windows, "truncate" the first one only."""
