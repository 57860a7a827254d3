"""Pages of the reference that are made from the code: the plugins' options, and the protocols' docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from localatlas import protocols, registries
from localatlas.errors import PluginLoadError
from localatlas.option_docs import documented
from localatlas.registry import Entry, Registry

__all__ = ["options_page", "plugin_page", "plugins", "protocols_page"]

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = """# Options

Every option of every plugin of this repository, as `localatlas plugins show NAME` prints them. They are given where
the plugin is chosen: `projection={"model": "umap", "n_neighbors": 30}`, or `ProjectionOptions(model="umap",
n_neighbors=30)`. A name that a plugin does not have is refused with the nearest one that it has; a value outside its
range, with the range.
"""
PROTOCOLS = """# Protocols

What a plugin is written against: `localatlas.protocols`, from its docstrings. Begin with
[A projector of your own](../howto/own-projector.md); what stays as it is:
[Compatibility](../explanation/compatibility.md).
"""
SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE)


def plugins() -> list[Path]:
    """Return the folders of the repository's distributions, first party first."""
    found = [sorted(ROOT.glob(f"{folder}/*/pyproject.toml")) for folder in ("plugins", "contrib")]
    return [path.parent for paths in found for path in paths]


def plugin_page(plugin: Path) -> str:
    """Return a plugin's README, its links led into docs/, with the options of what it brings."""
    text = (plugin / "README.md").read_text(encoding="utf-8")
    text = text.replace("](../../docs/", "](../")
    text = re.sub(r"\]\(\.\./([\w-]+)/README\.md", r"](\1.md", text)
    tables = []
    # A README that explains its options by hand is not followed by them once more.
    if "\n| option |" not in text:
        own = [(registry, entry) for registry, entry in _entries() if entry.distribution == plugin.name]
        tables = [_component(registry, entry, "##") for registry, entry in own]
    return "\n\n".join([text.rstrip(), *tables]) + "\n"


def options_page() -> str:
    """Return a page with the options of every component that is installed, by kind."""
    parts, kind = [OPTIONS], ""
    for registry, entry in _entries():
        if entry.kind != kind:
            kind = entry.kind
            parts.append(f"## {kind[:1].upper()}{kind[1:]}s")
        parts.append(_component(registry, entry, "###"))
    return "\n\n".join(parts) + "\n"


def protocols_page() -> str:
    """Return a page with every public name of `localatlas.protocols` that has a docstring of its own."""
    parts = [PROTOCOLS]
    for name in protocols.__all__:
        value = getattr(protocols, name)
        if inspect.isclass(value) and value.__doc__:
            parts += [f"## `{name}`", _docstring(value), *_members(value)]
    return "\n\n".join(parts) + "\n"


def _entries() -> Iterator[tuple[Registry[Any], Entry]]:
    for registry in registries.ALL:
        yield from ((registry, entry) for entry in registry.entries() if entry.distribution)


def _component(registry: Registry[Any], entry: Entry, level: str) -> str:
    heading = f"{level} The {entry.kind} `{entry.name}`" if level == "##" else f"{level} `{entry.name}`"
    try:
        component = registry.load(entry.qualified)
    except PluginLoadError:
        # Written where its libraries are not installed: what needs torch.
        return f"{heading}\n\nIts options are shown by `localatlas plugins show {entry.name}`."
    rows = []
    for option in documented(component.Options):
        cells = (f"`{option.name}`", _code(option.type), _code(option.default) or "must be given")
        rows.append("| " + " | ".join([*cells, _cell(option.range), _cell(option.doc)]) + " |")
    table = ["| option | type | default | range | meaning |", "|---|---|---|---|---|", *rows]
    where = "" if level == "##" else f"\n\n*{entry.distribution}*"
    return "\n\n".join([heading, _docstring(component) + where, "\n".join(table) if rows else "It has no options."])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    # A bar would end the cell, also inside code.
    return f"`{_cell(text.replace(' | ', ' or '))}`" if text else ""


def _members(cls: type[Any]) -> Iterator[str]:
    for name, member in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property) and member.__doc__:
            yield f"### `{name}` {{ #{cls.__name__}-{name} }}\n\n{_docstring(member)}"
        elif inspect.isfunction(member) and member.__doc__:
            shown = f"```python\n{name}{_signature(member)}\n```"
            yield f"### `{name}` {{ #{cls.__name__}-{name} }}\n\n{shown}\n\n{_docstring(member)}"


def _signature(function: Any) -> str:
    signature = inspect.signature(function)
    own = [parameter for name, parameter in signature.parameters.items() if name != "self"]
    return str(signature.replace(parameters=own)).replace("'", "")


def _docstring(value: Any) -> str:
    """Return a docstring with its sections as lists."""
    text = inspect.getdoc(value) or ""
    return SECTION.sub(lambda found: f"**{found[1]}**\n\n{_listed(found[2])}\n\n", text + "\n").strip()


def _listed(block: str) -> str:
    lines = inspect.cleandoc("\n" + block).splitlines()
    text = "\n".join(f"- {line}" if line and not line.startswith(" ") else line for line in lines)
    return re.sub(r"^- (\w[\w.]*):", r"- `\1`:", text, flags=re.MULTILINE)
