"""What is chosen by the number of rows: below 50,000 and from there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from localatlas import atlas
from localatlas.building import BuildRequest, Rows, make_plan
from localatlas.protocols.components import Modality

pytestmark = [pytest.mark.plugins]

COLUMNS = pa.schema([("text", pa.string())])


@pytest.mark.parametrize(
    ("rows", "projector"), [(1, "umap"), (49_999, "umap"), (50_000, "nomic-project"), (10_000_000, "nomic-project")]
)
@pytest.mark.parametrize("modality", ["text", "embedding"])
def test_the_projector_is_chosen_by_size(rows: int, projector: str, modality: Modality) -> None:
    for unsaid in (None, {}, {"n_neighbors": 10}):
        request = BuildRequest("sized", indexed_field="text", projection=unsaid)
        plan, _ = make_plan(Rows("local/sized", COLUMNS, rows, modality), request)
        assert plan.projector.name == projector
        # A name is that model, whatever the size.
        named = BuildRequest("sized", indexed_field="text", projection="umap")
        assert make_plan(Rows("local/sized", COLUMNS, rows, modality), named)[0].projector.name == "umap"


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "projector"), [(49_999, "umap"), (50_000, "nomic-project")])
def test_both_map_so_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, projector: str) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path))
    random = np.random.default_rng(0)
    centres = random.normal(scale=20.0, size=(12, 3))
    group = random.integers(12, size=rows)
    vectors = (centres[group] + random.normal(size=(rows, 3))).astype(np.float32)
    made = atlas.map_data(
        pa.table({"n": np.arange(rows)}),
        embeddings=vectors,
        identifier="sized",
        projection={"n_epochs": 5},
        topic_model=False,
        duplicate_detection=False,
        progress=False,
    ).maps[0]
    assert made.record[0].plan.projector.name == projector
    places = made.embeddings.projected[["x", "y"]].to_numpy(np.float64)
    assert places.shape == (rows, 2)
    assert np.isfinite(places).all()
    # Groups that lie apart in space lie apart on the map: neighbours of a place are of its group.
    sample = random.choice(rows, 200, replace=False)
    far = np.linalg.norm(places[sample, None] - places[None], axis=2)
    nearest = np.argsort(far, axis=1)[:, 1:6]
    # By chance it is 0.08; so few epochs do not part them well.
    assert (group[nearest] == group[sample, None]).mean() > 0.7
