"""Which items go through a network together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_length"]


def by_length(lengths: Sequence[int], size: int) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of batches of at most `size`, longest first: what is padded is work that is thrown away."""
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]
