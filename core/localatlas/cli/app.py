"""The group of commands, and how errors reach the person at the keyboard."""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

import click

from localatlas.errors import AtlasError

__all__ = ["AtlasGroup", "cli", "main"]

# Modules are imported when their command is looked up, so that `localatlas --help` imports no data library.
COMMANDS = {
    "demo": "demo",
    "map": "mapping",
    "update": "updating",
    "open": "opening",
    "page": "saving",
    "ls": "listing",
    "info": "listing",
    "search": "searching",
    "tag": "tagging",
    "export": "exporting",
    "quality": "judging",
    "rm": "removing",
    "login": "account",
    "logout": "account",
    "models": "models",
    "plugins": "plugins",
}
INTERRUPTED = 130


class AtlasGroup(click.Group):
    """Our own commands first, then those that plugins bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names: ours in the order of use, the plugins' sorted."""
        del ctx
        return [*COMMANDS, *sorted(name for name in self._brought() if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name."""
        del ctx
        if cmd_name in COMMANDS:
            module = importlib.import_module(f"localatlas.cli.{COMMANDS[cmd_name]}")
            command: click.Command = getattr(module, f"{cmd_name}_command")
            return command
        return self._brought().get(cmd_name)

    @staticmethod
    def _brought() -> dict[str, click.Command]:
        from localatlas import hooks

        # Nobody's plugin may take the help away.
        brought = hooks.gather("localatlas_commands")
        return {command.name or "": command for group in brought for command in group}


@click.group(cls=AtlasGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="localatlas", message="localatlas %(version)s")
def cli() -> None:
    """Turn rows of text or vectors into a map, and explore it, on this machine."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status; a user's error is one clear paragraph, never a traceback."""
    warnings.showwarning = _show_warning
    try:
        status = cli.main(args=arguments, prog_name="localatlas", standalone_mode=False)
    except click.exceptions.Abort:
        return _stopped()
    except KeyboardInterrupt:
        return _stopped()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        _say("Error: ", str(error), "red")
        return 1
    except AtlasError as error:
        _say("Error: ", str(error), "red")
        for note in getattr(error, "__notes__", ()):
            _say("Note: ", note, "yellow")
        return 1
    # Without its standalone mode, click returns the status of a command that left early.
    return status if isinstance(status, int) else 0


def _stopped() -> int:
    _say("Stopped. ", "What was finished is kept; the same command goes on from there.", "yellow")
    return INTERRUPTED


def _say(head: str, message: str, color: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    console.print(Text.assemble((head, f"bold {color}"), message))


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if issubclass(category, UserWarning | RuntimeWarning) and not sys.stderr.closed:
        _say("Note: ", str(message), "yellow")
