"""Runs one stage after the other: once, under its key, measured, with hooks and progress around it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localatlas import hooks
from localatlas.config import Settings
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.progress import Progress
from localatlas.pipeline.records import StageReport
from localatlas.pipeline.stages import StageStore, content_key, disk_mb
from localatlas.protocols import Context, Dataset, Executor
from localatlas.registry import Entry

__all__ = ["StageRunner", "Work"]

Work = Callable[[Path, Context, Meter], None]


class StageRunner:
    """Runs the stages of one build.

    Attributes:
        reports: what each stage cost, in order.
        between: called at every report of a stage, before it is passed on.
    """

    def __init__(
        self,
        stages: StageStore,
        progress: Progress,
        dataset: Dataset,
        seed: int,
        settings: Settings,
        executor: Executor,
        version: int = 0,
    ) -> None:
        """Run stages over a version of a dataset's rows."""
        self.reports: list[StageReport] = []
        self.between: Callable[[], None] = lambda: None
        self._stages = stages
        self._progress = progress
        self._dataset = dataset
        self._seed = seed
        self._settings = settings
        self._executor = executor
        self._version = version

    def run(self, stage: str, parts: dict[str, Any], work: Work, by: Entry | None = None) -> tuple[str, Path]:
        """Return the key and folder of a stage's result; `work` fills it unless it is there from before.

        Args:
            stage: its name.
            parts: everything that the result is made from, for its key.
            work: fills the folder it is given.
            by: the component that does it; its version and platform are part of the key.
        """
        key = content_key(stage, {**parts, "by": _identity(by)})
        told = self._progress.stage(stage)

        def report(fraction: float, message: str) -> None:
            self.between()
            told(fraction, message)

        with Meter() as meter, self._stages.claim(stage, key):
            self._stages.mark(stage, key, self._version)
            folder = self._stages.find(stage, key)
            kept = folder is not None
            if folder is None:
                hooks.call("localatlas_before_stage", dataset=self._dataset, stage=stage)
                work(self._stages.begin(stage, key), self._context(by, report), meter)
                folder = self._stages.finish(stage, key)
        self._account(stage, meter, folder, kept=kept)
        return key, folder

    def once(self, stage: str, work: Callable[[Meter], None]) -> None:
        """Run a stage that keeps no result of its own."""
        self._progress.stage(stage)
        with Meter() as meter:
            hooks.call("localatlas_before_stage", dataset=self._dataset, stage=stage)
            work(meter)
        self._account(stage, meter, None, kept=False)

    def context(self, by: Entry | None) -> Context:
        """Return a context that reports to nobody."""
        return self._context(by, Context().report)

    def _account(self, stage: str, meter: Meter, folder: Path | None, *, kept: bool) -> None:
        self.reports.append(
            StageReport(
                stage=stage,
                seconds=meter.seconds,
                cpu_seconds=meter.cpu_seconds,
                peak_mb=meter.peak_mb,
                disk_mb=disk_mb(folder) if folder else 0.0,
                kept=kept,
            )
        )
        self._progress.finish(stage, "kept from before" if kept else "")
        if not kept:
            hooks.gather("localatlas_after_stage", dataset=self._dataset, stage=stage, seconds=meter.seconds)

    def _context(self, by: Entry | None, report: Callable[[float, str], None]) -> Context:
        cache = self._settings.cache / (by.qualified.replace(":", "-") if by else "core")
        cache.mkdir(parents=True, exist_ok=True)
        return Context(self._seed, self._settings.jobs, "cpu", cache, self._executor, report)


def _identity(by: Entry | None) -> list[str]:
    """Return what tells one version of a component from another; other machines may round in other ways."""
    return [] if by is None else [by.qualified, by.version, by.target, sys.platform]
