"""A thousand small batches to one dataset: what the first, the last and the slowest cost, alone and two at once.

`python benchmarks/many_batches.py [--batches N] [--rows R] [--runs K] [--write]`; `--write` puts the table into
docs/explanation/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _page import load, versions, write

HERE = Path(__file__).resolve().parent
GROUP = 100
MILLISECONDS = 1000
RIVALS = ("pylance", "numpy", "pyarrow")


@dataclass(frozen=True)
class Series:
    """The seconds that each batch of a process took, on the clock and of the processor."""

    wall: list[float]
    cpu: list[float]

    def of(self, part: slice, quantile: float = 0.5) -> float:
        """Return a quantile of some batches in milliseconds."""
        return float(np.quantile(self.wall[part], quantile)) * MILLISECONDS

    def growth(self, seconds: list[float]) -> float:
        """Return the median of the last batches over that of the first."""
        return float(np.median(seconds[-GROUP:]) / np.median(seconds[:GROUP]))


def series(what: str, batches: int, rows: int, *, processes: int = 1) -> list[Series]:
    """Add batches to one new dataset, from one process or from several at once."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"LOCALATLAS_HOME": str(Path(folder, "home"))}
        reports = [Path(folder, f"report-{number}.json") for number in range(processes)]
        command = [sys.executable, str(HERE / "_many_batches_run.py"), what, str(batches), str(rows)]
        running = [subprocess.Popen([*command, str(report)], env=environment) for report in reports]
        for process in running:
            if process.wait():
                raise SystemExit(f"_many_batches_run.py failed with status {process.returncode}")
        costs = [np.array(json.loads(report.read_text(encoding="utf-8"))) for report in reports]
        return [Series(cost[:, 0].tolist(), cost[:, 1].tolist()) for cost in costs]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    batches, rows = options.batches, options.rows
    # A B C A B C: the machine's speed drifts, so they take turns.
    runs = [
        [
            *series("ids", batches, rows),
            *series("positions", batches, rows),
            *series("lance", batches, rows),
            *series("ids", batches // 2, rows, processes=2),
        ]
        for _ in range(options.runs)
    ]
    names = ["add_data, ids checked against all earlier rows", "add_data, no id field", "plain Lance, append only"]
    names += [f"add_data, ids, two processes at once, {batches // 2:,} batches each: {one}" for one in ("one", "other")]
    text = "\n".join(
        [
            versions(RIVALS),
            f"\n{batches:,} batches of {rows:,} rows (id, text, number), {options.runs} run(s), each in a new home.",
            "Medians over the runs, in ms.\n",
            f"| what | median of the first {GROUP} | last {GROUP} | last / first | of CPU | p99 | slowest | all, s |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(name, [run[place] for run in runs]) for place, name in enumerate(names)),
            f"\n{load()}",
        ]
    )
    print(text)
    if options.write:
        write("many_batches", text)


def _row(name: str, runs: list[Series]) -> str:
    first, last = slice(0, GROUP), slice(-GROUP, None)
    columns = [
        [run.of(first) for run in runs],
        [run.of(last) for run in runs],
        [run.growth(run.wall) for run in runs],
        [run.growth(run.cpu) for run in runs],
        [run.of(slice(None), 0.99) for run in runs],
        [run.of(slice(None), 1.0) for run in runs],
        [sum(run.wall) for run in runs],
    ]
    middle = [float(np.median(column)) for column in columns]
    shown = [f"{value:.{digits}f}" for value, digits in zip(middle, (1, 1, 2, 2, 0, 0, 1), strict=True)]
    return f"| {' | '.join([name, *shown])} |"


if __name__ == "__main__":
    main()
