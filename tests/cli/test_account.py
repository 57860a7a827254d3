from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from localatlas import account

KEY = "nk-0123456789abcdefghij-LAST"

Localatlas = Callable[..., Any]


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty configuration folder, and no key in the environment."""
    for name in account.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "localatlas" / "credentials.json"


def test_login_keeps_the_key_and_shows_little_of_it(localatlas: Localatlas, config: Path) -> None:
    done = localatlas("login", KEY, "--host", "https://atlas.example")
    assert done.status == 0
    assert KEY not in done.out + done.err
    assert "nk-…LAST for https://atlas.example" in done.out
    assert str(config) in done.out
    assert "needs no account" in done.out
    assert account.stored() == account.Credentials(KEY, "https://atlas.example", str(config))


def test_a_key_can_be_piped_in(localatlas: Localatlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{KEY}\n"))
    assert localatlas("login").status == 0
    found = account.stored()
    assert found is not None
    assert found.key == KEY


def test_a_key_is_typed_unseen(localatlas: Localatlas, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked = []

    def typed(prompt: str, **_: Any) -> str:
        asked.append(prompt)
        return KEY

    monkeypatch.setattr(sys, "stdin", Terminal())
    # click's prompt for what must not be seen, where it meets the terminal.
    monkeypatch.setattr("click.termui.hidden_prompt_func", typed)
    done = localatlas("login")
    assert (done.status, len(asked)) == (0, 1)
    assert KEY not in done.out + done.err


def test_an_empty_pipe_is_an_error_in_words(localatlas: Localatlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    done = localatlas("login")
    assert done.status == 1
    assert "cannot be an API key" in done.err


def test_logout_says_what_it_did(localatlas: Localatlas, config: Path) -> None:
    localatlas("login", KEY)
    assert "is gone" in localatlas("logout").out
    assert not config.exists()
    done = localatlas("logout")
    assert (done.status, done.out) == (0, "No key was kept.\n")


def test_a_key_of_the_environment_is_told(localatlas: Localatlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOMIC_API_KEY", "nk-of-the-environment")
    for words in (("login", KEY), ("logout",)):
        done = localatlas(*words)
        assert "NOMIC_API_KEY is in force" in done.out
        assert "nk-of-the-environment" not in done.out
