from __future__ import annotations

import pytest
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    """The map of the seven sample rows, with topics and duplicates."""
    return dataset.create_index(indexed_field="text", progress=False)
