"""`localatlas plugins new` and `localatlas plugins check`: for who writes a plugin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from localatlas.scaffolding import KINDS

if TYPE_CHECKING:
    from rich.console import Console

    from localatlas.testing import CheckResult

__all__ = ["check_command", "new_command"]


@click.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(list(KINDS)), required=True, help="What it will do.")
@click.option(
    "--in",
    "parent",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    help="Where to write it; here by default.",
)
def new_command(*, name: str, kind: str, parent: Path) -> None:
    """Write the package of a new plugin, atlas-plugin-NAME.

    It installs and passes the conformance kit as it is; put your own method into it.
    """
    from rich.console import Console
    from rich.text import Text

    from localatlas.scaffolding import write_plugin

    files = write_plugin(name, kind, parent)
    folder = parent / f"atlas-plugin-{name}"
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text.assemble("Wrote ", (str(folder), "bold")))
    for file in files:
        console.print(Text(f"  {file.relative_to(folder)}", "dim"))
    console.print()
    console.print(Text.assemble("Install it:  ", (f"pip install -e {folder}", "bold")))
    console.print(Text.assemble("Check it:    ", (f"localatlas plugins check {name}", "bold")))


@click.command("check")
@click.argument("name")
@click.option(
    "--expect",
    "expected",
    metavar="CHECK=REASON",
    multiple=True,
    help="A check that fails today, and why; that it passes is then an error.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check_command(context: click.Context, *, name: str, expected: tuple[str, ...], as_json: bool) -> None:
    """Run the conformance kit on NAME.

    NAME is a component of any kind, or hooks, of which it checks that they exist
    with their arguments.

    The exit status is 1 when a check fails, or passes that was expected to fail.
    """
    from dataclasses import asdict

    from rich.console import Console

    from localatlas.cli.plugin_hooks import check_hooks_of, hooks_called
    from localatlas.cli.plugin_show import components_called
    from localatlas.testing import run_checks

    reasons = _reasons(expected)
    results: dict[str, list[CheckResult]] = {}
    for registry, entry in components_called(name):
        results[str(entry)] = run_checks(registry.load(entry.qualified), expected_failures=reasons)
    results |= {str(entry): check_hooks_of(entry) for entry in hooks_called(name)}
    if as_json:
        click.echo(json.dumps({who: [asdict(each) for each in found] for who, found in results.items()}, indent=1))
    else:
        for who, found in results.items():
            _print(Console(highlight=False), who, found)
    if not all(result.ok for found in results.values() for result in found):
        context.exit(1)


def _reasons(expected: tuple[str, ...]) -> dict[str, str]:
    reasons = {}
    for text in expected:
        check, sign, reason = text.partition("=")
        if not (sign and reason.strip()):
            raise click.BadParameter(f"{text!r} must be CHECK=REASON", param_hint="--expect")
        reasons[check.strip()] = reason.strip()
    return reasons


def _print(console: Console, who: str, results: list[CheckResult]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    marks = {"passed": ("✓", "green"), "failed as expected": ("✗", "yellow")}
    console.print(Text(who, "bold"))
    for result in results:
        mark = marks.get(result.outcome, ("✗", "red"))
        said = result.name.replace("_", " ")
        console.print(Text.assemble("  ", mark, f" {said}", ("" if result.ok else f"   {result.outcome}", "dim")))
        if result.message:
            console.print(Padding(Text(result.message), (0, 0, 0, 6)))
    seconds = sum(result.seconds for result in results)
    good = sum(result.ok for result in results)
    console.print()
    console.print(f"{good} of {len(results)} checks are as they should be, in {seconds:.1f} s.")
