"""Threads that run compiled loops over ranges of points."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

__all__ = ["Workers", "parts_of"]

# Below this many points a thread's start costs more than it saves.
WORTH_THREADS = 20_000
# Parts of a range: enough that threads end together, few enough that starting them costs nothing.
PARTS = 8


class Workers:
    """Runs a function for 0 to `count` - 1, on several threads if that pays.

    A plain thread pool and not numba's: its threads sleep while they wait, and a second thread that compiles or works
    at the same time does no harm.
    """

    def __init__(self, jobs: int, rows: int) -> None:
        """Take at most `jobs` threads for work on `rows` points."""
        self._pool = ThreadPoolExecutor(jobs) if jobs > 1 and rows >= WORTH_THREADS else None

    def run(self, function: Callable[[int], object], count: int) -> None:
        """Call `function` for every number below `count`; raises what it raises."""
        if self._pool is None:
            for part in range(count):
                function(part)
        else:
            list(self._pool.map(function, range(count)))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()


def parts_of(rows: int) -> list[tuple[int, int]]:
    """Return the ranges that `rows` points are worked off in."""
    cuts = [rows * part // PARTS for part in range(PARTS + 1)]
    return list(itertools.pairwise(cuts))
