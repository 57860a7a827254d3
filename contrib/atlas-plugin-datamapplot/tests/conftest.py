"""Runs where datamapplot is (`nox -s apart`); one small map for all tests."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# The other sessions know the plugin but not what it draws with.
collect_ignore_glob = [] if find_spec("datamapplot") else ["test_*.py"]
WORDS = [["coffee", "roast", "beans"], ["puppy", "leash", "kennel"], ["rocket", "orbit", "launch"]]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared-home")


@pytest.fixture(scope="session")
def atlas_map(home: Path) -> Any:
    """Three islands of 100 rows with topics."""
    from localatlas import AtlasDataset, configure
    from localatlas.testing.example import clusters

    configure(home=str(home))
    generator = np.random.default_rng(0)
    texts = [" ".join(generator.permutation(WORDS[row % 3])) for row in range(300)]
    corners = np.array([[0.0, 0.0], [10.0, 0.0], [5.0, 9.0]])
    places = corners[np.arange(300) % 3] + generator.normal(size=(300, 2))
    rows = [{"id": str(row), "text": texts[row], "x": float(x), "y": float(y)} for row, (x, y) in enumerate(places)]
    dataset = AtlasDataset("pictures", unique_id_field="id")
    dataset.add_data(rows, embeddings=clusters(300))
    return dataset.create_index(
        projection={"model": "positions", "x": "x", "y": "y"},
        topic_model={"topic_label_field": "text", "guard": False},
        duplicate_detection=False,
    )


@pytest.fixture(autouse=True)
def _in_that_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(home))
