"""What a user may set."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["PhrasesOptions", "TopicOptions"]


class TopicOptions(ComponentOptions):
    """Options of `nomic-topic`.

    Attributes:
        depths: how many nested depths; None: 2 below 10,000 rows, 3 below 500,000, 4 above.
        broadest: topics at depth 1 at most; None chooses by size (11 for 5,000 rows, never over 16).
        fan_out: how many times more topics each further depth has at most.
        min_topic_size: rows below which a group joins another one, at every depth.
        n_neighbors: neighbours per row whose ties decide what belongs together.
        cells_per_topic: how many fine cells of density a topic of the deepest level is built from.
        cap: softly holds topics below `cap` times the mean size; None lets them grow (for truly unequal data).
        guard: look for structure first, and say one topic where there is none.
    """

    depths: int | None = Field(default=None, ge=1, le=6)
    broadest: int | None = Field(default=None, ge=1, le=500)
    fan_out: float = Field(default=3.5, ge=1.0, le=20.0)
    min_topic_size: int = Field(default=5, ge=1)
    n_neighbors: int = Field(default=15, ge=2, le=200)
    cells_per_topic: float = Field(default=6.0, ge=1.0, le=100.0)
    cap: float | None = Field(default=2.5, gt=0.0)
    guard: bool = True


class PhrasesOptions(ComponentOptions):
    """Options of the `phrases` labeler.

    Attributes:
        max_terms: terms in a label at most, joined by " · ".
        keywords: how many keywords a topic gets at most.
        exemplars: how many rows stand for a topic at most.
        max_documents: texts that are read at most. Of more a sample over the finest topics is read, 64 for each of
            them and 10,000 at least.
        max_characters: how much of each text is read, from its start.
    """

    max_terms: int = Field(default=2, ge=1, le=4)
    keywords: int = Field(default=12, ge=1, le=50)
    exemplars: int = Field(default=5, ge=0, le=100)
    max_documents: int = Field(default=20_000, ge=100)
    max_characters: int = Field(default=2_000, ge=20)
