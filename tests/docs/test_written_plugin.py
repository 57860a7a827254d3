"""The plugin that own-projector.md writes down is found, passes its own test and makes a map, as it stands there."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from fences import ROOT, fences

pytestmark = [pytest.mark.plugins, pytest.mark.slow]
PAGE = ROOT / "docs" / "howto" / "own-projector.md"
USE = """
import numpy as np
from localatlas import atlas

vectors = np.random.default_rng(0).normal(size=(40, 8))
made = atlas.map_data(embeddings=vectors, identifier="x", projection="smooth", topic_model=False, progress=False)
print(made.maps[0].record[0].plan.projector.qualified)
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the plugin, with what `pip install -e` would have put on the path for it."""
    folder = tmp_path_factory.mktemp("atlas-plugin-smooth")
    for fence in fences(PAGE):
        _, _, path = fence.info.partition(" file=")
        if path:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(fence.text + "\n", encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / "src" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = [
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(points))
    return folder


def run(plugin: Path, *arguments: str) -> str:
    """Run Python where the plugin is installed, and return what it printed."""
    environment = os.environ | {"PYTHONPATH": str(plugin / "src")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=plugin, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_test_passes(plugin: Path) -> None:
    assert " passed" in run(plugin, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(plugin), "tests")


def test_it_is_listed(plugin: Path) -> None:
    listed = run(plugin, "-c", "from localatlas.cli import main; main(['plugins', 'list'])")
    assert [line.split()[-4:] for line in listed.splitlines() if "smooth" in line] == [
        ["smooth", "atlas-plugin-smooth", "0.1.0", "package"]
    ]


def test_it_makes_a_map(plugin: Path) -> None:
    assert run(plugin, "-c", USE).split() == ["atlas-plugin-smooth:smooth"]
