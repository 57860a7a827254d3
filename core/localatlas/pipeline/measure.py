"""What a stage costs, from the operating system's own accounts."""

from __future__ import annotations

import resource
import sys
import time
from types import TracebackType
from typing import Self

__all__ = ["Meter"]

# ru_maxrss counts kilobytes on Linux and bytes on macOS.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Meter:
    """Measures wall time, CPU time and peak memory of a `with` block.

    Attributes:
        seconds: wall time.
        cpu_seconds: user and system time of this process, plus what workers reported to `add_cpu`.
        peak_mb: the highest resident memory this process ever had, in MB of 10^6 bytes.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.peak_mb = 0.0
        self._workers = 0.0

    def add_cpu(self, seconds: float) -> None:
        """Count CPU time that a worker process spent for this stage."""
        self._workers += seconds

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        self._cpu = time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start
        self.cpu_seconds = time.process_time() - self._cpu + self._workers
        self.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / 1e6
