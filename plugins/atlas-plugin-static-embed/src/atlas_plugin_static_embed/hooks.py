"""The command that this plugin adds."""

from __future__ import annotations

import click
from localatlas.hookspecs import hookimpl

from atlas_plugin_static_embed.command import distil_command

__all__ = ["localatlas_commands"]


@hookimpl
def localatlas_commands() -> list[click.Command]:
    """Add `localatlas distil`."""
    return [distil_command]
