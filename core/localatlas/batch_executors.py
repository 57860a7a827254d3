"""Where batches run: in this process, or in a pool of worker processes on this machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from localatlas.protocols import ComponentOptions, Resources
from localatlas.worker_pools import pools

__all__ = ["InlineExecutor", "ProcessExecutor"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")

# Batches on their way for each worker: enough that none waits, and few, for a cancelled build leaves them undone.
AHEAD = 2


class InlineExecutor:
    """Runs every batch in this process, one after the other."""

    Options = ComponentOptions

    def __init__(self, options: Any = None) -> None:
        self.options = options

    def map_batches(
        self, function: Callable[[Batch], Result], batches: Iterable[Batch], resources: Resources
    ) -> Iterator[Result]:
        """Yield `function(batch)` for every batch; `resources` changes nothing here."""
        del resources
        return map(function, batches)


class ProcessExecutor:
    """Runs batches in loky's workers, one thread per numeric library in each.

    loky starts workers without importing the user's `__main__`, so that a script needs no main guard, and without
    fork, which Lance and BLAS do not survive.
    """

    Options = ComponentOptions

    def __init__(self, options: Any = None) -> None:
        self.options = options

    def map_batches(
        self, function: Callable[[Batch], Result], batches: Iterable[Batch], resources: Resources
    ) -> Iterator[Result]:
        """Yield the results in order; with one process asked for, work in this one."""
        if resources.processes <= 1:
            return map(function, batches)
        return _in_workers(function, batches, resources.processes)


def _in_workers(
    function: Callable[[Batch], Result], batches: Iterable[Batch], processes: int
) -> Generator[Result, None, None]:
    waiting: deque[Any] = deque()
    with pools.taken(processes) as workers:
        for batch in batches:
            waiting.append(workers.submit(function, batch))
            if len(waiting) >= AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
