"""A real PostgreSQL server for the tests, in a folder of its own, reached through a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def programs() -> Path | None:
    """Return the folder of the newest server's programs, as Debian has them, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session", autouse=True)
def server() -> Iterator[str]:
    """Start a server, let the kit know it by ATLAS_POSTGRES, and stop it."""
    where = programs()
    if where is None:
        pytest.skip("there is no PostgreSQL here: apt-get install postgresql")
    # A Unix socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    who = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if who:
        os.chown(folder, pwd.getpwnam(who).pw_uid, -1)
    data, log = folder / "data", folder / "log"
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"

    def run(program: str, *arguments: object, check: bool = True) -> None:
        command = [str(part) for part in (where / program, "-D", data, *arguments)]
        subprocess.run(command, user=who, cwd=folder, check=check, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-U", "atlas", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-l", log, "-w", "-o", settings, "start")
        address = f"postgresql://atlas@/postgres?host={folder}"
        os.environ["ATLAS_POSTGRES"] = address
        yield address
    finally:
        os.environ.pop("ATLAS_POSTGRES", None)
        run("pg_ctl", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)
