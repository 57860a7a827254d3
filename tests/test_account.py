from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path

import localatlas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import account
from localatlas.account import AtlasUser, Credentials
from localatlas.errors import InvalidOptionError, StorageError

KEY = "nk-0123456789abcdefghij-LAST"


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty configuration folder, and no key in the environment."""
    for name in account.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "localatlas" / "credentials.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_package_offers_them() -> None:
    assert localatlas.AtlasUser is AtlasUser
    assert localatlas.login is account.login
    assert localatlas.logout is account.logout


def test_nobody_has_to_log_in(components: str, config: Path) -> None:
    user = AtlasUser()
    assert user.credentials is None
    assert user.organizations == ["local"]
    assert user.name
    assert "needs no account" in repr(user)
    assert not config.parent.exists(), "looking is not writing"


def test_a_key_is_kept_for_this_user_alone(config: Path) -> None:
    user = localatlas.login(KEY, host="https://atlas.example/")
    assert user.credentials == Credentials(KEY, "https://atlas.example", str(config))
    assert mode(config) == 0o600
    assert mode(config.parent) == 0o700
    assert [path.name for path in config.parent.iterdir()] == [config.name], "nothing is left beside it"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_mode_does_not_hang_on_the_umask(config: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        localatlas.login(KEY)
    finally:
        os.umask(before)
    assert mode(config) == 0o600


def test_the_file_has_its_mode_before_it_has_the_key(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def dump(content: object, file: object) -> None:
        seen.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode))  # type: ignore[attr-defined]
        raise OSError("the disk is full")

    localatlas.login("nk-before-the-disk-was-full")
    monkeypatch.setattr(account.json, "dump", dump)
    with pytest.raises(StorageError, match="disk is full"):
        localatlas.login(KEY)
    assert seen == [0o600]
    assert json.loads(config.read_text(encoding="utf-8"))["key"] == "nk-before-the-disk-was-full"
    assert [path.name for path in config.parent.iterdir()] == [config.name], "a failure leaves nothing behind"


def test_a_second_login_takes_the_place_of_the_first() -> None:
    localatlas.login("nk-first", host="https://one.example")
    localatlas.login("nk-second")
    found = AtlasUser().credentials
    assert found is not None
    assert (found.key, found.host) == ("nk-second", None)


def test_logout_forgets_the_key_and_says_whether_there_was_one(config: Path) -> None:
    localatlas.login(KEY)
    assert localatlas.logout() is True
    assert not config.exists()
    assert AtlasUser().credentials is None
    assert localatlas.logout() is False


@pytest.mark.parametrize("variable", account.VARIABLES)
def test_a_key_of_the_environment_wins_and_is_not_written_down(
    config: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    localatlas.login("nk-of-the-file")
    monkeypatch.setenv(variable, KEY)
    assert localatlas.login().credentials == Credentials(KEY, None, variable)
    assert KEY not in config.read_text(encoding="utf-8")
    monkeypatch.setenv(account.VARIABLES[0], "nk-ours-first")
    found = AtlasUser().credentials
    assert found is not None
    assert found.key == "nk-ours-first"


def test_login_without_any_key_says_that_none_is_needed() -> None:
    with pytest.raises(InvalidOptionError, match="a home on this machine needs no account"):
        localatlas.login()


@pytest.mark.parametrize("key", ["", "  ", "two words", "nk-\x00", "nk-\x1b[2J", "ключ", "x" * 5000])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(config: Path, key: str) -> None:
    with pytest.raises(InvalidOptionError, match="visible ASCII") as caught:
        localatlas.login(key)
    assert not key.strip() or key not in str(caught.value)
    assert not config.exists()


@pytest.mark.parametrize(
    "host",
    [
        "atlas.example",
        "ftp://atlas.example",
        "https://",
        "https://me:secret@atlas.example",
        "https://atlas.example?key=1",
        "https://atlas.example:99999",
        "https://atlas example",
        "https://[::1",
        7,
    ],
)
def test_what_cannot_be_a_server_is_refused(config: Path, host: object) -> None:
    with pytest.raises(InvalidOptionError, match="https://atlas.example") as caught:
        localatlas.login(KEY, host=host)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)
    assert not config.exists()


def test_the_key_is_shown_nowhere_whole(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    user = localatlas.login(KEY, host="http://127.0.0.1:8080")
    assert KEY not in repr(user) + repr(user.credentials) + caplog.text
    assert "nk-…LAST for http://127.0.0.1:8080" in repr(user)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60))
def test_what_is_shown_never_gives_half_a_key(key: str) -> None:
    shown = Credentials(key, None, "here").shown
    assert key not in shown
    assert len(shown) - 1 <= len(key) / 2


@pytest.mark.parametrize("content", ["", "{}", "[]", "nk-plain", '{"key": 3}', '{"key": "nk-a b"}', '{"key": "nk-0'])
def test_a_file_that_login_did_not_write_is_refused_without_its_content(config: Path, content: str) -> None:
    config.parent.mkdir(parents=True)
    config.touch(mode=0o600)
    config.write_text(content, encoding="utf-8")
    with pytest.raises(StorageError, match="writes it anew") as caught:
        account.stored()
    assert "nk-" not in str(caught.value) + repr(AtlasUser())
    assert "writes it anew" in repr(AtlasUser())
    localatlas.login(KEY)
    assert account.stored() is not None


def test_a_key_that_others_can_read_is_told(config: Path) -> None:
    localatlas.login(KEY)
    config.chmod(0o644)
    with pytest.warns(RuntimeWarning, match="chmod 600"):
        assert AtlasUser().credentials is not None


def test_a_folder_that_cannot_be_made_is_told(config: Path) -> None:
    config.parent.parent.write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StorageError, match="XDG_CONFIG_HOME"):
        localatlas.login(KEY)


def test_the_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for ignored in ("", "relative/folder"):
        monkeypatch.setenv("XDG_CONFIG_HOME", ignored)
        assert account.credentials_file() == tmp_path / ".config" / "localatlas" / "credentials.json"


def test_the_organizations_are_those_of_the_home(components: str) -> None:
    localatlas.AtlasDataset("Team B/one")
    localatlas.AtlasDataset("two")
    assert AtlasUser().organizations == ["local", "team-b"]
