"""Where the tables go, and what stands above each."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "benchmarks.md"
SEED = 42


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Put a text between its two marks on a page."""
    head, mark, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->")
    if not mark:
        raise SystemExit(f"{page} has no mark <!-- {name} -->")
    tail = rest.partition(f"<!-- end of {name} -->")[2]
    page.write_text(f"{head}{mark}\n\n{text}\n\n<!-- end of {name} -->{tail}", encoding="utf-8")


def versions(names: Iterable[str]) -> str:
    """Return what a reader has to know to measure again."""
    listed = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    python = ".".join(str(part) for part in sys.version_info[:3])
    return f"Python {python}, {len(os.sched_getaffinity(0))} cores, seed {SEED}, {listed}."


def load() -> str:
    """Return how busy the machine is: on one that others use too, times are longer than they need be."""
    return (
        f"Load average at the end: {os.getloadavg()[0]:.1f}; more than the number of cores means other work beside it."
    )
