"""The command that this plugin adds."""

from __future__ import annotations

import click
from localatlas.hookspecs import hookimpl

from atlas_plugin_datamapplot.command import picture_command

__all__ = ["localatlas_commands"]


@hookimpl
def localatlas_commands() -> list[click.Command]:
    """Add `localatlas picture`."""
    return [picture_command]
