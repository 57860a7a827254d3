"""The snippets that name nomic-embed models, where the weights are: small ones of the same architecture, made here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from nomic_weights import write_text_model, write_vision_model
from snippets import Seed
from stand_ins import HANDWRITING, photographs, reviews, saved

pytestmark = [
    pytest.mark.plugins,
    pytest.mark.slow,
    # The session `torch` brings it; all others know the models' names alone.
    pytest.mark.skipif(find_spec("torch") is None, reason="needs torch: nox -s torch"),
]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as LOCALATLAS_MODEL_DIR names it."""
    folder = tmp_path_factory.mktemp("models")
    write_text_model(folder / "nomic-embed-text-v1.5")
    write_vision_model(folder / "nomic-embed-vision-v1.5")
    return folder


@pytest.fixture(autouse=True)
def _weights(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALATLAS_OFFLINE", "1")
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(models))


def test_vectors_of_the_named_model_are_mapped(seed: Seed) -> None:
    found = seed.run("embeddings example")
    atlas_map = found["atlas_map"]
    assert atlas_map.status == "done"
    assert list(atlas_map.data.df["text"]) == list(reviews()["text"])
    np.testing.assert_allclose(atlas_map.embeddings.latent, np.asarray(found["embeddings"]), atol=1e-3)
    # "you need to specify which features to use for map topic labels"
    topics = atlas_map.topics.df
    assert len(topics) == len(reviews())
    assert topics["topic_depth_1"].str.contains(r"[a-z]").all(), "words of the texts, no numbers"


def test_images_in_batches_are_mapped_by_the_named_model(seed: Seed) -> None:
    found = seed.run("batches", imports=f"from {seed.package} import AtlasDataset")
    dataset, atlas_map = found["dataset"], found["atlas_map"]
    assert dataset.total_datums == HANDWRITING > 1000, "more than one batch"
    frame = atlas_map.data.df
    assert list(frame["id"]) == list(range(HANDWRITING))
    assert list(frame["label"]) == [row["label"] for row in found["metadata"]]
    assert atlas_map.record[0].plan.embedder.name == "nomic-embed-vision-v1.5"
    assert atlas_map.record[0].plan.topic_model is None
    places = atlas_map.embeddings.projected[["x", "y"]].to_numpy()
    assert places.shape == (HANDWRITING, 2)
    assert np.isfinite(places).all()


def test_texts_are_embedded(seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    output = seed.run("embed texts")["output"]
    assert len(output["embeddings"]) == 2
    assert output["model"] == "nomic-embed-text-v1.5"
    assert output["usage"]["total_tokens"] == output["usage"]["prompt_tokens"] > 2
    assert "'embeddings'" in capsys.readouterr().out


def test_images_are_embedded(seed: Seed, tmp_path: Path) -> None:
    paths = saved(tmp_path, photographs()[0][:2])
    output = seed.run("embed images", replace={f"/path/to/image{at + 1}.jpg": path for at, path in enumerate(paths)})[
        "output"
    ]
    assert len(output["embeddings"]) == 2
    assert output["model"] == "nomic-embed-vision-v1.5"
    assert {"prompt_tokens", "total_tokens"} == set(output["usage"])
