"""Where weights come from: this machine first, then the hub (a small one on loopback), and what is said if neither."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_sentence_transformers import NomicText
from atlas_plugin_sentence_transformers.weights import Source, hash_of
from localatlas import model_files, models
from localatlas.errors import ModelNotAvailableError
from nomic_weights import write_text_model

NAME = "nomic-embed-text-v1.5"
REPOSITORY = f"nomic-ai/{NAME}"
COMMIT = "0123456789abcdef0123456789abcdef01234567"

USE = """
import sys
from localatlas import embed
from localatlas.errors import ModelNotAvailableError
try:
    print(embed.text(["the dog"], model=sys.argv[1])["embeddings"].shape)
except ModelNotAvailableError as error:
    print(error)
"""
FETCH = """
import sys
from pathlib import Path
from localatlas import model_files
print(model_files.fetch(sys.argv[1], Path(sys.argv[2])))
"""


class Hub(ThreadingHTTPServer):
    """The part of the hub's interface that a download of a model speaks to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.folder = folder
        self.asked: list[str] = []


class _Answers(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        files = sorted(file.name for file in self.server.folder.iterdir())
        if path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            listed = [self._entry(name) for name in files]
            self._send(json.dumps(listed).encode(), "application/json")
        elif path.startswith(f"/api/models/{REPOSITORY}"):
            known = {
                "id": REPOSITORY,
                "modelId": REPOSITORY,
                "sha": COMMIT,
                "siblings": [{"rfilename": f} for f in files],
            }
            self._send(json.dumps(known).encode(), "application/json")
        elif path.startswith(f"/{REPOSITORY}/resolve/{COMMIT}/") and path.rpartition("/")[2] in files:
            self._send((self.server.folder / path.rpartition("/")[2]).read_bytes(), "application/octet-stream")
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_GET  # noqa: N815  as above

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Say nothing."""

    def _entry(self, name: str) -> dict[str, Any]:
        data = (self.server.folder / name).read_bytes()
        return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}  # noqa: S324  git's

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    write_text_model(tmp_path / "hub")
    (tmp_path / "hub" / "pytorch_model.bin").write_bytes(b"a pickle")
    (tmp_path / "hub" / "modeling.py").write_text("raise SystemExit", encoding="utf-8")
    with Hub(tmp_path / "hub") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(code: str, hub: Hub, home: Path, *arguments: str, **variables: str) -> str:
    """Run code in a process of its own, whose hub is ours; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "LOCALATLAS_"))}
    environment |= {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(home / "hf")}
    environment |= {"LOCALATLAS_CACHE": str(home / "cache"), "XDG_DATA_HOME": str(home / "data"), **variables}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_model_that_is_named_is_fetched_once(hub: Hub, tmp_path: Path) -> None:
    assert run(USE, hub, tmp_path, NAME).strip() == "(1, 32)"
    fetched = {path.rpartition("/")[2] for path in hub.asked if "/resolve/" in path}
    assert fetched == {"config.json", "model.safetensors", "tokenizer.json"}
    hub.asked.clear()
    assert run(USE, hub, tmp_path, NAME, LOCALATLAS_OFFLINE="1").strip() == "(1, 32)"
    assert hub.asked == []


def test_nothing_is_fetched_offline(hub: Hub, tmp_path: Path) -> None:
    told = run(USE, hub, tmp_path, NAME, LOCALATLAS_OFFLINE="1")
    assert told.startswith(f"the weights of '{NAME}' are not on this machine, and nothing was embedded.")
    assert "the Hugging Face hub (forbidden by LOCALATLAS_OFFLINE)" in told
    assert hub.asked == []


def test_what_the_hub_says_is_told(hub: Hub, tmp_path: Path) -> None:
    assert "the Hugging Face hub (RepositoryNotFoundError: " in run(USE, hub, tmp_path, "nomic-embed-text-v1")
    (hub.folder / "model.safetensors").unlink()
    assert f"the Hugging Face hub ({REPOSITORY} has no *.safetensors)" in run(USE, hub, tmp_path, NAME)


def test_a_hub_that_does_not_answer_is_told(hub: Hub, tmp_path: Path) -> None:
    told = run(USE, hub, tmp_path, NAME, HF_ENDPOINT="http://127.0.0.1:9")
    assert "the Hugging Face hub (" in told
    assert "ways out:  1. use the built-in model" in told


def test_a_fetched_model_is_carried_to_a_machine_without_network(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "model.tar"
    assert run(FETCH, hub, tmp_path, NAME, str(packed)).strip() == str(packed)
    monkeypatch.delenv("LOCALATLAS_MODEL_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other machine"))
    with pytest.raises(ModelNotAvailableError):
        NomicText(NomicText.Options()).check()
    place = model_files.add(NAME, packed)
    assert sorted(path.name for path in place.iterdir()) == ["config.json", "model.safetensors", "tokenizer.json"]
    NomicText(NomicText.Options()).check()


def test_the_folder_that_was_given_is_the_only_one(small_models: Path, tmp_path: Path) -> None:
    folder = str(small_models / "nomic-embed-text-v1")
    assert Source(NAME, REPOSITORY, "text", given=folder).folder() == Path(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelNotAvailableError, match=r"holds no weights of .*: no config\.json"):
        Source(NAME, REPOSITORY, "text", given=str(tmp_path / "empty")).folder()


def test_a_name_without_a_repository_is_never_asked_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALATLAS_OFFLINE")
    with pytest.raises(ModelNotAvailableError, match=r"hub \(not asked\)"):
        Source("mine", "", "text").folder()


@pytest.mark.parametrize("library", ["huggingface_hub", "torch"])
def test_without_its_libraries_the_hub_is_not_asked(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.delenv("LOCALATLAS_OFFLINE")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ModelNotAvailableError, match=f"not asked: {library} is not installed"):
        Source("mine", "somebody/mine", "text").folder()


def test_the_hash_is_of_all_files_that_decide(tmp_path: Path) -> None:
    write_text_model(tmp_path / "model")
    before = hash_of(tmp_path / "model")
    (tmp_path / "model" / "README.md").write_text("words", encoding="utf-8")
    assert hash_of(tmp_path / "model") == before
    (tmp_path / "model" / "1_Pooling").mkdir()
    (tmp_path / "model" / "1_Pooling" / "config.json").write_text("{}", encoding="utf-8")
    assert hash_of(tmp_path / "model") != before


def test_missing_libraries_are_named_where_the_weights_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(ModelNotAvailableError, match=f"weights of '{NAME}' are here, but safetensors is not installed"):
        NomicText(NomicText.Options()).check()


def test_the_core_knows_the_names_that_are_given_here() -> None:
    import importlib.metadata

    given = importlib.metadata.distribution("atlas-plugin-sentence-transformers").entry_points
    names = {point.name for point in given}
    known = {name for name, model in models.DOCUMENTED.items() if model.plugin == "atlas-plugin-sentence-transformers"}
    assert names == known | {"sentence-transformers"}
    for point in given:
        component = point.load()
        if point.name in known:
            source = component(component.Options()).source
            assert (source.name, source.repository) == (point.name, models.DOCUMENTED[point.name].repository)
