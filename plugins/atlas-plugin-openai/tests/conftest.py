"""A service on this machine, new for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from model_service import ModelService, running


@pytest.fixture
def service() -> Iterator[ModelService]:
    with running() as started:
        yield started
