"""kill -9 anywhere in an update: the old version stays whole, and the same call gives the bytes of one undisturbed."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs

SUPPORT = Path(__file__).parents[1] / "support"
OLD_ROWS, NEW_ROWS = 120, 129
STAGES = ("snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages", "commit")


def run(home: Path, what: str, *where: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "LOCALATLAS_HOME": str(home),
        "LOCALATLAS_CACHE": str(home.parent / "cache"),
        "PYTHONPATH": str(SUPPORT),
        "LOCALATLAS_JOBS": "1",
    }
    # The log's name is an option of the embedder, and so part of what is built.
    command = [sys.executable, str(SUPPORT / "killed_update.py"), what, "log", *where]
    return subprocess.run(command, cwd=home.parent, env=environment, capture_output=True, text=True, check=False)


def the_map(home: Path) -> AtlasProjection:
    (projection,) = AtlasDataset("killed", home=str(home)).maps
    return projection


def contents(home: Path) -> dict[str, bytes]:
    """Return every file of the newest version."""
    projection = the_map(home)
    index, record = projection.record
    store = projection._store
    names = [name for prefix in (record.prefix, index.prefix) for name in store.objects(f"{prefix}/")]
    # Later versions lie within the folder of the first.
    return {name: store.get(name) for name in names if index.revision > 1 or "/v2/" not in name}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home in it that holds a map."""
    folder = tmp_path_factory.mktemp("built")
    done = run(folder / "home", "build")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def undisturbed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "copy"
    shutil.copytree(built, folder)
    done = run(folder / "home", "update")
    assert done.returncode == 0, done.stderr
    assert the_map(folder / "home").data.tb.num_rows == NEW_ROWS
    return contents(folder / "home")


def check(built: Path, folder: Path, undisturbed: dict[str, bytes], *where: str) -> None:
    """Kill an update, look at the map, and run the same script to its end."""
    shutil.copytree(built, folder)
    home = folder / "home"
    before = contents(home)
    killed = run(home, "update", *where)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    made = the_map(home)
    if where != ("commit", "after"):
        assert made.status == "stopped"
        assert contents(home) == before
        # Of the old version's rows, those that were deleted since are hidden.
        assert made.embeddings.tb.num_rows == OLD_ROWS - 3
        # Whoever looks at a version keeps it, until the last view of it is collected.
        made = the_map(home)
        gc.collect()
    resumed = run(home, "update")
    assert resumed.returncode == 0, resumed.stderr
    assert made.status == "done"
    assert contents(home) == undisturbed
    embedded = (folder / "log").read_text().splitlines()
    assert len(embedded) == len(set(embedded)), "a row was embedded twice"
    check_nothing_is_left(made)


def check_nothing_is_left(made: AtlasProjection) -> None:
    store, (index, record) = made._store, made.record
    prefixes = (f"{record.prefix}/", f"{index.prefix}/")
    assert [name for name in store.objects("data/") if not name.startswith(prefixes)] == []
    unfinished = [job for job in jobs.jobs(store) if job.state != "done"]
    assert all(job.revision <= index.revision for job in unfinished)
    assert not list((store.scratch() / "stages").glob("*/.*/"))


@pytest.mark.parametrize("stage", STAGES)
def test_killed_before_the_work_of_a_stage(
    tmp_path: Path, stage: str, built: Path, undisturbed: dict[str, bytes]
) -> None:
    check(built, tmp_path / "home", undisturbed, stage, "before")


@pytest.mark.parametrize("stage", ["embed", "layout", "pages", "commit"])
def test_killed_after_a_stage(tmp_path: Path, stage: str, built: Path, undisturbed: dict[str, bytes]) -> None:
    check(built, tmp_path / "home", undisturbed, stage, "after")


@pytest.mark.parametrize("writes", [1, 4])
def test_killed_between_the_writes_of_the_commit(
    tmp_path: Path, writes: int, built: Path, undisturbed: dict[str, bytes]
) -> None:
    check(built, tmp_path / "home", undisturbed, "put", str(writes))
