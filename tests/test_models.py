from __future__ import annotations

import os
from pathlib import Path

import pytest
from localatlas import configure, models
from localatlas.errors import AtlasError

NAME = "nomic-embed-text-v1.5"
REPOSITORY = "nomic-ai/nomic-embed-text-v1.5"


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def weights(folder: Path, *files: str) -> Path:
    folder.mkdir(parents=True)
    for name in files or ("config.json", "model.safetensors"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def snapshot(tmp_path: Path, commit: str, *files: str) -> Path:
    return weights(
        tmp_path / "cache/huggingface/hub/models--nomic-ai--nomic-embed-text-v1.5/snapshots" / commit, *files
    )


def test_the_sdks_names_are_known() -> None:
    assert {name for name, model in models.DOCUMENTED.items() if model.modality == "image"} == {
        "nomic-embed-vision-v1",
        "nomic-embed-vision-v1.5",
    }
    assert {"nomic-embed-text-v1", NAME, "nomic-embed-text-v2", "gte-multilingual-base"} <= set(models.DOCUMENTED)
    assert all(name == model.name for name, model in models.DOCUMENTED.items())


def test_nothing_is_found_where_nothing_is() -> None:
    assert models.locate(NAME, REPOSITORY) is None
    assert [place.path for place in models.places(NAME, REPOSITORY)] == [None, None, None]


def test_the_folder_of_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = snapshot(tmp_path, "aaa")
    assert models.locate(NAME, REPOSITORY) == kept
    added = weights(models.added_models() / NAME)
    assert models.locate(NAME, REPOSITORY) == added
    chosen = weights(tmp_path / "chosen" / NAME)
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(tmp_path / "chosen"))
    assert models.locate(NAME, REPOSITORY) == chosen
    assert models.locate("another", REPOSITORY) == kept


def test_a_folder_that_lacks_a_file_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights(tmp_path / "chosen" / NAME, "config.json")
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(tmp_path / "chosen"))
    assert models.locate(NAME) is None
    assert "lacks *.safetensors" in str(models.places(NAME)[0])
    assert models.locate(NAME, needs=("config.json",)) == tmp_path / "chosen" / NAME


def test_the_snapshot_that_the_hubs_libraries_take_comes_first(tmp_path: Path) -> None:
    older, newer = snapshot(tmp_path, "aaa"), snapshot(tmp_path, "bbb")
    os.utime(older, (1, 1))
    assert models.locate(NAME, REPOSITORY) == newer
    main = older.parents[1] / "refs" / "main"
    main.parent.mkdir()
    main.write_text("aaa\n", encoding="utf-8")
    assert models.locate(NAME, REPOSITORY) == older


def test_an_unfinished_snapshot_is_named(tmp_path: Path) -> None:
    snapshot(tmp_path, "aaa", "config.json")
    assert models.locate(NAME, REPOSITORY) is None
    assert f"the snapshot of {REPOSITORY} lacks *.safetensors" in str(models.places(NAME, REPOSITORY)[2])


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"])
def test_the_hubs_own_variables_say_where_its_cache_is(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert models.hub_cache() == tmp_path / "cache" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert models.hub_cache() == tmp_path / "hf" / "hub"
    monkeypatch.setenv(variable, str(tmp_path / "own"))
    assert models.hub_cache() == tmp_path / "own"


def test_the_error_says_where_was_looked_and_the_ways_out(tmp_path: Path) -> None:
    told = str(models.not_available(NAME, "text", REPOSITORY))
    add = f"localatlas models add {NAME}"
    first, looked, *ways = told.splitlines()
    assert first == f"the weights of '{NAME}' are not on this machine, and nothing was embedded."
    assert looked == (
        f"  looked in: LOCALATLAS_MODEL_DIR (unset), added models ({tmp_path}/data/localatlas/models is not there), "
        f"{tmp_path}/cache/huggingface/hub (no snapshot of {REPOSITORY}), the Hugging Face hub (not asked)"
    )
    assert [way.removeprefix("  ways out:").strip() for way in ways] == [
        '1. use the built-in model:  embedding_model="use-multilingual-v3"',
        f"2. point at a copy:         {add} /path/to/folder",
        f"3. on a connected machine:  localatlas models fetch {NAME} -o model.tar; carry it over, and {add} model.tar",
        "4. bring vectors:           map_data(embeddings=...)",
    ]


def test_the_error_tells_why_the_hub_did_not_help() -> None:
    configure(offline=True)
    assert "hub (forbidden by LOCALATLAS_OFFLINE)" in str(models.not_available(NAME, "text"))
    assert "hub (no answer)" in str(models.not_available(NAME, "text", hub="no answer"))


def test_the_error_for_images_says_that_spaces_differ() -> None:
    told = str(models.not_available("nomic-embed-vision-v1.5", "image"))
    assert 'embedding_model="efficientnet-lite0"' in told
    assert "text and image vectors then do not share a space" in told


@pytest.mark.parametrize(
    ("name", "first", "ways"),
    [
        (NAME, f"no plugin that is installed here runs '{NAME}' (atlas-plugin-sentence-transformers does)", 5),
        ("nomic-embed-code", "no plugin that is installed here runs 'nomic-embed-code'", 2),
    ],
)
def test_a_missing_plugin_is_a_way_out_where_there_is_one(name: str, first: str, ways: int) -> None:
    told = str(models.not_available(name, "text", installed=False))
    assert told.startswith(f"{first}, and nothing was embedded.")
    assert f"{ways}. bring vectors" in told
    assert ("2. install what runs it:    pip install atlas-plugin-sentence-transformers" in told) == (ways == 5)


def test_the_error_is_one_that_callers_expect() -> None:
    error = models.not_available(NAME, "text")
    assert isinstance(error, LookupError)
    assert isinstance(error, ValueError)
    assert isinstance(error, AtlasError)


def test_added_models_have_names_of_one_or_two_parts() -> None:
    weights(models.added_models() / NAME)
    weights(models.added_models() / "BAAI" / "bge-small-en")
    weights(models.added_models() / ".making-1")
    assert models.added() == ["BAAI/bge-small-en", NAME]
    assert models.names() == [*models.DOCUMENTED, "BAAI/bge-small-en"]
