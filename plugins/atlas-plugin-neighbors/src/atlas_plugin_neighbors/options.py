"""What can be set on the neighbour finders."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["CellsOptions", "ExactOptions", "NNDescentOptions"]


class ExactOptions(ComponentOptions):
    """Options of `exact`."""

    block_rows: int = Field(default=512, ge=1, le=16_384)
    """How many rows are compared with the others at once."""

    block_columns: int = Field(default=8_192, ge=1, le=1_048_576)
    """With how many others. Each core in use holds about 8 bytes x `block_rows` x `block_columns` (32 MiB)."""


class CellsOptions(ComponentOptions):
    """Options of `cells`; the defaults find about 91 % of the 10 nearest of short texts."""

    exact_below: int = Field(default=10_000, ge=0)
    """Up to this many rows the exact search is used."""

    dimensions: int = Field(default=192, ge=2)
    """Principal axes that candidates are chosen by; vectors of no more dimensions are taken as they are."""

    cell_rows: int = Field(default=96, ge=1)
    """Rows in a cell, on average."""

    probes: int = Field(default=7, ge=1)
    """Cells whose rows a row is compared with, its own among them; more find more."""

    candidates: int = Field(default=24, ge=1)
    """Rows that are kept as candidates of each row, at least; half as many again as neighbours are asked for."""

    passes: int = Field(default=2, ge=0)
    """How often neighbours are asked for their neighbours."""

    reach: int = Field(default=12, ge=1)
    """How many neighbours are asked, and for how many."""


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
