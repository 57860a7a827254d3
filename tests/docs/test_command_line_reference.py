"""The page of the command line holds what `--help` prints at 80 columns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from fences import ROOT, headings, section
from localatlas.cli.app import COMMANDS, cli

PAGE = ROOT / "docs" / "reference" / "command-line.md"


def commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group, without those that plugins bring."""
    context = click.Context(group)
    for name in COMMANDS if group is cli else group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = list(commands(cli, ()))


def help_of(words: tuple[str, ...]) -> str:
    result = CliRunner().invoke(cli, [*words, "--help"], prog_name="localatlas", terminal_width=80)
    assert result.exit_code == 0, result.output
    return "\n".join(line.rstrip() for line in result.output.strip().splitlines())


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_the_help_of_a_command_is_on_the_page(words: tuple[str, ...]) -> None:
    text = help_of(words)
    heading = f"`localatlas {' '.join(words)}`"
    assert text in section(PAGE, heading), f"under the heading {heading} there must be:\n{text}"


# Plugins may bring commands, and the page shows those of the default ones.
@pytest.mark.plugins
def test_the_help_of_the_whole_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    others = commands_of_other_plugins()
    shown = [name for name in cli.list_commands(click.Context(cli)) if name not in others]
    # Not lines that are taken out: the longest name sets where all the texts begin.
    monkeypatch.setattr(cli, "list_commands", lambda context: shown)
    text = help_of(())
    assert text in section(PAGE, "`localatlas`"), text


def commands_of_other_plugins() -> set[str]:
    """Return the commands of plugins that the extra `default` does not name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    default = {name.replace("-", "_") for name in project["optional-dependencies"]["default"]}
    names = [name for name in cli.list_commands(click.Context(cli)) if name not in COMMANDS]
    brought = {name: cli.get_command(click.Context(cli), name) for name in names}
    return {name for name, each in brought.items() if each and package_of(each) not in default}


def package_of(command: click.Command) -> str:
    return getattr(command.callback, "__module__", "").partition(".")[0]


def test_no_other_command_is_documented() -> None:
    documented = [heading for heading in headings(PAGE) if heading.startswith("localatlas ")]
    assert documented == [f"localatlas {' '.join(words)}" for words in ALL]
