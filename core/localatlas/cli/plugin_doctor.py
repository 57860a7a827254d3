"""`localatlas plugins doctor`: what is wrong with what is installed."""

from __future__ import annotations

import json

import click

__all__ = ["doctor_command"]


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor_command(context: click.Context, *, as_json: bool) -> None:
    """Find clashes, broken imports and versions that do not fit.

    Every plugin is imported. The exit status is 1 when something is found.
    """
    from dataclasses import asdict

    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from localatlas.doctor import examined

    findings = examined()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        console = Console(highlight=False)
        for finding in findings:
            console.print(Text.assemble(("✗ ", "red"), (finding.who, "bold"), ("   " + finding.about, "dim")))
            console.print(Padding(Text(f"{finding.problem}."), (0, 0, 0, 2)))
            console.print(Padding(Text.assemble(("→ ", "dim"), finding.remedy), (0, 0, 1, 2)))
        if not findings:
            console.print(Text.assemble(("✓ ", "green"), "All plugins can be imported and fit each other."))
    if findings:
        context.exit(1)
