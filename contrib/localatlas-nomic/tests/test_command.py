from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from localatlas import account
from nomic import cli

KEY = "nk-0123456789abcdefghij-LAST"


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty configuration folder, and no key in the environment."""
    for name in account.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "localatlas" / "credentials.json"


def kept() -> tuple[str, str | None] | None:
    found = account.stored()
    return (found.key, found.host) if found else None


@pytest.mark.parametrize(
    ("words", "host"),
    [
        ([KEY], None),
        (["production", KEY], None),
        (["enterprise", KEY, "--domain", "atlas.example"], "https://atlas.example"),
        (["--domain", "atlas.example", KEY], "https://atlas.example"),
        ([KEY, "--host", "https://atlas.example"], "https://atlas.example"),
    ],
)
def test_login_as_the_sdk_has_it(words: list[str], host: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["login", *words]) == 0
    assert kept() == (KEY, host)
    assert KEY not in "".join(capsys.readouterr())


def test_logout(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["login", KEY])
    assert cli.main(["logout"]) == 0
    assert not config.exists()
    assert "is gone" in capsys.readouterr().out


def test_a_domain_without_a_name_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["login", KEY, "--domain"]) == 2
    assert "Usage" in capsys.readouterr().err
    assert kept() is None


def test_staging_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["login", "staging", KEY]) == 2
    assert "staging service" in capsys.readouterr().err
    assert kept() is None


@pytest.mark.parametrize("word", ["switch", "map", "nonsense"])
def test_everything_else_points_to_localatlas(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([word]) == 2
    said = capsys.readouterr().err
    assert f"no `nomic {word}`" in said
    assert "localatlas --help" in said


def test_called_alone_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    text = capsys.readouterr().out
    assert "not made by Nomic" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("nomic")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == cli.HELP
