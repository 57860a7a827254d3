"""`__all__` is exact: what a module defines for others is listed, and what is listed is there."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from source_tree import called, core_module, tree

# Run, never imported.
SCRIPTS = {"__main__"}
# Checks of the conformance kit; commands and groups of the command line.
REGISTERS = {"check", "command", "group"}


def listed(path: Path) -> list[str] | None:
    """Return the names in `__all__`, or None where there is none."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and "__all__" in assigned(node):
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def assigned(node: ast.Assign | ast.AnnAssign) -> set[str]:
    """Return the names that an assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def defined(path: Path) -> set[str]:
    """Return the public functions, classes and types a module defines; constants may stay a module's own matter."""
    names: set[str] = set()
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names |= {node.name} if not is_registered(node) else set()
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not is_own_matter(node.value):
            names |= assigned(node)
    return {name for name in names if not name.startswith("_") and not name.isupper()}


def is_registered(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Tell whether a definition is reached through what its decorator registers it with, not by its name."""
    return any(isinstance(part, ast.Call) and called(part) in REGISTERS for part in node.decorator_list)


def is_own_matter(value: ast.expr | None) -> bool:
    """Tell whether what is assigned serves the module's own annotations or its log."""
    return isinstance(value, ast.Call) and called(value) in {"ParamSpec", "TypeVar", "getLogger"}


def test_all_lists_every_public_name(core_source: Path) -> None:
    if core_source.stem in SCRIPTS:
        pytest.skip("a script")
    names = listed(core_source)
    if not core_source.read_text(encoding="utf-8").strip():
        pytest.fail(f"{core_module(core_source)} is empty: it needs a docstring at least")
    missing = defined(core_source) - set(names or [])
    assert not missing, f"{core_module(core_source)}.__all__ lacks {sorted(missing)}"


def test_all_lists_only_what_exists_once_in_order(core_source: Path) -> None:
    names = listed(core_source)
    if core_source.stem in SCRIPTS or names is None:
        pytest.skip("nothing is listed")
    module = importlib.import_module(core_module(core_source))
    gone = [name for name in names if not hasattr(module, name)]
    assert not gone, f"{module.__name__}.__all__ lists {gone}, which it does not have"
    assert len(names) == len(set(names)), f"{module.__name__}.__all__ lists a name twice"


def test_the_package_offers_what_the_sdk_offers() -> None:
    package = importlib.import_module("localatlas")
    assert {"AtlasDataset", "atlas", "embed"} <= set(package.__all__)
    assert set(package.__all__) <= set(dir(package)), "a lazy package needs a __dir__ for completion"
