"""Distributions as pip leaves them, in a folder that is on sys.path."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

__all__ = ["install"]


def install(site: Path, distribution: str, module: str, source: str, points: dict[str, dict[str, str]]) -> None:
    """Write a module and its metadata, version 1.2; `points` are entry points by group and name."""
    info = site / f"{distribution.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {target}" for name, target in names.items()), ""])
        for group, names in points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups))
    (site / f"{module}.py").write_text(dedent(source))
