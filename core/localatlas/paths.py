"""Paths as people write them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["expanded"]


def expanded(path: str | Path) -> Path:
    """Return a path with `~` and `~user` replaced; one of a user who does not exist stays as it is written."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
