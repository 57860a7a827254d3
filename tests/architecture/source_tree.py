"""What the rules of the house are read from: the repository's files, its distributions and their syntax trees."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "localatlas"
IMPORTERS = {"import_module", "__import__", "find_spec", "importorskip"}
# What is read where the checkout carries no git.
NOT_OURS = {".git", ".nox", ".venv", "node_modules", "dist", "build", "static", "__pycache__", ".pytest_cache"}


@dataclass(frozen=True)
class Import:
    """One import of a module: `from module import names`, or `import module` without names."""

    module: str
    names: tuple[str, ...]
    line: int

    @property
    def root(self) -> str:
        """The top-level package."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Distribution:
    """A folder with a pyproject.toml."""

    folder: Path

    @functools.cached_property
    def pyproject(self) -> dict[str, Any]:
        """The contents of pyproject.toml."""
        return tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))

    @property
    def project(self) -> dict[str, Any]:
        """Its table `project`."""
        table: dict[str, Any] = self.pyproject["project"]
        return table

    @property
    def module(self) -> str:
        """The name of its package by the rule of the house."""
        return self.folder.name.replace("-", "_")

    @property
    def package(self) -> Path:
        """The folder of its package."""
        return self.folder / "src" / self.module

    @property
    def dependencies(self) -> list[str]:
        """All requirements, those of extras included."""
        extras = self.project.get("optional-dependencies", {})
        return [*self.project.get("dependencies", []), *(part for extra in extras.values() for part in extra)]

    @property
    def test_dependencies(self) -> list[str]:
        """What its own tests need besides."""
        group: list[str] = self.pyproject.get("dependency-groups", {}).get("test", [])
        return group

    def sources(self) -> list[Path]:
        """The Python files of its package."""
        return sorted(self.package.rglob("*.py"))


def requirement_name(requirement: str) -> str:
    """Return the normalised distribution name at the start of a requirement."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def distributions() -> list[Distribution]:
    """Return every distribution but the core."""
    found = [path.parent for folder in ("plugins", "contrib") for path in ROOT.glob(f"{folder}/*/pyproject.toml")]
    return [Distribution(folder) for folder in sorted(found)]


def plugins() -> list[Distribution]:
    """Return the distributions that have the shape of a plugin."""
    return [found for found in distributions() if found.folder.name.startswith("atlas-plugin-")]


def core_sources() -> list[Path]:
    """Return the Python files of the core."""
    return sorted(CORE.rglob("*.py"))


def core_module(path: Path) -> str:
    """Return the module name of a file of the core."""
    parts = path.relative_to(CORE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[Import]:
    """Yield every import of a file, at any depth, those by name through importlib included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, (), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield Import(node.module, tuple(alias.name for alias in node.names), node.lineno)
        elif isinstance(node, ast.Call) and called(node) in IMPORTERS:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Import(first.value, (), node.lineno)


def called(call: ast.Call) -> str:
    """Return the last name of what a call calls."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def is_standard(module: str) -> bool:
    """Tell whether a top-level module is Python's own."""
    return module in sys.stdlib_module_names or module == "__future__"


def where(path: Path, line: int) -> str:
    """Return `folder/file.py:12`, from the root of the repository."""
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Return the repository's own files: those git tracks or would track."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))
