"""Tests cannot reach the user's home, another machine, or each other's settings."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

OUTSIDE = "192.0.2.1"  # reserved for documentation: no machine has it


@pytest.mark.parametrize("host", [OUTSIDE, "example.invalid", "2001:db8::1"])
def test_a_look_up_outside_is_refused(host: str) -> None:
    with pytest.raises(BaseException, match="this machine only"):
        socket.getaddrinfo(host, 80)


def test_a_connection_outside_is_refused() -> None:
    with socket.socket() as connection, pytest.raises(BaseException, match="this machine only"):
        connection.connect((OUTSIDE, 80))


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port)) as connection:
            connection.sendall(b"x")
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(1) == b"x"


def test_unix_sockets_work(tmp_path: Path) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"
    with socket.socket(socket.AF_UNIX) as connection, pytest.raises(FileNotFoundError):
        connection.connect(str(tmp_path / "none"))


def test_the_home_is_empty_and_other_settings_are_gone() -> None:
    home = Path(os.environ["LOCALATLAS_HOME"])
    assert home.is_dir()
    assert not list(home.iterdir())
    assert [name for name in os.environ if name.startswith("LOCALATLAS_")] == ["LOCALATLAS_HOME"]


def test_every_process_shares_the_compiled_code() -> None:
    code = "import os; print(os.environ['NUMBA_CACHE_DIR'])"
    child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert Path(child.stdout.strip()).is_dir()


@given(st.integers())
def test_properties_can_be_tested_beside_the_isolation(number: int) -> None:
    assert number == int(str(number))


@pytest.mark.parametrize("turn", [1, 2])
def test_settings_do_not_outlive_a_test(turn: int) -> None:
    from localatlas import config

    assert config.settings().seed == config.DEFAULT_SEED
    config.configure(seed=turn + 1000)
