"""Fixtures for the core's tests: a home in memory and the reference components under the default names."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from localatlas import hooks, registries
from localatlas.dataset import AtlasDataset
from reference import register_all

TEXTS = [
    "red apple pie",
    "green apple pie",
    "red apple pie",
    "slow river boat",
    "fast river boat",
    "old river boat",
    "",
]


@pytest.fixture
def components(monkeypatch: pytest.MonkeyPatch) -> str:
    """Build with the reference components in a home in memory; returns the home's address."""
    home = f"memory://{uuid.uuid4()}"
    monkeypatch.setenv("LOCALATLAS_HOME", home)
    monkeypatch.setenv("LOCALATLAS_EXECUTOR", "inline")
    for registry in registries.ALL:
        monkeypatch.setattr(registry, "_registered", {})
    register_all()
    return home


@pytest.fixture
def dataset(components: str) -> AtlasDataset:
    """A dataset of seven short texts, one twice and one blank, known by `id`."""
    made = AtlasDataset("Sample", unique_id_field="id")
    made.add_data([{"id": f"r{i}", "text": text, "n": i} for i, text in enumerate(TEXTS)])
    return made


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process in which nobody has called a hook yet, and that knows none of the plugins around it."""
    monkeypatch.setattr(hooks, "GROUP", "localatlas.sample_hooks")
    hooks.manager.cache_clear()
    yield
    hooks.manager.cache_clear()
