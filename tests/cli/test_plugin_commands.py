"""`localatlas plugins show`, `check` and `doctor`, as a person at the keyboard sees them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from installing import install
from localatlas import hooks, registries, registry

Localatlas = Callable[..., Any]

GOOD = '''
from localatlas.protocols import ComponentOptions
from pydantic import Field

class Options(ComponentOptions):
    """Options."""

    wide: int = Field(default=3, ge=1, le=20_000)
    """How wide
    it is."""

    slow: float | None = Field(default=None, gt=0)

class Mine:
    """A projector of mine."""
    Options = Options
    def __init__(self, options): self.options = options
    def project(self, index, context): ...
    def neighbors_needed(self, n): return 0
    def warmup(self): ...
'''


@pytest.fixture
def site(components: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path in which tests install plugins, which nobody has looked through yet."""
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._discovered.cache_clear()
    hooks.manager.cache_clear()
    yield tmp_path
    registry._discovered.cache_clear()
    hooks.manager.cache_clear()
    for name in [name for name in sys.modules if name.startswith("sample_")]:
        del sys.modules[name]


def projector(site: Path, distribution: str, module: str, name: str, source: str = GOOD) -> None:
    install(site, distribution, module, source, {"localatlas.projectors": {name: f"{module}:Mine"}})


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_plugin_is_shown_with_its_options(localatlas: Localatlas, site: Path) -> None:
    projector(site, "atlas-plugin-a", "sample_a", "mine")
    done = localatlas("plugins", "show", "mine")
    assert done.status == 0, done.err
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert lines == [
        "mine   projector   atlas-plugin-a 1.2",
        "sample_a:Mine",
        "",
        "A projector of mine.",
        "",
        "It also has  SupportsWarmup",
        "",
        "wide  int, 1 to 20,000, default 3",
        "    How wide it is.",
        "slow  float | None, above 0, default None",
    ]


def test_a_name_that_several_kinds_have_is_shown_for_each(localatlas: Localatlas, components: str) -> None:
    registries.executors.register("umap", registries.executors.load("inline"))
    shown = json.loads(localatlas("plugins", "show", "umap", "--json").out)
    assert [each["kind"] for each in shown] == ["projector", "executor"]
    assert shown[0]["options"][0] == {
        "name": "n_neighbors", "type": "int", "default": "5", "range": "2 to 50", "doc": ""
    }  # fmt: skip


def test_an_unknown_name_is_refused_with_a_suggestion(localatlas: Localatlas, components: str) -> None:
    done = localatlas("plugins", "show", "umaps")
    assert done.status == 1
    assert "there is no plugin 'umaps', did you mean 'umap'?" in flat(done.err)


def test_a_sound_plugin_is_checked(localatlas: Localatlas, components: str) -> None:
    done = localatlas("plugins", "check", "inline")
    assert done.status == 0
    assert "✓ results come in order" in done.out
    assert "14 of 14 checks are as they should be" in done.out


def test_a_fault_is_told_with_its_check_and_the_status_says_so(localatlas: Localatlas, components: str) -> None:
    class Forgetful(registries.executors.load("inline")):  # type: ignore[misc]
        def map_batches(self, function: Any, batches: Any, resources: Any) -> Any:
            return map(function, list(batches))

    registries.executors.register("forgetful", Forgetful)
    done = localatlas("plugins", "check", "forgetful")
    assert done.status == 1
    assert "✗ batches are taken as needed   failed" in done.out
    assert "1000 batches were taken before the first result was asked for." in flat(done.out)
    known = localatlas("plugins", "check", "forgetful", "--expect", "batches_are_taken_as_needed=short streams only")
    assert known.status == 0
    assert "short streams only" in known.out
    again = localatlas("plugins", "check", "inline", "--expect", "batches_are_taken_as_needed=short streams only")
    assert again.status == 1
    assert "passed unexpectedly" in again.out


HOOKS = '''
"""Hooks of mine."""
from localatlas.hookspecs import hookimpl

@hookimpl
def localatlas_default(kind):
    """Choose."""
'''


def test_hooks_are_shown_and_checked_by_name(localatlas: Localatlas, site: Path) -> None:
    install(site, "atlas-plugin-h", "sample_h", HOOKS, {"localatlas.hooks": {"house": "sample_h"}})
    shown = localatlas("plugins", "show", "house")
    assert [line.rstrip() for line in shown.out.splitlines()] == [
        "house   hooks   atlas-plugin-h 1.2",
        "sample_h",
        "",
        "Hooks of mine.",
        "",
        "localatlas_default",
        "    Choose.",
    ]
    told = json.loads(localatlas("plugins", "show", "house", "--json").out)
    assert told[0]["hooks"] == {"localatlas_default": "Choose."}
    done = localatlas("plugins", "check", "atlas-plugin-h:house")
    assert done.status == 0, done.out + done.err
    assert "✓ hooks and their arguments exist" in done.out
    assert "2 of 2 checks are as they should be" in done.out


def test_a_misspelt_hook_is_told_by_check_and_by_the_doctor(localatlas: Localatlas, site: Path) -> None:
    misspelt = HOOKS.replace("localatlas_default", "localatlas_defaults")
    install(site, "atlas-plugin-h", "sample_h", misspelt, {"localatlas.hooks": {"house": "sample_h"}})
    install(site, "atlas-plugin-e", "sample_e", "1 / 0", {"localatlas.hooks": {"own": "sample_e"}})
    done = localatlas("plugins", "check", "house")
    assert done.status == 1
    assert "sample_h: there is no hook 'localatlas_defaults', did you mean 'localatlas_default'?" in flat(done.out)
    assert "✗ hooks 'atlas-plugin-h:house' hooks sample_h: there is no" in flat(localatlas("plugins", "doctor").out)
    broken = localatlas("plugins", "check", "own")
    assert broken.status == 1
    assert "✗ it can be imported failed" in flat(broken.out)
    assert "ZeroDivisionError: division by zero; reinstall or remove atlas-plugin-e" in flat(broken.out)


def test_a_sound_environment_has_no_findings(localatlas: Localatlas, site: Path) -> None:
    projector(site, "atlas-plugin-a", "sample_a", "mine")
    found = [each for each in json.loads(localatlas("plugins", "doctor", "--json").out) if "plugin-a " in each["who"]]
    assert found == []


def test_the_doctor_finds_what_is_wrong(localatlas: Localatlas, site: Path) -> None:
    projector(site, "atlas-plugin-a", "sample_a", "mine")
    projector(site, "atlas-plugin-b", "sample_b", "mine")
    projector(site, "atlas-plugin-c", "sample_c", "broken", "raise OSError('no driver')")
    projector(site, "atlas-plugin-d", "sample_d", "late")
    metadata = site / "atlas_plugin_d-1.2.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + "Requires-Dist: localatlas<8,>=7\n")
    install(site, "atlas-plugin-e", "sample_e", "1 / 0", {"localatlas.hooks": {"own": "sample_e"}})
    for name in ("nomic", "localatlas-nomic"):
        install(site, name, f"sample_{name[0]}", "", {})
    done = localatlas("plugins", "doctor")
    assert done.status == 1
    out = flat(done.out)
    assert "✗ projector 'mine' clash atlas-plugin-a 1.2 and atlas-plugin-b 1.2 give it." in out
    assert "→ say 'atlas-plugin-a:mine' or 'atlas-plugin-b:mine', or uninstall one" in out
    assert "sample_c:Mine: OSError: no driver. → reinstall or remove atlas-plugin-c" in out
    assert "✗ atlas-plugin-d 1.2 version it needs localatlas<8,>=7, but localatlas 0.1.0 is installed." in out
    assert "✗ hooks 'atlas-plugin-e:own' import ZeroDivisionError: division by zero." in out
    assert "'nomic', 'localatlas-nomic' nomic both give the module `nomic`" in out
    assert max(len(line) for line in done.out.splitlines()) <= 80


def test_a_plugin_for_another_version_says_so_when_it_is_used(localatlas: Localatlas, site: Path) -> None:
    projector(site, "atlas-plugin-d", "sample_d", "late")
    metadata = site / "atlas_plugin_d-1.2.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + "Requires-Dist: localatlas<8,>=7\n")
    done = localatlas("plugins", "show", "late")
    assert done.status == 1
    assert flat(done.err) == (
        "Error: projector 'late' (atlas-plugin-d 1.2) is not for this localatlas: it needs localatlas<8,>=7, but "
        "localatlas 0.1.0 is installed; `pip install --upgrade localatlas atlas-plugin-d` looks for versions of both "
        "that fit"
    )
