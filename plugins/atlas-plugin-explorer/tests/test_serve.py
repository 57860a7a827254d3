from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.serve import address, bind
from atlas_plugin_explorer.serve import serve as serve_map
from localatlas.errors import AtlasValueError

DEMO = Path(__file__).with_name("demo_server.py")


@pytest.fixture(scope="module")
def process() -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A real server in a process of its own, its port and its token."""
    here = {name: value for name, value in os.environ.items() if name != "SSH_CONNECTION"}
    started = subprocess.Popen(
        [sys.executable, str(DEMO), "300"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=here
    )
    assert started.stdout
    said = [started.stdout.readline() for _ in range(3)]
    found = re.fullmatch(r"  http://127\.0\.0\.1:(\d+)/\?token=(\S+)\n", said[2])
    if not found:
        started.kill()
        pytest.fail(f"{said} {started.communicate()[1]}")
    yield started, int(found.group(1)), found.group(2)
    started.kill()
    started.communicate()


def get(port: int, path: str, token: str, host: str = "127.0.0.1") -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send a path as it stands: http.client does not tidy it up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}", "Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_a_real_server_answers(process: tuple[Any, int, str]) -> None:
    _, port, token = process
    status, headers, body = get(port, "/pages/index.json", token)
    assert status == 200
    assert json.loads(body)["points"] == 297
    assert "server" not in headers
    status, headers, body = get(port, "/api/search?q=coffee", token)
    assert status == 200
    assert len(body) == -(-297 // 8)


@pytest.mark.parametrize(
    "path",
    [
        "/pages/../../../../../../etc/passwd",
        "/pages/rows/../index.json",
        "/pages/./index.json",
        "/pages//index.json",
        "/pages/..\\index.json",
        "/static/../app.py",
        "/static/..",
        "/static/./index.html",
        "/../app.py",
    ],
)
def test_a_real_server_serves_no_other_file(process: tuple[Any, int, str], path: str) -> None:
    status, _, body = get(process[1], path, process[2])
    assert status == 404
    assert json.loads(body)["error"] == "not_found"


def test_a_real_server_refuses_a_foreign_host(process: tuple[Any, int, str]) -> None:
    status, _, body = get(process[1], "/pages/index.json", process[2], host="evil.example")
    assert (status, json.loads(body)["error"]) == (421, "wrong_host")


def test_a_port_in_use_is_a_clear_error(process: tuple[Any, int, str], shown: Any) -> None:
    port = process[1]
    with pytest.raises(
        AtlasValueError, match=f"port {port}: another program listens there. Take another port, or port 0"
    ):
        serve_map(shown, "127.0.0.1", port, browser=False)


# Last in this module: it ends the process.
def test_ctrl_c_ends_it_cleanly(process: tuple[subprocess.Popen[str], int, str]) -> None:
    started, port, _ = process
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (0, "")
    assert out == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_map_without_pages_is_opened_in_the_browser(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    code = (
        "from synthetic import synthetic_map; from atlas_plugin_explorer.serve import serve; "
        "serve(synthetic_map(9), '127.0.0.1', 0, browser=True)"
    )
    places = {"BROWSER": f"{browser} %s", "PYTHONPATH": str(DEMO.parent), "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **places}) as started:
        assert started.stdout
        said = [started.stdout.readline() for _ in range(4)]
        # Open for writing too, so that opening waits for nobody.
        pipe = os.open(opened, os.O_RDWR)
        assert select.select([pipe], [], [], 60)[0], "no browser was started"
        url = os.read(pipe, 1_000).decode().strip()
        os.close(pipe)
        started.send_signal(signal.SIGINT)
    assert started.returncode == 0
    assert "built without pages" in said[0]
    assert str(tmp_path / "localatlas" / "explorer") in said[0]
    address, _, once = url.partition("?token=")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    assert said[3].startswith(f"  {address}?token=")
    assert once
    assert once not in said[3], "what a browser is started with, others see; it opens the map once"


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("127.0.0.1", 70_000, "port 70,000 does not exist: 1 to 65,535"),
        ("127.0.0.1", -1, "does not exist"),
        ("203.0.113.1", 0, "at 203.0.113.1, port 0: this machine has no such address"),
        ("no such machine", 0, "no machine of that name is known"),
    ],
)
def test_an_address_that_cannot_be_taken(host: str, port: int, words: str) -> None:
    with pytest.raises(AtlasValueError, match=re.escape(words)):
        bind(host, port)


@pytest.mark.parametrize(("host", "shown_as"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])  # noqa: S104  the case in question
def test_the_address_can_be_opened(host: str, shown_as: str) -> None:
    with bind(host, 0) as listener:
        assert re.fullmatch(rf"http://{re.escape(shown_as)}:\d+/", address(listener))


@pytest.mark.parametrize("name", ["https://maps.example", "maps.example:8000", "", "-", "maps.example/", "a b"])
def test_a_further_name_is_a_name_alone(shown: Any, name: str) -> None:
    with pytest.raises(AtlasValueError, match="without scheme and port, as maps.example"):
        serve_map(shown, "127.0.0.1", 0, browser=False, allow_hosts=["maps.example", name])
