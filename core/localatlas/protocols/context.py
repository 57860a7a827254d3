"""What a component is given to work with besides its input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Context", "Executor", "Resources"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Resources:
    """What one batch of work needs.

    Attributes:
        processes: how many batches may run at once; 1 asks for this process.
        device: "cpu", "cuda" or what the executor knows.
    """

    processes: int = 1
    device: str = "cpu"


@runtime_checkable
class Executor(Protocol):
    """Where batches run: this process, a pool of processes, a cluster."""

    def map_batches(
        self,
        function: Callable[[Batch], Result],
        batches: Iterable[Batch],
        resources: Resources,
    ) -> Iterator[Result]:
        """Yield `function(batch)` for every batch, in order, as they get ready.

        The function and the batches must pickle (cloudpickle). Each worker process has one thread per
        numeric library. Closing the iterator early stops the batches that have not started.
        """
        ...


def _silent(fraction: float, message: str) -> None:
    """Drop a progress report."""


def _unseen(positions: NDArray[np.float32], rows: NDArray[np.integer] | None) -> None:
    """Drop a preview."""


@dataclass(frozen=True)
class Context:
    """Lent to every working method of a component.

    Attributes:
        seed: every random choice must follow from it.
        n_jobs: how many cores the component may use.
        device: "cpu", or an accelerator that the user named.
        cache: a folder of this component's own that outlives the build (compiled code, converted weights).
        executor: where to send batches of work; `None` means: work in this process.
        report: receives `(fraction, message)`; use `progress`.
        show: receives `(positions, rows)` of a layout on the way; use `preview`.
    """

    seed: int = 0
    n_jobs: int = 1
    device: str = "cpu"
    cache: Path = field(default_factory=Path)
    executor: Executor | None = None
    report: Callable[[float, str], None] = _silent
    show: Callable[[NDArray[np.float32], NDArray[np.integer] | None], None] = _unseen

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far the work has come, 0..1. Raises to cancel the build, so let it through."""
        self.report(min(max(float(fraction), 0.0), 1.0), message)

    def preview(self, positions: NDArray[np.float32], rows: NDArray[np.integer] | None = None) -> None:
        """Show how a layout looks so far: a projector may call this with every report of its progress.

        Most calls do nothing but look at the clock: every two seconds or more, a sample of the points is kept for
        whoever watches the build. Nothing comes of it for the result.

        Args:
            positions: float32 [N, 2], where the rows lie now; read during the call only.
            rows: int [N], the row of the index that each position is of; None for all in order.
        """
        self.show(positions, rows)

    def random(self) -> np.random.Generator:
        """Return a new generator that follows from the seed."""
        return np.random.default_rng(self.seed)

    def with_(self, **changes: Any) -> Context:
        """Return a copy with some attributes replaced."""
        return replace(self, **changes)
