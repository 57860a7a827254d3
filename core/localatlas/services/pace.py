"""How fast requests may go out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["Pace"]

MINUTE = 60.0


class Pace:
    """Spreads units (requests, tokens) evenly over time. Safe to share between threads."""

    def __init__(self, per_minute: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Let `per_minute` units go out in a minute; None is no limit."""
        self._each = 0.0 if per_minute is None else MINUTE / per_minute
        self._clock = clock
        self._free = clock()
        self._lock = threading.Lock()

    def delay(self, units: float = 1.0) -> float:
        """Take a turn for some units, and return the seconds to wait until it comes."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._free)
            self._free = turn + units * self._each
            return turn - now
