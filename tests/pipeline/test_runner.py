from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from localatlas import AtlasDataset
from localatlas.batch_executors import InlineExecutor
from localatlas.config import settings
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.progress import Progress
from localatlas.pipeline.runner import StageRunner
from localatlas.pipeline.stages import StageStore
from localatlas.protocols import Context
from localatlas.registry import Entry

ENTRY = Entry("projector", "umap", "atlas-plugin-x", "1.0", "x:X")


class Steps:
    """Makes runners over one store of stages, and keeps what they were told."""

    def __init__(self, dataset: AtlasDataset, root: Path) -> None:
        self.dataset, self.stages = dataset, StageStore(root)
        self.heard: list[tuple[str, float, str]] = []
        self.worked = 0

    def runner(self, seed: int = 1) -> StageRunner:
        progress = Progress(lambda stage, fraction, _, message: self.heard.append((stage, fraction, message)))
        return StageRunner(self.stages, progress, self.dataset, seed, settings(), InlineExecutor())

    def work(self, folder: Path, context: Context, meter: Meter) -> None:
        self.worked += 1
        (folder / "result").write_bytes(b"x" * 2_000_000)
        context.progress(0.5, "half")
        meter.add_cpu(100.0)


@pytest.fixture
def steps(dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    monkeypatch.setenv("LOCALATLAS_CACHE", str(tmp_path / "cache"))
    return Steps(dataset, tmp_path / "stages")


def test_a_stage_is_done_once_under_its_key(steps: Steps) -> None:
    first, again = steps.runner(), steps.runner()
    key, folder = first.run("layout", {"a": 1}, steps.work)
    assert again.run("layout", {"a": 1}, steps.work) == (key, folder)
    assert steps.worked == 1
    assert [report.kept for report in (*first.reports, *again.reports)] == [False, True]
    assert steps.heard[-1] == ("layout", 1.0, "kept from before")
    assert (folder / "result").exists()


@pytest.mark.parametrize(
    ("parts", "by"),
    [
        ({"a": 2}, ENTRY),
        ({"a": 1}, None),
        ({"a": 1}, Entry("projector", "umap", "atlas-plugin-x", "1.1", "x:X")),
        ({"a": 1}, Entry("projector", "umap", "atlas-plugin-y", "1.0", "x:X")),
    ],
    ids=["parts", "nobody", "version", "distribution"],
)
def test_other_parts_and_other_plugins_make_another_result(
    steps: Steps, parts: dict[str, Any], by: Entry | None
) -> None:
    key, _ = steps.runner().run("layout", {"a": 1}, steps.work, ENTRY)
    other, _ = steps.runner().run("layout", parts, steps.work, by)
    assert key != other
    assert steps.worked == 2


def test_a_report_counts_the_workers_and_the_disk(steps: Steps) -> None:
    runner = steps.runner()
    runner.run("layout", {}, steps.work)
    (report,) = runner.reports
    assert report.stage == "layout"
    assert report.cpu_seconds >= 100
    assert report.disk_mb == 2.0
    assert report.peak_mb > 0


def test_a_component_is_lent_seed_cache_and_progress(steps: Steps, tmp_path: Path) -> None:
    seen: list[Context] = []

    def work(folder: Path, context: Context, meter: Meter) -> None:
        seen.append(context)
        context.progress(0.25, "quarter")

    steps.runner(seed=9).run("layout", {}, work, ENTRY)
    assert seen[0].seed == 9
    assert seen[0].cache == tmp_path / "cache" / "atlas-plugin-x-umap"
    assert seen[0].cache.is_dir()
    assert ("layout", 0.25, "quarter") in steps.heard


def test_a_context_on_its_own_reports_to_nobody(steps: Steps) -> None:
    steps.runner().context(ENTRY).progress(0.5, "unheard")
    assert steps.heard == []


def test_a_stage_that_failed_is_done_again(steps: Steps) -> None:
    def fail(folder: Path, context: Context, meter: Meter) -> None:
        (folder / "half").write_text("kept")
        raise ZeroDivisionError

    runner = steps.runner()
    with pytest.raises(ZeroDivisionError):
        runner.run("layout", {}, fail)
    assert runner.reports == []
    assert steps.stages.finished("layout") == []
    _, folder = steps.runner().run("layout", {}, steps.work)
    assert (folder / "half").read_text() == "kept"


def test_a_stage_without_a_result_is_done_every_time(steps: Steps) -> None:
    runner = steps.runner()
    done: list[int] = []
    for _ in range(2):
        runner.once("commit", lambda _meter: done.append(1))
    assert len(done) == 2
    assert [(report.kept, report.disk_mb) for report in runner.reports] == [(False, 0.0)] * 2


def test_what_is_to_be_done_between_reports_is_done_before_each_is_passed_on(steps: Steps) -> None:
    runner = steps.runner()
    done: list[int] = []
    runner.between = lambda: done.append(len(steps.heard))
    runner.run("layout", {}, steps.work)
    assert done == [1]
    assert steps.heard[1] == ("layout", 0.5, "half")
