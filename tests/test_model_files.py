from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from localatlas import embedders, model_files, models
from localatlas.errors import (
    AtlasValueError,
    InvalidOptionError,
    ModelNotAvailableError,
    PluginFailedError,
    StorageError,
    UnknownPluginError,
)
from reference import CountedWords

NAME = "nomic-embed-text-v1.5"


@pytest.fixture(autouse=True)
def _nothing_here(components: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "1_Pooling").mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "1_Pooling/config.json"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


class Fetched(CountedWords):
    """An embedder with weights on a hub of its own."""

    def fetch(self, folder: Path) -> None:
        (folder / "config.json").write_text("{}", encoding="utf-8")
        (folder / "model.safetensors").write_text("weights", encoding="utf-8")


class Unreachable(CountedWords):
    def fetch(self, folder: Path) -> None:
        (folder / "config.json").write_text("{}", encoding="utf-8")
        raise TimeoutError("no answer")


class Half(CountedWords):
    def fetch(self, folder: Path) -> None:
        (folder / "config.json").write_text("{}", encoding="utf-8")


def test_a_folder_is_pointed_at_and_stays_where_it_is(source: Path) -> None:
    place = model_files.add(NAME, source)
    assert models.locate(NAME) == place
    assert place.resolve() == source
    model_files.remove(NAME)
    assert models.locate(NAME) is None
    assert (source / "model.safetensors").is_file()


def test_a_packed_model_is_unpacked(source: Path, tmp_path: Path) -> None:
    embedders.register("mine", Fetched)
    packed = model_files.fetch("mine", tmp_path / "mine.tar")
    assert packed == tmp_path / "mine.tar"
    assert models.locate("mine") is None
    place = model_files.add("mine", packed)
    packed.unlink()
    assert (place / "model.safetensors").read_text(encoding="utf-8") == "weights"
    model_files.remove("mine")
    assert not place.exists()


def test_folders_within_a_packed_model_are_kept(source: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "model.tar", "w") as archive:
        archive.add(source, ".")
    place = model_files.add("BAAI/bge-small", tmp_path / "model.tar")
    assert (place / "1_Pooling" / "config.json").is_file()
    assert models.added() == ["BAAI/bge-small"]


def test_fetched_weights_are_ready_for_use() -> None:
    embedders.register("mine", Fetched)
    assert models.locate("mine") is None
    assert model_files.fetch("mine") == models.locate("mine")


def test_a_model_of_the_same_name_is_replaced(source: Path, tmp_path: Path) -> None:
    embedders.register("mine", Fetched)
    model_files.fetch("mine")
    model_files.add("mine", source)
    assert models.added_models().joinpath("mine").is_symlink()
    model_files.fetch("mine")
    assert not models.added_models().joinpath("mine").is_symlink()
    assert (source / "model.safetensors").read_text(encoding="utf-8") == "model.safetensors"


@pytest.mark.parametrize(("model", "error"), [(Unreachable, PluginFailedError), (Half, AtlasValueError)])
@pytest.mark.parametrize("packed", [True, False])
def test_what_fails_leaves_nothing(model: type[Any], error: type[Exception], packed: bool, tmp_path: Path) -> None:
    embedders.register("mine", model)
    with pytest.raises(error, match=r"no answer|there is no \*\.safetensors"):
        model_files.fetch("mine", tmp_path / "out" / "mine.tar" if packed else None)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert models.added() == []


def test_what_a_name_stands_for_stays_when_its_successor_is_no_model(source: Path, tmp_path: Path) -> None:
    model_files.add(NAME, source)
    (tmp_path / "empty").mkdir()
    for wrong in (tmp_path / "empty", tmp_path / "missing", source / "config.json"):
        with pytest.raises(AtlasValueError, match="holds no model|is not there|no tar file"):
            model_files.add(NAME, wrong)
    assert models.locate(NAME) is not None


def test_a_packed_model_cannot_write_elsewhere(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        member = tarfile.TarInfo("../../escaped")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(AtlasValueError, match="no tar file with a model"):
        model_files.add(NAME, tmp_path / "evil.tar")
    assert not list(tmp_path.rglob("escaped"))


def test_what_lies_in_a_folder_that_was_pointed_at_is_no_model_and_stays(source: Path, tmp_path: Path) -> None:
    model_files.add("mine", source)
    assert models.added() == ["mine"]
    with pytest.raises(InvalidOptionError, match="'mine' is one, and no organization"):
        model_files.remove("mine/1_Pooling")
    with pytest.raises(InvalidOptionError, match="'mine' is one, and no organization"):
        model_files.add("mine/more", source)
    assert sorted(path.name for path in source.iterdir()) == ["1_Pooling", "config.json", "model.safetensors"]


def test_models_of_an_organization_do_not_go_together(source: Path) -> None:
    model_files.add("org/a", source)
    for change in (lambda: model_files.remove("org"), lambda: model_files.add("org", source)):
        with pytest.raises(InvalidOptionError, match="it is an organization with 'org/a'"):
            change()
    assert models.added() == ["org/a"]
    model_files.remove("org/a")
    with pytest.raises(ModelNotAvailableError, match="no model 'org' was added"):
        model_files.remove("org")


def test_a_model_is_not_replaced_by_itself(source: Path) -> None:
    embedders.register("mine", Fetched)
    unpacked = model_files.fetch("mine")
    with pytest.raises(AtlasValueError, match="lies in the model that it would replace"):
        model_files.add("mine", unpacked)
    assert (unpacked / "model.safetensors").read_text(encoding="utf-8") == "weights"
    linked = model_files.add("linked", source)
    assert model_files.add("linked", linked).resolve() == source


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("cut", [100, -1000])
def test_a_packed_model_that_was_cut_short_is_refused(mode: str, cut: int, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(np.random.default_rng(0).bytes(200_000))
    with tarfile.open(tmp_path / "whole", mode) as archive:
        archive.add(tmp_path / "model.safetensors", "model.safetensors")
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:cut])
    with pytest.raises(AtlasValueError, match="no tar file with a model"):
        model_files.add(NAME, tmp_path / "cut")
    assert models.added() == []


@pytest.mark.parametrize("name", ["", "..", "../x", "/x", "a/b/c", "a/../b", ".hidden", "a b"])
def test_what_is_no_name_is_refused(name: str, source: Path) -> None:
    with pytest.raises(InvalidOptionError, match="no name of a model"):
        model_files.add(name, source)
    with pytest.raises(InvalidOptionError, match="no name of a model"):
        model_files.remove(name)


def test_what_was_not_added_cannot_be_removed(source: Path) -> None:
    model_files.add(NAME, source)
    with pytest.raises(ModelNotAvailableError, match=f"no model 'nomic-embed-text-v1.4' .*did you mean '{NAME}'"):
        model_files.remove("nomic-embed-text-v1.4")


def test_only_models_with_weights_on_a_hub_are_fetched() -> None:
    with pytest.raises(ModelNotAvailableError, match="'use-multilingual-v3' .*nothing to fetch"):
        model_files.fetch("use-multilingual-v3")
    with pytest.raises(UnknownPluginError, match="no embedder 'nonsense'"):
        model_files.fetch("nonsense")
    with pytest.raises(ModelNotAvailableError, match=r"no plugin that is installed here runs 'nomic-embed-code'"):
        model_files.fetch("nomic-embed-code")


def test_a_folder_that_cannot_be_written_is_named(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="cannot be written"):
        model_files.add(NAME, source)
