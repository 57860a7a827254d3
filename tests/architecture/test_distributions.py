"""Every plugin has the same shape: know one and you know all."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from localatlas.protocols import ComponentOptions
from source_tree import ROOT, Distribution, distributions, plugins, requirement_name, tree

HOOKS = "localatlas.hooks"
KINDS = {
    "localatlas.duplicate_detectors",
    "localatlas.embedders",
    "localatlas.executors",
    "localatlas.neighbors",
    "localatlas.projectors",
    "localatlas.storage",
    "localatlas.topic_labelers",
    "localatlas.topic_models",
}
DECLARATIONS = ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.If


def entry_points(plugin: Distribution) -> dict[str, dict[str, str]]:
    """Return a plugin's entry points by group."""
    groups: dict[str, dict[str, str]] = plugin.project.get("entry-points", {})
    return groups


def components(plugin: Distribution) -> dict[str, Any]:
    """Return the classes a plugin gives, loaded, by `group/name`."""
    return {
        f"{group}/{name}": getattr(importlib.import_module(target.partition(":")[0]), target.partition(":")[2])
        for group, entries in entry_points(plugin).items()
        for name, target in entries.items()
        if group != HOOKS
    }


def test_it_has_the_files_of_the_house(plugin: Distribution) -> None:
    wanted = ["README.md", "tests/test_conformance.py"]
    wanted += [f"src/{plugin.module}/{name}" for name in ("__init__.py", "options.py", "py.typed")]
    missing = [name for name in wanted if not (plugin.folder / name).is_file()]
    # A plugin of hooks alone has no component whose options or conformance there could be.
    hooks_only = set(entry_points(plugin)) == {HOOKS}
    missing = [name for name in missing if not (hooks_only and name.endswith(("options.py", "test_conformance.py")))]
    assert not missing, f"{plugin.folder.name} lacks {missing}"
    assert len(plugin.sources()) > (1 if hooks_only else 2), "the work lies in a module named after its kind"
    assert [path.name for path in plugin.package.parent.iterdir() if path.is_dir()] == [plugin.module]
    assert not list(plugin.folder.glob("tests/**/__init__.py")), "tests are imported by path; __init__.py breaks that"


def test_it_is_named_and_bounded_by_the_rule(plugin: Distribution) -> None:
    project = plugin.project
    assert project["name"] == plugin.folder.name
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert project["requires-python"] == ">=3.11"
    assert project["license"] == "Apache-2.0"
    assert project["readme"] == "README.md"
    assert project["dependencies"][0] == "localatlas>=0.1,<1"
    loose = [part for part in plugin.dependencies if not re.search(r"[>=~]=|@", part)]
    assert not loose, f"without a lowest version: {loose}"
    assert plugin.pyproject["build-system"]["build-backend"] == "hatchling.build"
    assert plugin.pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [f"src/{plugin.module}"]


def test_its_readme_says_what_it_gives(plugin: Distribution) -> None:
    text = (plugin.folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {plugin.folder.name}\n")
    names = [name for group, entries in entry_points(plugin).items() for name in entries if group != HOOKS]
    assert not [name for name in names if name not in text], "every name that can be chosen is in the README"


def test_its_package_module_is_declaration_only(plugin: Distribution) -> None:
    body = tree(plugin.package / "__init__.py").body
    assert ast.get_docstring(tree(plugin.package / "__init__.py"))
    lazy = {"__getattr__", "__dir__"}
    wrong = [
        node.lineno
        for node in body[1:]
        if not isinstance(node, DECLARATIONS) and not (isinstance(node, ast.FunctionDef) and node.name in lazy)
    ]
    assert not wrong, f"{plugin.module}/__init__.py does more than declare, in lines {wrong}"


def test_its_entry_points_are_in_known_groups_and_in_its_own_package(plugin: Distribution) -> None:
    groups = entry_points(plugin)
    assert groups, f"{plugin.folder.name} gives nothing"
    assert set(groups) <= KINDS | {HOOKS}
    for entries in groups.values():
        for target in entries.values():
            assert target.partition(":")[0].partition(".")[0] == plugin.module


@pytest.mark.plugins
def test_its_components_take_options_that_all_have_defaults(plugin: Distribution, tmp_path: Path) -> None:
    for name, component in components(plugin).items():
        assert inspect.isroutine(component.__init__), f"{name} is not a class"
        assert issubclass(component.Options, ComponentOptions), f"{name}.Options is not a ComponentOptions"
        # A storage backend cannot guess where; everything else has a default.
        where = {"address": str(tmp_path)} if name.startswith("localatlas.storage/") else {}
        options = component.Options(**where)
        assert component.Options.model_validate_json(options.model_dump_json()) == options
        assert list(inspect.signature(component).parameters) == ["options"]
        assert vars(component(options)) == {"options": options}, f"{name}.__init__ does more than store its options"


@pytest.mark.plugins
def test_its_hooks_can_be_imported(plugin: Distribution) -> None:
    for target in entry_points(plugin).get(HOOKS, {}).values():
        module = importlib.import_module(target)
        assert [name for name in vars(module) if name.startswith("localatlas_")], f"{target} answers no hook"


@pytest.mark.parametrize(
    "bridge",
    [pytest.param(found, id=found.folder.name) for found in distributions() if found not in plugins()],
)
def test_what_is_no_plugin_is_bounded_like_one(bridge: Distribution) -> None:
    project, name = bridge.project, bridge.folder.name
    assert name.startswith("localatlas-"), "plugins are named atlas-plugin-x; what bridges to something, localatlas-x"
    assert project["name"] == name
    assert (project["license"], project["readme"], project["requires-python"]) == ("Apache-2.0", "README.md", ">=3.11")
    assert project["dependencies"][0] == "localatlas>=0.1,<1"
    assert not [part for part in bridge.dependencies if ">=" not in part]
    packages = [path for path in (bridge.folder / "src").iterdir() if path.is_dir()]
    wanted = [f"src/{path.name}" for path in packages]
    assert bridge.pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == wanted
    assert all((path / "py.typed").is_file() for path in packages)
    assert (bridge.folder / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")
    assert list(bridge.folder.glob("tests/test_*.py"))
    assert not list(bridge.folder.glob("tests/**/__init__.py"))


def test_no_two_plugins_here_give_one_name() -> None:
    given = [entry_points(plugin).items() for plugin in plugins()]
    names = [(group, name) for groups in given for group, entries in groups for name in entries]
    assert not [name for name, times in Counter(names).items() if times > 1]


def test_the_extras_name_plugins_that_are_here() -> None:
    extras = Distribution(ROOT).project["optional-dependencies"]
    named = {requirement_name(part) for extra in extras.values() for part in extra}
    here = {found.folder.name for found in distributions()}
    assert {name for name in named if name.startswith("atlas-plugin-")} <= here


def test_the_core_is_bounded_like_its_plugins() -> None:
    project = Distribution(ROOT).project
    assert project["requires-python"] == ">=3.11"
    assert all(">=" in part for part in project["dependencies"])
    assert (ROOT / "core" / "localatlas" / "py.typed").is_file()
