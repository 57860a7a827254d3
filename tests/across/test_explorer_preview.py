"""A layout on the way, as the explorer's server hands it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from atlas_plugin_explorer.app import create_app
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.protocols import Context, Index, Layout
from page_client import TestClient
from reference import Principal

pytestmark = pytest.mark.plugins


def get(projection: AtlasProjection, address: str) -> Any:
    with TestClient(create_app(projection), base_url="http://127.0.0.1") as client:
        return client.get(address)


class Slow(Principal):
    """Shows its layout, and lets a test look meanwhile."""

    look: Callable[[], None]

    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        context.preview(layout.positions)
        Slow.look()
        return layout


def test_a_layout_is_seen_while_it_is_made(dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localatlas.pipeline.previews.FIRST_AFTER_SECONDS", 0.0)
    answers: list[Any] = []
    pages: list[str] = []

    def look() -> None:
        (job,) = jobs.jobs(dataset._store)
        projection = AtlasProjection(dataset, dataset._store, job.map_id)
        answers.append(get(projection, "/api/preview"))
        pages.append(get(projection, "/").text)
        answers.append(get(projection, f"/api/preview?after={answers[0].headers['atlas-preview']}"))

    monkeypatch.setattr(Slow, "look", look, raising=False)
    made = dataset.create_index(indexed_field="text", projection=Slow(Slow.Options()), progress=False)
    first, again = answers
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/octet-stream"
    assert (first.headers["atlas-points"], first.headers["atlas-preview"]) == ("5", "1")
    points = np.frombuffer(first.content, "<u2").reshape(-1, 2)
    assert points.shape == (5, 2)
    assert np.ptp(points, axis=0).max() == 65_535
    assert (again.status_code, again.content) == (204, b"")
    assert get(made, "/api/preview").status_code == 204
    # The page knows whether there is a map to ask for.
    assert "<html data-waiting" in pages[0]
    assert "<html lang" in get(made, "/").text
