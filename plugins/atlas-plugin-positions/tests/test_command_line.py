"""Maps of rows of which nothing but their places is known."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from localatlas import AtlasDataset
from localatlas.cli.app import main

pytestmark = pytest.mark.plugins


def test_a_file_with_nothing_but_places_becomes_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path / uuid.uuid4().hex))
    file = tmp_path / "cities.csv"
    places = [(3.0 * (row % 4), 0.01 * row) for row in range(60)]
    file.write_text("city,lon,lat\n" + "".join(f"c{row},{x},{y}\n" for row, (x, y) in enumerate(places)))
    assert main(["map", str(file), "--x", "lon", "--y", "lat", "--label-field", "city"]) == 0
    made = AtlasDataset.load("cities").maps[0]
    frame = made.embeddings.df
    assert frame["x"].tolist() == [x for x, _ in places]
    assert made.data.df.columns.tolist() == ["_position_index", "city", "lon", "lat"]
    # Near means near in the plane, not in the same direction from the origin.
    assert {*made.embeddings.vector_search(ids=[20], k=3)[0][0]} == {16, 20, 24}
    assert made.topics.depth >= 1
