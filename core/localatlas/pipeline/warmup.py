"""Lets components compile while the embedder works in other processes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from localatlas.protocols import SupportsWarmup
from localatlas.resolve import Choice

__all__ = ["warming"]

LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 1.0

log = logging.getLogger(__name__)


@contextmanager
def warming(
    choices: Iterable[Choice[Any] | None], waiting: Callable[[], None] = lambda: None
) -> Generator[None, None, None]:
    """Run every `warmup` in one thread beside the block; wait for it at the end.

    `waiting` is called several times a second meanwhile, and may raise. What is raised is not held up by compilers.
    """
    able = [choice for choice in choices if choice is not None and isinstance(choice.component, SupportsWarmup)]
    thread = threading.Thread(target=_warm, args=(able,), name="localatlas-warmup", daemon=True)
    if able:
        thread.start()
    try:
        yield
        while thread.is_alive():
            waiting()
            thread.join(LOOK_SECONDS)
    except BaseException:
        # A process that ends while its compiler works may crash; most compilations are over in a moment.
        if able:
            thread.join(PATIENCE_SECONDS)
        raise


def _warm(choices: Iterable[Choice[SupportsWarmup]]) -> None:
    for choice in choices:
        try:
            choice.component.warmup()
        except Exception:
            # The stage itself will meet the same fault and report it with everything the user needs.
            log.debug("%s: warmup failed", choice.entry, exc_info=True)
