"""What the snippets need: a module name to run under, the reference's data, a home that holds `my-dataset`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

# Tests are imported by file; `snippets` and `stand_ins` lie beside them.
sys.path.insert(0, str(Path(__file__).parent))

from snippets import Seed
from stand_ins import load_dataset, reviews

SPORTS = ["r003", "r010", "r021"]


@pytest.fixture(scope="session")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the reference's examples: reviews in the same columns."""
    path = tmp_path_factory.mktemp("csv") / "singapore_airlines_reviews.csv"
    reviews().to_csv(path, index=False)
    return path


@pytest.fixture(params=["localatlas", "nomic"])
def seed(request: pytest.FixtureRequest, csv: Path, monkeypatch: pytest.MonkeyPatch) -> Seed:
    """Snippets under one module name; the hub's data sets are local ones of the same type."""
    import datasets

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return Seed(request.param, csv)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds `my-dataset`: reviews known by `id`, some of them twice, mapped, three tagged 'sports'."""
    from localatlas import AtlasDataset

    home = tmp_path_factory.mktemp("prepared")
    dataset = AtlasDataset("my-dataset", unique_id_field="id", home=str(home))
    frame = reviews().assign(id=[f"r{number:03}" for number in range(len(reviews()))])
    twice = frame.head(12).assign(id=[f"again{number}" for number in range(12)])
    dataset.add_data(frame)
    dataset.add_data(twice)
    atlas_map = dataset.create_index(indexed_field="text", progress=False)
    atlas_map.tags.add("sports", ids=SPORTS)
    return home


@pytest.fixture
def my_dataset(prepared: Path, _isolated: Path) -> list[str]:
    """Put `my-dataset` into this test's home, and return its ids in upload order."""
    shutil.copytree(prepared, _isolated, dirs_exist_ok=True)
    return [f"r{number:03}" for number in range(len(reviews()))] + [f"again{number}" for number in range(12)]


@pytest.fixture
def _no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No folder of models, no hub's cache, no network."""
    monkeypatch.setenv("LOCALATLAS_OFFLINE", "1")
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
