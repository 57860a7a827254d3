"""Where batches run: in this process, or in a pool of worker processes on this machine."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from localatlas.protocols import ComponentOptions, Resources

__all__ = ["InlineExecutor", "ProcessExecutor"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")


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
    """Runs batches in joblib's loky workers, one thread per numeric library in each.

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
        return self._in_workers(function, batches, resources)

    def _in_workers(
        self, function: Callable[[Batch], Result], batches: Iterable[Batch], resources: Resources
    ) -> Generator[Result, None, None]:
        import joblib

        with joblib.parallel_config(backend="loky", n_jobs=resources.processes, inner_max_num_threads=1):
            # A short queue ahead of the workers: a cancelled build must not wait for a long one.
            parallel = joblib.Parallel(return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
            results = parallel(joblib.delayed(function)(batch) for batch in batches)
            try:
                for result in results:  # noqa: UP028  `yield from` would close them before the warning is muted
                    yield result
            finally:
                with warnings.catch_warnings():
                    # joblib advises against what cancelling a build is: leaving batches undone.
                    warnings.filterwarnings("ignore", category=UserWarning, module=r"joblib\.parallel")
                    results.close()
