"""The command `nomic`: `login` and `logout`, as scripts and instructions have it."""

import sys

import click
from localatlas import login
from localatlas.cli import main as localatlas

__all__ = ["login", "main"]

HELP = """This is localatlas under the name `nomic`; it is not made by Nomic.

Usage: nomic login [KEY] [--host URL]
       nomic logout

A home on this machine needs no key: leave both out. Everything else is
`localatlas`: map, open, ls, info and more; `localatlas --help` lists all."""
WRONG_CALL = 2
# What the SDK calls deployments; a key may stand after any of them.
TENANTS = {"enterprise", "production"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in {"-h", "--help"}:
        click.echo(HELP)
        return 0
    if words[0] == "logout":
        return localatlas(words)
    if words[0] != "login":
        click.echo(f"There is no `nomic {words[0]}` here.\n\n{HELP}", err=True)
        return WRONG_CALL
    if words[1:2] == ["staging"]:
        click.echo("Nomic's staging service cannot be used from here; --host URL names a localatlas server.", err=True)
        return WRONG_CALL
    given = words[2:] if words[1:2] and words[1] in TENANTS else words[1:]
    return localatlas(["login", *_with_host(given)])


def _with_host(words: list[str]) -> list[str]:
    """Write the SDK's `--domain atlas.example` as `--host https://atlas.example`."""
    if "--domain" not in words or words[-1] == "--domain":
        return words
    at = words.index("--domain")
    return [*words[:at], "--host", f"https://{words[at + 1]}", *words[at + 2 :]]
