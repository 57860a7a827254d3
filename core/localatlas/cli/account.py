"""`localatlas login` and `localatlas logout`: a key for a server."""

from __future__ import annotations

import sys

import click

__all__ = ["login_command", "logout_command"]


@click.command("login")
@click.argument("key", required=False)
@click.option("--host", metavar="URL", help="The server's address, https://...")
def login_command(*, key: str | None, host: str | None) -> None:
    """Keep a key for a server.

    Homes on this machine need no account: all commands work without. Leave KEY out to type it unseen, or to pipe it
    in; a KEY on the command line stays in your shell's history. The file can be read by you alone.
    """
    from localatlas import account

    account.login(key if key is not None else _ask(), host=host)
    kept = account.stored()
    where = f" for {kept.host}" if kept and kept.host else ""
    click.echo(f"Key {kept.shown if kept else ''}{where} is kept in {account.credentials_file()}.")
    click.echo(f"Note that {account.NO_ACCOUNT}.")
    _tell_of_environment()


@click.command("logout")
def logout_command() -> None:
    """Forget the key that `login` kept."""
    from localatlas import account

    gone = account.logout()
    click.echo(f"The key in {account.credentials_file()} is gone." if gone else "No key was kept.")
    _tell_of_environment()


def _ask() -> str:
    if sys.stdin.isatty():
        answer: str = click.prompt("Key", hide_input=True)
        return answer
    # A pipe: `pass atlas | localatlas login`.
    return sys.stdin.readline()


def _tell_of_environment() -> None:
    from localatlas.account import AtlasUser, credentials_file

    found = AtlasUser().credentials
    if found is not None and found.source != str(credentials_file()):
        click.echo(f"The environment's {found.source} is in force.")
