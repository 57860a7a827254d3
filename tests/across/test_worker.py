"""Builds in a process of their own, in a home on disk."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from localatlas import AtlasDataset, worker
from localatlas.errors import InvalidOptionError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs

SUPPORT = Path(__file__).parents[1] / "support"
TIMEOUT = 120
# A plugin as pip installs it: the worker must find it by its entry point, as no class of this process gets there.
PLUGIN = """
import os
from reference import CountedWords, Exhaustive, Placing

class Words(CountedWords):
    pass

class Near(Exhaustive):
    pass

class Flat(Placing):
    def project(self, index, context):
        gate = os.environ.get("GATE")
        if gate:
            with open(gate + ".reached", "w") as told:
                told.write("layout")
            with open(gate) as opened:
                opened.read()
        if os.environ.get("FAIL"):
            raise ZeroDivisionError("no luck")
        context.progress(0.5, "half way")
        return super().project(index, context)
"""


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtlasDataset]:
    """A dataset on disk, with plugins of a third party's that another process finds too."""
    from installing import install
    from localatlas import registry

    site = tmp_path / "site"
    site.mkdir()
    points = {
        "localatlas.embedders": {"words": "sample_build:Words"},
        "localatlas.neighbors": {"near": "sample_build:Near"},
        "localatlas.projectors": {"flat": "sample_build:Flat"},
    }
    install(site, "atlas-plugin-sample", "sample_build", PLUGIN, points)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(SUPPORT)]))
    monkeypatch.setenv("LOCALATLAS_NEIGHBORS", "near")
    monkeypatch.setenv("LOCALATLAS_CACHE", str(tmp_path / "cache"))
    registry._discovered.cache_clear()
    made = AtlasDataset("built", unique_id_field="id")
    made.add_data([{"id": f"r{row}", "text": f"word{row} word{row % 3}"} for row in range(12)])
    yield made
    registry._discovered.cache_clear()
    sys.modules.pop("sample_build", None)


class Children:
    """Keeps the processes that are started, so that a test can wait for them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[subprocess.Popen[bytes]] = []
        original = subprocess.Popen

        def start(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
            child = original(*arguments, **options)  # type: ignore[call-overload]
            self.started.append(child)
            return child

        monkeypatch.setattr("localatlas.launching.subprocess.Popen", start)

    def wait(self) -> int:
        """Return the exit status of the worker."""
        return self.started[0].wait(timeout=TIMEOUT)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    return Children(monkeypatch)


def start(dataset: AtlasDataset) -> AtlasProjection:
    return dataset.create_index(
        name="apart",
        indexed_field="text",
        embedding_model="words",
        projection="flat",
        topic_model=False,
        duplicate_detection=False,
        wait=False,
    )


def log_of(dataset: AtlasDataset) -> str:
    (log,) = (dataset._store.scratch() / "logs").iterdir()
    return log.read_text()


def test_a_build_in_another_process_becomes_a_map(dataset: AtlasDataset, children: Children) -> None:
    waiting = start(dataset)
    assert waiting.name == "apart"
    assert waiting.status in ("queued", "running", "done")
    assert children.wait() == 0, log_of(dataset)
    assert (waiting.status, waiting.error) == ("done", None)
    assert [made.id for made in dataset.maps] == [waiting.id]
    assert waiting.data.tb.num_rows == 12
    assert waiting.job is not None
    assert (waiting.job.state, waiting.job.progress) == ("done", 1.0)
    assert log_of(dataset) == ""


def test_an_update_in_another_process(dataset: AtlasDataset, children: Children) -> None:
    made = start(dataset)
    assert children.wait() == 0, log_of(dataset)
    before = made.embeddings.df
    dataset.add_data([{"id": f"new{row}", "text": f"word{row} newer"} for row in range(4)])
    dataset.update_indices(wait=False)
    assert children.started[1].wait(timeout=TIMEOUT) == 0
    assert (made.status, made.record[0].revision) == ("done", 2)
    assert made.embeddings.df.iloc[:12].equals(before)
    assert len(made.embeddings.df) == 16
    dataset.update_indices(wait=False)
    assert len(children.started) == 2, "there is nothing to do"


def test_it_gives_the_bytes_that_this_process_gives(dataset: AtlasDataset, children: Children) -> None:
    apart = start(dataset)
    assert children.wait() == 0, log_of(dataset)
    here = dataset.create_index(
        name="here",
        indexed_field="text",
        embedding_model="words",
        projection="flat",
        topic_model=False,
        duplicate_detection=False,
        progress=False,
    )
    assert here.embeddings.tb.equals(apart.embeddings.tb)
    assert next(stage for stage in here.stages if stage.stage == "layout").kept


def test_a_failing_build_is_logged_and_told(
    dataset: AtlasDataset, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL", "1")
    failed = start(dataset)
    assert children.wait() == worker.FAILED
    assert "PluginFailedError: projector 'flat' (atlas-plugin-sample 1.2) failed: ZeroDivisionError" in log_of(dataset)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "no luck" in failed.error
    with pytest.raises(NotReadyError, match=r"the build of 'apart' failed: .*no luck"):
        _ = failed.data
    assert dataset.maps == []
    # The rows were embedded before; the same call here goes on from there, under the same id.
    monkeypatch.delenv("FAIL")
    again = dataset.create_index(
        name="apart",
        indexed_field="text",
        embedding_model="words",
        projection="flat",
        topic_model=False,
        duplicate_detection=False,
        progress=False,
    )
    assert again.id == failed.id
    assert next(stage for stage in again.stages if stage.stage == "embed").kept


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipe on which the layout of another process waits; `reached` is one on which it says so."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    os.mkfifo(path.with_name("gate.reached"))
    monkeypatch.setenv("GATE", str(path))
    return path


def reached(gate: Path) -> None:
    """Return when the other process has come to its layout."""
    # Non-blocking: a worker that died before would be waited for until the end of time.
    pipe = os.open(gate.with_name("gate.reached"), os.O_RDONLY | os.O_NONBLOCK)
    try:
        told, _, _ = select.select([pipe], [], [], TIMEOUT)
        assert told, "the worker never came to its layout"
    finally:
        os.close(pipe)


def test_a_running_build_is_seen_and_cancelled_from_outside(
    dataset: AtlasDataset, children: Children, gate: Path
) -> None:
    waiting = start(dataset)
    reached(gate)
    assert waiting.status == "running"
    assert waiting.job is not None
    assert waiting.job.stage == "layout"
    with pytest.raises(NotReadyError, match=r"'apart' is still building: layout, \d+%"):
        _ = waiting.data
    # Rows can come in meanwhile: the build reads its own version.
    assert dataset.is_accepting_data
    dataset.add_data([{"id": "late", "text": "late"}])
    waiting.cancel()
    gate.write_text("go on")
    assert children.wait() == worker.CANCELLED, log_of(dataset)
    assert waiting.status == "cancelled"
    assert "cancelled during layout" in log_of(dataset)
    assert dataset.maps == []


def test_a_build_whose_process_was_killed_is_stopped(dataset: AtlasDataset, children: Children, gate: Path) -> None:
    waiting = start(dataset)
    reached(gate)
    children.started[0].kill()
    children.wait()
    assert waiting.status == "stopped"
    with pytest.raises(NotReadyError, match="stopped during 'layout'; the same create_index call goes on"):
        _ = waiting.data


def test_waiting_for_the_dataset_waits_for_its_builds(dataset: AtlasDataset, children: Children, gate: Path) -> None:
    waiting = start(dataset)
    reached(gate)
    script = (
        "import sys; from localatlas import AtlasDataset\n"
        "print('waiting', flush=True)\n"
        "with AtlasDataset('built').wait_for_dataset_lock(timeout=100) as found: print(len(found.maps))\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "waiting\n"
        gate.write_text("go on")
        assert other.stdout.readline() == "1\n"
        assert other.wait(timeout=TIMEOUT) == 0
    assert children.wait() == 0
    assert waiting.status == "done"


def test_what_only_this_process_knows_is_refused(dataset: AtlasDataset, children: Children) -> None:
    from reference import Principal

    with pytest.raises(InvalidOptionError, match="does not know the projector 'Principal'"):
        dataset.create_index(
            indexed_field="text", embedding_model="words", projection=Principal(Principal.Options()), wait=False
        )
    assert children.started == []
    assert jobs.jobs(dataset._store) == []


@pytest.mark.parametrize("arguments", [[], ["no-such-file"], ["a", "b"]])
def test_called_wrongly_it_says_how_to_call_it(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "localatlas.worker", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == worker.USAGE
    assert done.stderr.startswith("usage: python -m localatlas.worker JOB")


def test_a_job_can_be_run_by_hand(dataset: AtlasDataset, children: Children) -> None:
    waiting = start(dataset)
    assert children.wait() == 0, log_of(dataset)
    assert waiting.job is not None
    record = dataset._store.path(waiting.job.object_name)
    assert json.loads(record.read_bytes())["state"] == "done"
    done = subprocess.run([sys.executable, "-m", "localatlas.worker", str(record)], capture_output=True, check=False)
    # A build that died between its last write and its last note publishes again, in its old place.
    assert (done.returncode, done.stderr) == (0, b"")
    assert [made.id for made in dataset.maps] == [waiting.id]
