"""Lets components compile while the embedder works in other processes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

from localatlas.protocols import SupportsWarmup
from localatlas.resolve import Choice

__all__ = ["warming"]

log = logging.getLogger(__name__)


@contextmanager
def warming(choices: Iterable[Choice[Any] | None]) -> Generator[None, None, None]:
    """Run every `warmup` in one thread beside the block; wait for it at the end."""
    able = [choice for choice in choices if choice is not None and isinstance(choice.component, SupportsWarmup)]
    thread = threading.Thread(target=_warm, args=(able,), name="localatlas-warmup", daemon=True)
    if able:
        thread.start()
    try:
        yield
    finally:
        if able:
            thread.join()


def _warm(choices: Iterable[Choice[SupportsWarmup]]) -> None:
    for choice in choices:
        try:
            choice.component.warmup()
        except Exception:
            # The stage itself will meet the same fault and report it with everything the user needs.
            log.debug("%s: warmup failed", choice.entry, exc_info=True)
