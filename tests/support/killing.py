"""How a script kills its own process where it is told to: `arm(stage, moment)`.

`stage` is a stage of the build; `moment` is "before" (its work has not begun), "during" (after its first sign of
progress: pass `dies_during(stage, moment)` as `progress`) or "after" (its result is safe, the next one has not begun).
Stage "put" with a number kills before that write of the commit.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from localatlas import hooks
from localatlas.hookspecs import hookimpl
from localatlas.pipeline import sequence


def die() -> None:
    """End this process as no handler can prevent."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(stage: str, moment: str) -> None:
    """Have this process die there."""
    hooks.register(Killer(stage, moment))
    if stage == "put":
        original = sequence.commit
        sequence.commit = lambda store, *rest: original(Counting(store, int(moment)), *rest)


def dies_during(stage: str, moment: str) -> Callable[[str, float, float, str], None]:
    """Return a listener to progress that dies at a stage's first sign of it, where `moment` says so."""

    def listen(now: str, fraction: float, overall: float, message: str) -> None:
        if (now, moment) == (stage, "during") and fraction > 0:
            die()

    return listen


class Killer:
    """Dies before or after a stage."""

    def __init__(self, stage: str, moment: str) -> None:
        self.stage, self.moment = stage, moment

    @hookimpl
    def localatlas_before_stage(self, stage: str) -> None:
        if (stage, "before") == (self.stage, self.moment):
            die()

    @hookimpl
    def localatlas_after_stage(self, stage: str) -> None:
        if (stage, "after") == (self.stage, self.moment):
            die()


class Counting:
    """Passes writes on to the store, and dies before one of them."""

    def __init__(self, store: Any, left: int) -> None:
        self.store, self.left = store, left

    def put(self, name: str, data: Any) -> None:
        if self.left == 0:
            die()
        self.left -= 1
        self.store.put(name, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)
