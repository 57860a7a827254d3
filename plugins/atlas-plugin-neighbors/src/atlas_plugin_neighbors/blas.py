"""Blocks of rows side by side, each on one BLAS thread."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

__all__ = ["Report", "in_blocks", "one_blas_thread", "part", "unheard"]

# Receives the share of some work that is done, 0..1; what it raises ends the work.
Report = Callable[[float], None]


def unheard(_done: float) -> None:
    """Hear a report and do nothing."""


def part(report: Report, begin: float, end: float) -> Report:
    """Return the report of work that is part of other work, from its share `begin` to `end`; never beyond."""
    return lambda done: report(min(begin + done * (end - begin), end))


def in_blocks(
    work: Callable[[int, int], None],
    n: int,
    size: int,
    threads: int,
    report: Report = unheard,
) -> None:
    """Call `work(start, stop)` for blocks of `size` rows of `n`, on some threads.

    The blocks do not depend on the number of threads, so neither does what they compute. `report` receives the share
    that is done; what it raises ends the work.
    """
    starts = range(0, n, size)
    with one_blas_thread(), ThreadPoolExecutor(max(threads, 1)) as pool:
        waiting = [pool.submit(work, start, min(start + size, n)) for start in starts]
        try:
            for done, future in enumerate(waiting, start=1):
                future.result()
                report(done / len(waiting))
        finally:
            pool.shutdown(cancel_futures=True)


def one_blas_thread() -> Any:
    """Return a context in which each product takes one thread.

    Blocks side by side spread all of the work over the cores, not the products alone, and no product is split
    differently on another number of cores.
    """
    return _controller().limit(limits=1, user_api="blas")


@lru_cache(maxsize=1)
def _controller() -> Any:
    """Return threadpoolctl's handle on the BLAS of numpy; finding it takes 10 ms and more."""
    return importlib.import_module("threadpoolctl").ThreadpoolController()
