"""Reports of how far a piece of work has come, so that it can be watched and cancelled."""

from __future__ import annotations

from collections.abc import Callable

from localatlas.protocols import Context

__all__ = ["Report", "reports", "stretch", "unheard"]

Report = Callable[[float], None]


def unheard(done: float) -> None:
    """Report to nobody."""


def stretch(context: Context, start: float, stop: float) -> Context:
    """Return a context whose progress 0..1 is `start`..`stop` of the whole."""

    def report(fraction: float, message: str) -> None:
        context.progress(start + fraction * (stop - start), message)

    return context.with_(report=report)


def reports(context: Context, start: float, stop: float, message: str) -> Report:
    """Return what reports 0..1 of one step as `start`..`stop` of the whole."""
    return lambda done: context.progress(start + done * (stop - start), message)
