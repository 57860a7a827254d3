from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from localatlas import embedders
from reference import CountedWords

Localatlas = Callable[..., Any]
NAME = "nomic-embed-text-v1.5"


class Fetched(CountedWords):
    def fetch(self, folder: Path) -> None:
        (folder / "config.json").write_text("{}", encoding="utf-8")
        (folder / "model.safetensors").write_text("weights", encoding="utf-8")


@pytest.fixture
def source(components: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    embedders.register("mine", Fetched)
    folder = tmp_path / "source"
    folder.mkdir()
    Fetched(Fetched.Options()).fetch(folder)
    return folder


def listed(localatlas: Localatlas) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in json.loads(localatlas("models", "list", "--json").out)}


def test_a_model_is_added_listed_and_forgotten(localatlas: Localatlas, source: Path, tmp_path: Path) -> None:
    assert listed(localatlas)[NAME]["path"] == ""
    done = localatlas("models", "add", NAME, str(source))
    assert (done.status, done.err) == (0, "")
    place = tmp_path / "data" / "localatlas" / "models" / NAME
    assert done.out == f"{NAME} is at {place}\n"
    assert listed(localatlas)[NAME]["path"] == str(place)
    assert localatlas("models", "rm", NAME).out == f"{NAME} is forgotten\n"
    assert listed(localatlas)[NAME]["path"] == ""


def test_the_list_says_what_runs_a_model(localatlas: Localatlas, source: Path) -> None:
    localatlas("models", "add", "BAAI/bge-small", str(source))
    rows = listed(localatlas)
    assert rows["nomic-embed-vision-v1.5"]["embeds"] == "image"
    assert rows["nomic-embed-code"]["plugin"] == ""
    assert rows["BAAI/bge-small"]["path"]
    shown = localatlas("models", "list").out.splitlines()
    assert shown[0].split() == ["model", "embeds", "run", "by", "weights"]
    assert max(len(line.rstrip()) for line in shown) <= 80
    assert any(line.startswith("nomic-embed-code") and "no plugin" in line and "not here" in line for line in shown)


def test_weights_are_carried_to_another_machine(localatlas: Localatlas, source: Path, tmp_path: Path) -> None:
    packed = tmp_path / "mine.tar"
    assert localatlas("models", "fetch", "mine", "-o", str(packed)).out == f"mine is at {packed}\n"
    assert "mine" not in listed(localatlas)
    assert localatlas("models", "add", "mine", str(packed)).status == 0
    assert listed(localatlas)["mine"]["plugin"] == "installed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", NAME, "missing-folder"), "missing-folder is not there"),
        (("add", "a/b/c", "."), "is no name of a model"),
        (("rm", NAME), f"no model '{NAME}' was added"),
        (("fetch", "nomic-embed-code"), "no plugin that is installed here runs 'nomic-embed-code'"),
        (("fetch", "nonsense"), "there is no embedder 'nonsense'"),
    ],
)
def test_what_cannot_be_is_one_paragraph(
    localatlas: Localatlas, source: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = localatlas("models", *arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Error: ")
    assert words in done.err.replace("\n", " ")
