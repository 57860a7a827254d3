"""Every component that a distribution of this repository gives is put through the conformance kit."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from source_tree import ROOT

# The kinds of the kit; a group of hooks has no component.
COMPONENTS = re.compile(r"localatlas\.(?!hooks$)\w+")
PLUGINS = sorted(path.parent for folder in ("plugins", "contrib") for path in ROOT.glob(f"{folder}/*/pyproject.toml"))


def components(plugin: Path) -> set[str]:
    """Return the names of the classes that a distribution's entry points name."""
    project = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project.get("entry-points", {})
    return {
        target.partition(":")[2] for group, points in groups.items() if COMPONENTS.fullmatch(group)
        for target in points.values()
    }  # fmt: skip


# Both run whatever model they are given; MiniLM, which shares their code, goes through the kit with real weights.
ELSEWHERE = {"MultilingualGTE", "SentenceTransformers"}
WITH_COMPONENTS = [plugin for plugin in PLUGINS if components(plugin)]


@pytest.mark.parametrize("folder", WITH_COMPONENTS, ids=lambda folder: folder.name)
def test_every_component_of_a_plugin_is_put_through_the_kit(folder: Path) -> None:
    assert (folder / "tests" / "test_conformance.py").is_file()
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "tests").glob("test_*.py")))
    missing = {name for name in components(folder) - ELSEWHERE if f"conformance({name}" not in source}
    assert not missing, f"no test of {folder.name} has a conformance(...) of {sorted(missing)}"
