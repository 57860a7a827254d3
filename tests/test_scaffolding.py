"""A new plugin of every kind installs, passes the kit, and is clean for mypy and ruff as it is written."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from localatlas import registries
from localatlas.errors import AtlasValueError
from localatlas.scaffolding import HOOKS, KINDS, write_plugin
from localatlas.testing import run_checks


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plugin of every kind."""
    parent = tmp_path_factory.mktemp("plugins")
    for kind in KINDS:
        write_plugin(f"my-{kind}", kind, parent)
    return parent


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != HOOKS])
def test_it_passes_the_kit(kind: str, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written / f"atlas-plugin-my-{kind}"
    monkeypatch.syspath_prepend(str(folder / "src"))
    # The kit also starts processes that write with it, and kills them.
    monkeypatch.setenv("PYTHONPATH", str(folder / "src"))
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    ((group, points),) = project["entry-points"].items()
    assert group in {registry.group for registry in registries.ALL}
    module, _, name = points[f"my-{kind}"].partition(":")
    component = getattr(importlib.import_module(module), name)
    assert [f"{result.name}: {result.message}" for result in run_checks(component) if not result.ok] == []


def test_hooks_are_taken_and_pass_their_own_test(written: Path) -> None:
    folder = written / "atlas-plugin-my-hooks"
    points = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["entry-points"]
    assert points == {"localatlas.hooks": {"my-hooks": "atlas_plugin_my_hooks.hooks"}}
    code = "import atlas_plugin_my_hooks.hooks as m; from localatlas import cli, hooks; hooks.register(m); cli.main()"
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    for command, said in (
        (["-c", code, "my-hooks"], "atlas-plugin-my-hooks sets no defaults."),
        (["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml"], "2 passed"),
    ):
        done = subprocess.run(
            [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert said in done.stdout, done.stdout + done.stderr


def test_ruff_finds_nothing_in_them(written: Path) -> None:
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."], cwd=written, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_mypy_finds_nothing_in_them(written: Path) -> None:
    sources = [str(path) for path in sorted(written.glob("*/src/*"))]
    config = written / "atlas-plugin-my-storage" / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--cache-dir", str(written / "cache")]
    done = subprocess.run([*command, *sources], cwd=written, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["", "My", "1st", "a--b", "a_b", "../x", "a" * 25])
def test_a_name_that_no_package_can_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(AtlasValueError, match="cannot be the name of a plugin: use at most 24 small letters"):
        write_plugin(name, "projector", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AtlasValueError, match="there is no kind 'magic'; there are 'projector', 'embedder'"):
        write_plugin("mine", "magic", tmp_path)


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    write_plugin("mine", "projector", tmp_path)
    with pytest.raises(AtlasValueError, match="atlas-plugin-mine is there already"):
        write_plugin("mine", "embedder", tmp_path)
