"""How far a build has come: one number for the whole, told to whoever listens; where cancelling gets in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from localatlas.errors import AtlasError, BuildCancelled, BuildError

__all__ = ["STAGES", "Listener", "Progress", "silent"]

# Shares of the whole, from measured builds of 5,000 to 40,000 texts: what a user sees move should move evenly.
STAGES: dict[str, float] = {
    "snapshot": 0.01,
    "embed": 0.54,
    "neighbors": 0.08,
    "layout": 0.24,
    "topics": 0.08,
    "duplicates": 0.02,
    "pages": 0.02,
    "commit": 0.01,
}


class Listener(Protocol):
    """Receives every step of a build."""

    def __call__(self, stage: str, fraction: float, overall: float, message: str) -> None:
        """`fraction` of the stage and `overall` of the build are done, both in 0..1."""
        ...


def silent(stage: str, fraction: float, overall: float, message: str) -> None:
    """Listen to nothing."""


class Progress:
    """Adds the stages up and asks, at every report, whether to go on."""

    def __init__(self, listener: Listener = silent, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Tell `listener`; stop when `cancelled()` says so."""
        self._listener = listener
        self._cancelled = cancelled
        self._done = 0.0

    def stage(self, name: str) -> Callable[[float, str], None]:
        """Return what reports `(fraction, message)` of one stage; raises BuildCancelled when asked to stop."""

        def report(fraction: float, message: str = "") -> None:
            if self._cancelled():
                raise BuildCancelled(f"the build was cancelled during {name}; the same call goes on from there")
            self._tell(name, fraction, min(self._done + STAGES[name] * fraction, 1.0), message)

        report(0.0)
        return report

    def waiting(self, name: str, message: str) -> None:
        """Say what a stage that is done still waits for; raises BuildCancelled when asked to stop."""
        if self._cancelled():
            raise BuildCancelled(f"the build was cancelled after {name}; the same call goes on from there")
        self._tell(name, 1.0, min(self._done, 1.0), message)

    def finish(self, name: str, message: str = "") -> None:
        """Count a stage as done."""
        self._done += STAGES[name]
        self._tell(name, 1.0, min(self._done, 1.0), message)

    def _tell(self, stage: str, fraction: float, overall: float, message: str) -> None:
        try:
            self._listener(stage, fraction, overall, message)
        except AtlasError:
            raise
        except Exception as error:
            # Reports are made inside a plugin's work; the plugin is not to blame for who listens.
            raise BuildError(f"what listens to the progress failed: {type(error).__name__}: {error}") from error
