"""kill -9 anywhere in a build, then the same call again: it goes on, and the map is the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from localatlas import AtlasDataset
from localatlas.pipeline import jobs

SUPPORT = Path(__file__).parents[1] / "support"
ROWS = 120
STAGES = ("snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages", "commit")


def run(home: Path, log: str, *where: str, rows: int = ROWS) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "LOCALATLAS_HOME": str(home),
        "LOCALATLAS_CACHE": str(home.parent / "cache"),
        "PYTHONPATH": str(SUPPORT),
        "LOCALATLAS_JOBS": "1" if log != "-" else "2",
    }
    command = [sys.executable, str(SUPPORT / "killed_build.py"), str(rows), log, *where]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def contents(home: Path) -> dict[str, bytes]:
    """Return every file of the home's one map and index, with the ids that differ by nature taken out."""
    dataset = AtlasDataset("killed", home=str(home))
    (projection,) = dataset.maps
    index, record = projection.record
    store = projection._store
    names = [*store.objects(record.prefix), *store.objects(index.prefix)]
    ids = {projection.id: "MAP", index.id: "INDEX", dataset.id: "DATASET"}
    found = {}
    for name in names:
        data, shown = store.get(name), name
        for given, plain in ids.items():
            data, shown = data.replace(given.encode(), plain.encode()), shown.replace(given, plain)
        found[shown] = data
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    done = run(home, str(home.parent / "log"))
    assert done.returncode == 0, done.stderr
    return contents(home)


def check_resumes(home: Path, log: Path, undisturbed: dict[str, bytes]) -> None:
    """Run the same script to its end after a kill, and compare."""
    dataset = AtlasDataset("killed", home=str(home))
    assert dataset.total_datums in (0, 2 * ROWS)
    resumed = run(home, str(log))
    assert resumed.returncode == 0, resumed.stderr
    assert contents(home) == undisturbed
    embedded = log.read_text().splitlines()
    assert len(embedded) == len(set(embedded)), "a row was embedded twice"
    assert {job.state for job in jobs.jobs(dataset._store)} == {"done"}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("stage", STAGES)
def test_killed_between_stages(tmp_path: Path, stage: str, moment: str, undisturbed: dict[str, bytes]) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    killed = run(home, str(log), stage, moment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if (stage, moment) != ("commit", "after"):
        assert AtlasDataset("killed", home=str(home)).maps == []
        check_resumes(home, log, undisturbed)
    else:
        assert contents(home) == undisturbed


@pytest.mark.parametrize("stage", ["embed", "neighbors", "layout", "topics", "duplicates"])
def test_killed_within_a_stage(tmp_path: Path, stage: str, undisturbed: dict[str, bytes]) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    killed = run(home, str(log), stage, "during")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert AtlasDataset("killed", home=str(home)).maps == []
    check_resumes(home, log, undisturbed)


@pytest.mark.parametrize("writes", [0, 1, 3])
def test_killed_between_the_writes_of_the_commit(tmp_path: Path, writes: int, undisturbed: dict[str, bytes]) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    killed = run(home, str(log), "put", str(writes))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert AtlasDataset("killed", home=str(home)).maps == []
    check_resumes(home, log, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["embed", "layout", "topics"])
def test_killed_with_the_default_plugins(tmp_path: Path, stage: str) -> None:
    whole = tmp_path / "whole" / "home"
    done = run(whole, "-", rows=600)
    assert done.returncode == 0, done.stderr
    home = tmp_path / "killed" / "home"
    killed = run(home, "-", stage, "during", rows=600)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    resumed = run(home, "-", rows=600)
    assert resumed.returncode == 0, resumed.stderr
    assert contents(home) == contents(whole)
