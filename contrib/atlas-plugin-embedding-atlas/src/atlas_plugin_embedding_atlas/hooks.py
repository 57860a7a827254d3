"""The command that this plugin adds."""

from __future__ import annotations

import click
from localatlas.hookspecs import hookimpl

from atlas_plugin_embedding_atlas.command import viewer_command

__all__ = ["localatlas_commands"]


@hookimpl
def localatlas_commands() -> list[click.Command]:
    """Add `localatlas embedding-atlas`."""
    return [viewer_command]
