"""Fixtures of tests that several distributions take part in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from localatlas.indices import AtlasProjection
from page_client import Open, TestClient


@pytest.fixture
def browse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a client of a map's own page."""
    from atlas_plugin_explorer.app import create_app

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    clients: list[TestClient] = []

    def start(projection: AtlasProjection) -> TestClient:
        clients.append(TestClient(create_app(projection), base_url="http://127.0.0.1"))
        return clients[-1]

    yield start
    for client in clients:
        client.close()
