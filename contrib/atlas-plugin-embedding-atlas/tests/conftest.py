"""One small map for all tests, with rows that have no place and a column whose name the map wants too."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Installed with --no-deps by the session `tests`.
collect_ignore_glob = [] if find_spec("embedding_atlas") else ["test_*.py"]
WORDS = [["coffee", "roast", "beans"], ["puppy", "leash", "kennel"], ["rocket", "orbit", "launch"]]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared-home")


@pytest.fixture(scope="session")
def atlas_map(home: Path) -> Any:
    """Three islands of 100 rows with topics, a tag, a number, a time and a deleted row; row 7 has no text."""
    from localatlas import AtlasDataset, configure
    from localatlas.testing.example import clusters

    configure(home=str(home))
    generator = np.random.default_rng(0)
    corners = np.array([[0.0, 0.0], [10.0, 0.0], [5.0, 9.0]])
    places = corners[np.arange(300) % 3] + generator.normal(size=(300, 2))
    rows = [
        {
            "id": f"row {row}",
            "text": None if row == 7 else " ".join(generator.permutation(WORDS[row % 3])),
            "X": row / 2,  # SQL ignores case
            "stars": row % 5,
            "px": float(places[row, 0]),
            "py": float(places[row, 1]),
        }
        for row in range(300)
    ]
    dataset = AtlasDataset("viewed", unique_id_field="id")
    dataset.add_data(rows, embeddings=clusters(300))
    made = dataset.create_index(
        projection={"model": "positions", "x": "px", "y": "py"},
        topic_model={"topic_label_field": "text", "guard": False},
        duplicate_detection=True,
    )
    made.tags.add("liked", ids=["row 3", "row 4"])
    dataset.delete_data(["row 0"])
    return made


@pytest.fixture(autouse=True)
def _in_that_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(home))
    # Where the viewer keeps what its users change.
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
