"""Threads that run compiled loops over ranges of points."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
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
    at the same time does no harm. The caller works too, and each takes the next number when it is free: one thread has
    to be woken for two that work, once, and the slower one gets less.
    """

    def __init__(self, jobs: int, rows: int) -> None:
        """Take at most `jobs` threads for work on `rows` points."""
        self._others = jobs - 1 if rows >= WORTH_THREADS else 0
        self._pool = ThreadPoolExecutor(self._others) if self._others > 0 else None

    def run(self, function: Callable[[int], object], count: int) -> None:
        """Call `function` for every number below `count`; raises what it raises."""
        parts = iter(range(count))
        if self._pool is None:
            return _work_off(function, parts)
        helpers = [self._pool.submit(_work_off, function, parts) for _ in range(min(self._others, count - 1))]
        try:
            _work_off(function, parts)
        finally:
            # Nobody may still write to the caller's arrays when this returns, or raises.
            failed = [error for error in (helper.exception() for helper in helpers) if error is not None]
        if failed:
            raise failed[0]
        return None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()


def _work_off(function: Callable[[int], object], parts: Iterator[int]) -> None:
    # An iterator over a range gives each number to one thread only, since its next() holds Python's lock.
    for part in parts:
        function(part)


def parts_of(rows: int) -> list[tuple[int, int]]:
    """Return the ranges that `rows` points are worked off in."""
    cuts = [rows * part // PARTS for part in range(PARTS + 1)]
    return list(itertools.pairwise(cuts))
