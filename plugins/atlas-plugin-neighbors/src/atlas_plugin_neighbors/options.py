"""What can be set on the neighbour finders."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["ExactOptions", "NNDescentOptions"]


class ExactOptions(ComponentOptions):
    """Options of `exact`."""

    block_rows: int = Field(default=512, ge=1, le=16_384)
    """How many rows are compared with the others at once."""

    block_columns: int = Field(default=8_192, ge=1, le=1_048_576)
    """With how many others. Each core in use holds about 8 bytes x `block_rows` x `block_columns` (32 MiB)."""


class NNDescentOptions(ComponentOptions):
    """Options of `nn-descent`."""

    exact_below: int = Field(default=2_000, ge=0)
    """Up to this many rows the exact search is used: it is right, and faster than compiling NN-descent."""

    n_trees: int | None = Field(default=None, ge=1)
    """Random projection trees that the search starts from; None lets pynndescent choose by size."""

    n_iters: int | None = Field(default=None, ge=1)
    """Rounds of NN-descent at most; None lets pynndescent choose by size."""

    max_candidates: int | None = Field(default=None, ge=1)
    """Candidates a row and round; None lets pynndescent choose by the number of neighbours."""
