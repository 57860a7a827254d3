"""Runs where torch is (`nox -s torch`); every test finds small models under the names of the large ones."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

# The other sessions know the plugin but not what it works with.
collect_ignore_glob = [] if find_spec("torch") and find_spec("atlas_plugin_sentence_transformers") else ["test_*.py"]


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: nomic-embed-text-v1, -v1.5, nomic-embed-vision-v1, -v1.5 and a CLIP, small and random."""
    from clip_weights import write_clip_model
    from nomic_weights import write_text_model, write_vision_model

    folder = tmp_path_factory.mktemp("models")
    for seed, version in enumerate(("v1", "v1.5")):
        write_text_model(folder / f"nomic-embed-text-{version}", seed=seed)
        write_vision_model(folder / f"nomic-embed-vision-{version}", seed=seed)
    write_clip_model(folder / "someone" / "small-clip")
    return folder


@pytest.fixture(autouse=True)
def _models_are_local(small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(small_models))
    monkeypatch.setenv("LOCALATLAS_OFFLINE", "1")
    for variable in ("XDG_DATA_HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.setenv(variable, str(tmp_path / "none"))
