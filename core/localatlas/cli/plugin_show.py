"""`localatlas plugins show`: one plugin, with its options."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import click

from localatlas.cli.plugin_hooks import hooks_called, summary

if TYPE_CHECKING:
    from rich.console import Console

    from localatlas.registry import Entry, Registry

__all__ = ["components_called", "show_command"]

INDENT = 4


@click.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_command(*, name: str, as_json: bool) -> None:
    """Show what NAME is, and its options: types, defaults, ranges and meaning."""
    from rich.console import Console

    found = [(entry, registry.load(entry.qualified)) for registry, entry in components_called(name)]
    modules = [(entry, summary(entry)) for entry in hooks_called(name)]
    if as_json:
        told = [_summary(entry, component) for entry, component in found]
        told += [_facts(entry) | hooks for entry, hooks in modules]
        click.echo(json.dumps(told, indent=1))
        return
    console = Console(highlight=False)
    for number, (entry, component) in enumerate(found):
        if number:
            console.print()
        _print(console, entry, component)
    for number, (entry, hooks) in enumerate(modules, start=len(found)):
        if number:
            console.print()
        _print_hooks(console, entry, hooks)


def components_called(name: str) -> list[tuple[Registry[Any], Entry]]:
    """Return the components of every kind that a plain or qualified name means.

    Raises:
        UnknownPluginError: there is none, and no hooks of that name.
    """
    from localatlas import hooks, registries
    from localatlas.errors import UnknownPluginError, suggestion
    from localatlas.registry import installed

    found = []
    for registry in registries.ALL:
        same = [entry for entry in registry.entries() if name in (entry.name, entry.qualified)]
        # A class that this process registered goes before installed ones, as when its name is used.
        here = [entry for entry in same if not entry.distribution]
        found += [(registry, entry) for entry in here or same]
    if not found and not hooks_called(name):
        known = [each for registry in registries.ALL for each in registry.names()]
        known += [entry.name for entry in installed(hooks.GROUP)]
        raise UnknownPluginError(
            f"there is no plugin {name!r}{suggestion(name, known)}; `localatlas plugins list` shows all"
        )
    return found


def _summary(entry: Entry, component: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from localatlas.option_docs import documented

    return {
        **_facts(entry),
        "doc": inspect.getdoc(component) or "",
        "powers": _powers(component),
        "options": [asdict(option) for option in documented(component.Options)],
    }


def _facts(entry: Entry) -> dict[str, Any]:
    from dataclasses import asdict

    from localatlas.requirements import origin

    return {**asdict(entry), "origin": origin(entry.distribution) or "this process"}


def _print_hooks(console: Console, entry: Entry, hooks: dict[str, Any]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text.assemble((entry.name, "bold"), f"   {entry.kind}   {entry.distribution} {entry.version}"))
    console.print(Text(entry.target, "dim"))
    if hooks["doc"]:
        console.print()
        console.print(Text(hooks["doc"]))
    console.print()
    for name, doc in hooks["hooks"].items():
        console.print(Text(name, "bold"))
        console.print(Padding(Text(doc), (0, 0, 0, INDENT)))


def _print(console: Console, entry: Entry, component: Any) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from localatlas.option_docs import documented

    where = f"{entry.distribution} {entry.version}" if entry.distribution else "this process"
    console.print(Text.assemble((entry.name, "bold"), f"   {entry.kind}   {where}"))
    console.print(Text(entry.target, "dim"))
    if doc := inspect.getdoc(component):
        console.print()
        console.print(Text(doc))
    if powers := _powers(component):
        console.print()
        console.print(Text.assemble("It also has  ", ", ".join(powers)))
    console.print()
    options = documented(component.Options)
    if not options:
        console.print("It has no options.")
    for option in options:
        facts = [option.type, option.range, f"default {option.default}" if option.default else "must be given"]
        console.print(Text.assemble((option.name, "bold"), "  ", (", ".join(part for part in facts if part), "dim")))
        if option.doc:
            console.print(Padding(Text(" ".join(option.doc.split())), (0, 0, 0, INDENT)))


def _powers(component: Any) -> list[str]:
    """Return the optional protocols whose methods a class has."""
    from localatlas import protocols

    powers = [getattr(protocols, name) for name in protocols.__all__ if name.startswith("Supports")]
    return [
        power.__name__
        for power in powers
        if all(
            callable(inspect.getattr_static(component, method, None))
            for method in vars(power)
            if not method.startswith("_")
        )
    ]
