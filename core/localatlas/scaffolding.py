"""A new plugin, written from templates: it installs and passes the kit, and its author puts the own method in."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from types import MappingProxyType

from localatlas.errors import AtlasValueError, listing

__all__ = ["HOOKS", "KINDS", "write_plugin"]

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What is written with a longer one would not fit the lines of a formatter.
LONGEST = 24


@dataclass(frozen=True)
class _Kind:
    """What differs between the plugins of two kinds, beside their templates.

    Attributes:
        words: what one is called in a sentence.
        group: its entry points'.
        file: the module of the component.
        uses: the libraries that the templates import.
        use: how it is chosen, for the README.
        beside: further modules, each of a template of that name.
    """

    words: str
    group: str
    file: str
    uses: tuple[str, ...]
    use: str
    beside: tuple[str, ...] = ()


def _option(argument: str) -> str:
    return f'```python\ndataset.create_index({argument}="$name")\n```'


KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "projector": _Kind(
            "projector", "localatlas.projectors", "projector", ("numpy", "pydantic"), _option("projection")
        ),
        "embedder": _Kind(
            "embedder", "localatlas.embedders", "embedder", ("numpy", "pydantic"), _option("embedding_model")
        ),
        "neighbors": _Kind(
            "neighbour finder",
            "localatlas.neighbors",
            "neighbor_finder",
            ("numpy", "pydantic"),
            '```python\nlocalatlas.configure(neighbors="$name")\n```',
        ),
        "topic-model": _Kind(
            "topic modeler", "localatlas.topic_models", "topic_modeler", ("numpy", "pydantic"), _option("topic_model")
        ),
        "topic-labeler": _Kind(
            "topic labeler",
            "localatlas.topic_labelers",
            "topic_labeler",
            ("numpy", "pydantic"),
            '```python\ndataset.create_index(topic_model={"labeler": "$name"})\n```',
        ),
        "duplicate-detector": _Kind(
            "duplicate detector",
            "localatlas.duplicate_detectors",
            "duplicate_detector",
            ("numpy", "pydantic"),
            _option("duplicate_detection"),
        ),
        "storage": _Kind(
            "storage backend",
            "localatlas.storage",
            "storage",
            ("pyarrow",),
            '```python\nlocalatlas.configure(home="$name:///folder/of/maps")\n```',
            ("dataset", "lock", "tables"),
        ),
        "executor": _Kind(
            "executor",
            "localatlas.executors",
            "executor",
            (),
            '```python\nlocalatlas.configure(executor="$name")\n```',
        ),
        "hooks": _Kind("hooks", "localatlas.hooks", "hooks", ("click",), ""),
    }
)
HOOKS = "hooks"
FLOORS = {"click": "click>=8.1", "numpy": "numpy>=2.0", "pyarrow": "pyarrow>=18", "pydantic": "pydantic>=2.9"}


def write_plugin(name: str, kind: str, parent: Path) -> list[Path]:
    """Write the folder `atlas-plugin-<name>` into `parent`, and return the files of it.

    Raises:
        AtlasValueError: the name or the kind cannot be used, or the folder is there already.
    """
    if kind not in KINDS:
        raise AtlasValueError(f"there is no kind {kind!r}; there are {listing(KINDS, shown=99)}")
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise AtlasValueError(
            f"{name!r} cannot be the name of a plugin: use at most {LONGEST} small letters, digits and single hyphens, "
            "a letter first"
        )
    folder = parent / f"atlas-plugin-{name}"
    if folder.exists():
        raise AtlasValueError(f"{folder} is there already; choose another name, or remove it first")
    written = []
    for path, text in _texts(name, kind).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written


def _texts(name: str, kind: str) -> dict[str, str]:
    """Return what to write, by path in the plugin's folder."""
    made = KINDS[kind]
    values = _values(name, made)
    module = values["module"]
    templates = _hooks_templates(module) if kind == HOOKS else _component_templates(module, kind)
    source = files("localatlas") / "scaffold"
    texts = {
        path: Template((source / template).read_text(encoding="utf-8")).substitute(values)
        for path, template in templates.items()
    }
    return {**texts, f"src/{module}/py.typed": ""}


def _component_templates(module: str, kind: str) -> dict[str, str]:
    """Return the template of every file of a component's package."""
    beside = {f"src/{module}/{part}.py": f"{kind}/{part}.txt" for part in KINDS[kind].beside}
    return {
        "pyproject.toml": "common/pyproject.toml.txt",
        "README.md": "common/README.md.txt",
        **beside,
        f"src/{module}/__init__.py": "common/init.txt",
        f"src/{module}/options.py": f"{kind}/options.txt",
        f"src/{module}/{KINDS[kind].file}.py": f"{kind}/component.txt",
        "tests/test_conformance.py": "common/test_conformance.py.txt",
    }


def _hooks_templates(module: str) -> dict[str, str]:
    """Return the template of every file of a package of hooks."""
    return {
        "pyproject.toml": "common/pyproject.toml.txt",
        "README.md": "hooks/README.md.txt",
        f"src/{module}/__init__.py": "hooks/init.txt",
        f"src/{module}/hooks.py": "hooks/hooks.txt",
        "tests/test_hooks.py": "hooks/test_hooks.py.txt",
    }


def _values(name: str, kind: _Kind) -> dict[str, str]:
    major, minor = importlib.metadata.version("localatlas").split(".")[:2]
    module, shown = f"atlas-plugin-{name}".replace("-", "_"), "".join(part.capitalize() for part in name.split("-"))
    imports = [f"from {module}.{kind.file} import {shown}", f"from {module}.options import {shown}Options"]
    core = f"localatlas>={major}.{minor},<{int(major) + 1}"
    return {
        "name": name,
        "distribution": f"atlas-plugin-{name}",
        "module": module,
        "Class": shown,
        "imports": "\n".join(sorted(imports)),
        "words": kind.words,
        "group": kind.group,
        "target": f"{module}.hooks" if kind.file == HOOKS else f"{module}:{shown}",
        "file": kind.file,
        "dependencies": ", ".join(f'"{part}"' for part in (core, *(FLOORS[used] for used in kind.uses))),
        "use": Template(kind.use).substitute(name=name),
    }
