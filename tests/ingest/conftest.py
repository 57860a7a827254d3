"""Homes of both kinds."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["memory", pytest.param("lance", marks=pytest.mark.plugins)])
def home(components: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep datasets in memory, then in Lance tables."""
    if request.param == "lance":
        monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
