"""Memory that is mapped from files, given back when nobody needs it for a while."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_MAPPED", "mapped_bytes", "release"]

# So much of files may be mapped before it is given back, libraries included, which take some 200 MB.
MOST_MAPPED = 600_000_000
STATM = Path("/proc/self/statm")


def mapped_bytes() -> int:
    """Return how much of this process's memory is mapped from files; 0 where the system does not say."""
    try:
        return int(STATM.read_text(encoding="ascii").split()[2]) * mmap.PAGESIZE
    except OSError:
        return 0


def release(*arrays: NDArray[np.generic]) -> None:
    """Let the system take the pages of memory-mapped arrays back; whoever reads them again finds them unchanged.

    They count as memory of this process as long as they are mapped, although they are the file's. What was written
    through a mapping is in the system's cache and is not lost.
    """
    advice = getattr(mmap, "MADV_DONTNEED", None)
    for array in arrays:
        base: object = array
        while isinstance(base, np.ndarray):
            # A private mapping (mode "c") would lose what was written.
            if isinstance(base, np.memmap) and base.mode not in {"r", "r+", "w+"}:
                break
            base = base.base
        if advice is not None and isinstance(base, mmap.mmap):
            base.madvise(advice)
