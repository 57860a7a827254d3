"""Rows from a pipe."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

__all__ = ["spooled"]


@contextmanager
def spooled(sources: Sequence[str]) -> Generator[list[str], None, None]:
    """Yield the sources, with a file of what comes through the pipe in place of `-`; the file is gone afterwards."""
    if "-" not in sources:
        yield list(sources)
        return
    if sys.stdin.isatty():
        raise click.UsageError("- reads JSON lines from a pipe, and nothing is piped in.")
    with tempfile.TemporaryDirectory(prefix="localatlas-") as folder:
        path = Path(folder) / "stdin.jsonl"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield [str(path) if source == "-" else source for source in sources]
