"""Vectors that are mapped from a file, given back to the system once they are read.

They count as this process's memory as long as they are mapped, although they are the file's: 2 GB for a million rows of
512 numbers, which nobody reads again before the candidates are measured.
"""

from __future__ import annotations

import mmap

import numpy as np
from numpy.typing import NDArray

__all__ = ["release"]


def release(array: NDArray[np.float32]) -> None:
    """Let the system take an array's pages back if it is mapped from a file for reading; else do nothing.

    Whoever reads it again finds it unchanged.
    """
    base: object = array
    while isinstance(base, np.ndarray):
        # A private mapping (mode "c") would lose what was written.
        if isinstance(base, np.memmap) and base.mode not in {"r", "r+"}:
            return
        base = base.base
    advice = getattr(mmap, "MADV_DONTNEED", None)
    if advice is not None and isinstance(base, mmap.mmap):
        base.madvise(advice)
