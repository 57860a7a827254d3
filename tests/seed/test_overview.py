"""The page "Datasets and Maps": what its prose promises of every snippet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from localatlas import AtlasDataset
from localatlas.errors import ModelNotAvailableError
from snippets import Seed
from stand_ins import HANDWRITING, photographs, reviews, saved

pytestmark = [pytest.mark.plugins, pytest.mark.slow]

COLUMNS = ["published_date", "published_platform", "rating", "type", "text", "title", "helpful_votes"]
SOME = 40


def is_a_map_of(atlas_map: Any, rows: int) -> None:
    """Assert what every map has: a place and a vector for each row, in upload order."""
    assert atlas_map.status == "done"
    assert [each.id for each in atlas_map.dataset.maps] == [atlas_map.id]
    places = atlas_map.embeddings.projected[["x", "y"]].to_numpy()
    assert places.shape == (rows, 2)
    assert np.isfinite(places).all()
    assert len(np.unique(places, axis=0)) > rows / 2, "rows do not lie in one heap"
    assert len(atlas_map.embeddings.latent) == len(atlas_map.data.df) == rows


def has_topics_of(atlas_map: Any, rows: int) -> None:
    topics = atlas_map.topics.df
    labels = topics[[column for column in topics.columns if column.startswith("topic_depth_")]]
    assert labels.shape[1] >= 2
    assert len(labels) == rows
    assert labels.notna().all().all()
    assert labels.map(lambda label: bool(label.strip())).all().all()


def shared(places: np.ndarray, labels: Any, k: int = 5) -> float:
    """Return how often the nearest points on the map have the same label."""
    from sklearn.neighbors import NearestNeighbors

    _, near = NearestNeighbors(n_neighbors=k + 1).fit(places).kneighbors(places)
    values = np.asarray(labels)
    return float((values[near[:, 1:]] == values[:, None]).mean())


def test_a_dataset_is_downloaded(seed: Seed, my_dataset: list[str]) -> None:
    frame = seed.run("download")["df"]
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["id"]) == my_dataset
    assert set(frame.columns) == {"id", *COLUMNS}
    assert list(frame["text"])[: len(reviews())] == list(reviews()["text"])


@pytest.mark.parametrize("form", ["frame", "dicts"])
def test_text_is_mapped(seed: Seed, form: str) -> None:
    rows = reviews()[["title", "text"]].head(SOME)
    data = rows if form == "frame" else rows.to_dict("records")
    found = seed.run("text", your_dataset_name="Your Name", your_data=data, your_text_field="text")
    is_a_map_of(found["atlas_map"], SOME)
    assert list(found["atlas_map"].data.df["text"]) == list(rows["text"])
    assert found["dataset"].identifier == "local/your-name"


def test_reviews_are_mapped_by_their_text(seed: Seed) -> None:
    from sklearn.manifold import trustworthiness

    found = seed.run("text example")
    atlas_map = found["atlas_map"]
    is_a_map_of(atlas_map, len(reviews()))
    has_topics_of(atlas_map, len(reviews()))
    view = atlas_map.data.df
    assert set(COLUMNS) <= set(view.columns)
    pd.testing.assert_frame_equal(view[COLUMNS], found["df"][COLUMNS], check_dtype=False)
    # "a map of the points in the dataset clustered by the content of the text"
    places = atlas_map.embeddings.projected[["x", "y"]].to_numpy()
    assert trustworthiness(atlas_map.embeddings.latent, places, n_neighbors=5, metric="cosine") > 0.75


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve the test's folder on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def encoded(image: Any) -> bytes:
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("form", ["URLs", "paths", "path texts", "bytes", "PIL images"])
def test_images_are_mapped_in_every_form(seed: Seed, form: str, tmp_path: Path, address: str) -> None:
    images, labels = (part[::2][:SOME] for part in photographs())
    paths = saved(tmp_path, images)
    blobs: dict[str, list[Any]] = {
        "URLs": [f"{address}/{path.name}" for path in paths],
        "paths": list(paths),
        "path texts": [str(path) for path in paths],
        "bytes": [encoded(image) for image in images],
        "PIL images": images,
    }
    metadata = [{"label": label} for label in labels]
    found = seed.run("images", your_dataset_name="images", your_images=blobs[form], your_metadata=metadata)
    is_a_map_of(found["atlas_map"], len(images))
    assert found["dataset"].modality == "image"
    assert list(found["atlas_map"].data.df["label"]) == labels


def test_metadata_of_images_are_optional(seed: Seed) -> None:
    images = photographs()[0][:SOME]
    found = seed.run("images", your_dataset_name="bare images", your_images=images, your_metadata=None)
    is_a_map_of(found["atlas_map"], SOME)


def test_images_of_a_hub_are_mapped(seed: Seed) -> None:
    found = seed.run("images example")
    labels = photographs()[1]
    is_a_map_of(found["atlas_map"], len(labels))
    assert list(found["atlas_map"].data.df["label"]) == labels
    places = found["atlas_map"].embeddings.projected[["x", "y"]].to_numpy()
    assert shared(places, labels) > 0.75, "squares of one photograph lie together"


@pytest.mark.parametrize("metadata", [None, [{"label": number} for number in range(SOME)]], ids=["bare", "with data"])
def test_vectors_are_mapped(seed: Seed, metadata: Any) -> None:
    vectors = np.random.default_rng(3).normal(size=(SOME, 12)).astype(np.float32)
    # "you need to specify which features to use for map topic labels", the page says; until then, we say so.
    with pytest.warns(UserWarning, match="topic_label_field"):
        found = seed.run("embeddings", your_dataset_name="vectors", your_embeddings=vectors, your_metadata=metadata)
    atlas_map = found["atlas_map"]
    is_a_map_of(atlas_map, SOME)
    latent = atlas_map.embeddings.latent
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(latent, axis=1)
    np.testing.assert_allclose((vectors * latent).sum(axis=1), lengths, rtol=1e-5)


@pytest.mark.parametrize("model", ["umap", "nomic-project-v1", "nomic-project-v2"])
def test_a_projection_is_chosen_and_tuned(seed: Seed, model: str) -> None:
    # The page's snippet names umap; its text, the other two.
    found = seed.run("projection", replace={'model="umap"': f"model={model!r}"})
    atlas_map = found["atlas_map"]
    is_a_map_of(atlas_map, len(reviews()))
    projector = atlas_map.record[0].plan.projector
    assert projector.name == model
    assert {"n_neighbors": 5, "min_dist": 0.05, "n_epochs": 30}.items() <= projector.options.items()


@pytest.mark.usefixtures("_no_weights")
def test_a_model_that_is_not_here_embeds_nothing(seed: Seed) -> None:
    with pytest.raises(ModelNotAvailableError, match=r"nomic-embed-text-v1\.5.*nothing was embedded"):
        seed.run("embeddings example")
    assert AtlasDataset("embeddings-dataset-airline-reviews").total_datums == 0


@pytest.mark.usefixtures("_no_weights")
def test_images_in_batches_stay_when_the_model_is_not_here(seed: Seed) -> None:
    forgotten = f"from {seed.package} import AtlasDataset"
    with pytest.raises(ModelNotAvailableError, match=r"nomic-embed-vision-v1\.5.*nothing was embedded"):
        seed.run("batches", imports=forgotten)
    dataset = AtlasDataset("image-dataset-imagenette10k")
    assert dataset.total_datums == HANDWRITING > 1000, "more than one batch"
    assert dataset.maps == []
