from __future__ import annotations

import getpass

import pytest
from atlas_plugin_explorer import announcing
from atlas_plugin_explorer.announcing import announcement, has_screen

LINK = f"http://127.0.0.1:42805/?token={'x' * 32}"
SSH = {"SSH_CONNECTION": "198.51.100.7 50000 203.0.113.5 22"}


def test_the_link_stands_on_a_line_of_its_own() -> None:
    said = announcement("reviews", "127.0.0.1", LINK, None, {})
    assert said == f"The map 'reviews' is at this link, until Ctrl-C:\n\n  {LINK}"


def test_who_is_here_by_ssh_is_told_of_the_tunnel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "alice")
    monkeypatch.setattr(announcing.socket, "gethostname", lambda: "vm7")
    said = announcement("reviews", "127.0.0.1", LINK, None, SSH)
    assert "\n  ssh -N -L 42805:127.0.0.1:42805 alice@vm7\n" in said


def test_a_machine_without_names_of_users_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found: 1000")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert "ssh -N -L" in announcement("reviews", "::1", "http://[::1]:9/?token=x", None, SSH)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7"])  # noqa: S104  the case in question
def test_a_server_that_is_open_to_the_network_says_so(host: str) -> None:
    said = announcement("reviews", host, LINK, None, SSH)
    assert "who can listen there can look" in said
    assert ("in place of 127.0.0.1" in said) is (host == "0.0.0.0")  # noqa: S104
    assert "ssh" not in said


def test_a_map_that_is_not_there_yet_says_why() -> None:
    said = announcement("reviews", "localhost", LINK, "the map 'reviews' is still building: embed, 42%", {})
    assert "no map to be seen yet: the map 'reviews' is still building: embed, 42%." in said


def test_every_line_fits_a_terminal() -> None:
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104
        said = announcement("reviews", host, LINK, "the map 'reviews' is still building: embed, 42%", SSH)
        assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize(
    ("environment", "platform", "seen"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        (SSH, "linux", False),
        (SSH | {"DISPLAY": "localhost:10.0"}, "linux", True),
        (SSH | {"BROWSER": "/vscode/helpers/browser.sh"}, "linux", True),
        ({}, "darwin", True),
        (SSH, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_a_browser_is_started_where_it_is_seen(environment: dict[str, str], platform: str, seen: bool) -> None:
    assert has_screen(environment, platform) is seen
