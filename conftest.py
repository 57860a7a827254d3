"""Isolation for every test of the repository: a home of its own, no network beyond loopback, seeds."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

SEED = 20240229
NEEDS_PLUGINS = ("tests/across", "tests/browser")
CONNECTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)


class NetworkRefusedError(BaseException):
    """A test reached for the network; not an Exception, so that no code under test can take it for being offline."""


def pytest_configure(config: pytest.Config) -> None:
    """Share numba's compiled code between tests, processes and runs; guard the network."""
    hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")
    if getattr(config, "cache", None) is not None:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(config.cache.mkdir("numba")))
    sys.addaudithook(refuse_network)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what lies in folders that need the plugins."""
    for item in items:
        if item.path.relative_to(config.rootpath).as_posix().startswith(NEEDS_PLUGINS):
            item.add_marker(pytest.mark.plugins)


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise for a look-up or connection to anything but this machine (an audit hook)."""
    if event not in CONNECTS:
        return
    target = arguments[0] if event.startswith("socket.get") else arguments[1]
    host = target[0] if isinstance(target, tuple) else target
    # A Unix socket's address is a path, and stays on this machine like no host at all.
    if host and (isinstance(target, tuple) or event.startswith("socket.get")) and not is_loopback(host):
        raise NetworkRefusedError(f"a test asked for {host!r}: tests may reach this machine only ({event})")


def is_loopback(host: str | bytes) -> bool:
    """Tell whether a host is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    try:
        address = ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give each test an empty home and the same random numbers; take away the user's settings."""
    for name in [name for name in os.environ if name.startswith("LOCALATLAS_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home", numbered=True)
    monkeypatch.setenv("LOCALATLAS_HOME", str(home))
    random.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002  libraries under test may draw from numpy's global generator
    yield home
    # Only where the test loaded it: importing it here would hide that something else does.
    if config := sys.modules.get("localatlas.config"):
        config.configure(**dict.fromkeys(config.Settings.__dataclass_fields__))
