"""A hook that fails is named with its plugin, takes nothing down but its own, and loses nothing of the dataset."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from installing import install
from localatlas import AtlasDataset, hooks
from localatlas.errors import PluginFailedError
from localatlas.hookspecs import hookimpl
from localatlas.protocols import Map

pytestmark = pytest.mark.usefixtures("fresh")


class Guard:
    def __init__(self, stage: str) -> None:
        self.stage = stage

    @hookimpl
    def localatlas_before_stage(self, stage: str) -> None:
        if stage == self.stage:
            raise OSError("out of licences")


@pytest.mark.parametrize("stage", ["embed", "layout", "commit"])
def test_a_guard_that_fails_stops_the_build_by_name(stage: str, dataset: AtlasDataset) -> None:
    guard = hooks.register(Guard(stage), name="guard")
    with pytest.raises(PluginFailedError, match="guard failed in localatlas_before_stage: OSError: out of licences"):
        dataset.create_index(indexed_field="text", progress=False)
    assert dataset.maps == []
    hooks.unregister(guard)
    assert dataset.create_index(indexed_field="text", progress=False).status == "done"


class Viewer:
    @hookimpl
    def localatlas_open(self, map: Map) -> Any:  # noqa: A002  the hook's name for it
        raise RuntimeError("no display")


def test_a_viewer_that_fails_is_named(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    hooks.register(Viewer(), name="viewer")
    with pytest.raises(PluginFailedError, match="viewer failed in localatlas_open: RuntimeError: no display"):
        made.open(browser=False)


COMMANDS = """
from localatlas.hookspecs import hookimpl

@hookimpl
def localatlas_commands():
    {body}
"""
POINTS = {"localatlas.hooks": {"own": "atlas_plugin_shell"}}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no shell')", "atlas-plugin-shell:own failed in localatlas_commands: ValueError: no shell"),
        ("import nothing_like_it", "atlas-plugin-shell:own failed in localatlas_commands: ModuleNotFoundError"),
    ],
)
def test_a_plugin_whose_commands_fail_leaves_the_others(body: str, said: str, tmp_path: Path) -> None:
    install(tmp_path, "atlas-plugin-shell", "atlas_plugin_shell", COMMANDS.format(body=body), POINTS)
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from localatlas.cli import main; sys.exit(main(['--help']))"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert "plugins" in done.stdout
