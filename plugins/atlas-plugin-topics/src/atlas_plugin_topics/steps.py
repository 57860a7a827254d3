"""Reports of how far a piece of work has come, so that it can be watched and cancelled."""

from __future__ import annotations

from collections.abc import Callable

from localatlas.protocols import Context

__all__ = ["TEXTS_AT_ONCE", "Report", "stretch", "unheard"]

Report = Callable[[float], None]

# Texts between two reports: some hundredths of a second.
TEXTS_AT_ONCE = 1_024


def unheard(done: float) -> None:
    """Report to nobody."""


def stretch(context: Context, start: float, stop: float, message: str) -> Report:
    """Return what reports 0..1 as `start`..`stop` of the whole."""
    return lambda done: context.progress(start + done * (stop - start), message)
