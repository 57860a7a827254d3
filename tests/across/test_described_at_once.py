"""Two processes that change what is said of a dataset at once: neither's change is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from localatlas import AtlasDataset

# Stops where it has read the dataset's record, and where it is about to write it, until it is told to go on.
CHANGER = """
from atlas_plugin_lance.dataset import LanceDatasetStore
from localatlas import AtlasDataset
from localatlas.home import Home

def stop(where):
    print(where, flush=True)
    input()

def find(home, key, real=Home.find):
    found = real(home, key)
    stop("read")
    return found

def put(store, name, data, real=LanceDatasetStore.put):
    stop("writing")
    real(store, name, data)

Home.find, LanceDatasetStore.put = find, put
made = AtlasDataset("notes", is_public=False)
print(made.description, made.is_public, flush=True)
"""


class Changer:
    """Another process that makes the dataset private."""

    def __init__(self, home: Path) -> None:
        environment = {**os.environ, "LOCALATLAS_HOME": str(home)}
        command = [sys.executable, "-c", CHANGER]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


def test_what_two_processes_change_at_once_is_all_kept(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    ours = AtlasDataset("notes", "first", home=home)
    other = Changer(tmp_path / "home")
    with other.process:
        try:
            assert other.says() == "read"
            AtlasDataset("notes", "second", home=home)
            other.go_on()
            assert other.says() == "writing"
            assert ours.is_locked
            other.go_on()
            assert other.says() == "second False"
        finally:
            other.process.kill()
    now = AtlasDataset.load("notes", home=home)
    assert (now.description, now.is_public) == ("second", False)


def test_a_dataset_that_is_deleted_before_it_is_changed_stays_deleted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ours = AtlasDataset("notes", "first", home=str(home))
    other = Changer(home)
    with other.process:
        try:
            assert other.says() == "read"
            ours.delete()
            other.go_on()
            assert other.says() == ""
            assert other.process.wait() == 1
        finally:
            other.process.kill()
    assert list(home.rglob("dataset.json")) == []
