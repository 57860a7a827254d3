"""The command `localatlas`."""

from __future__ import annotations

from localatlas.cli.app import main

__all__ = ["main"]
