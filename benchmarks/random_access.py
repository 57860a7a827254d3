"""Rows by id and nearest vectors on a large dataset, beside plain Lance and plain numpy.

`python benchmarks/random_access.py [--rows N] [--dimensions D] [--runs R] [--write]`; `--write` puts the table into
docs/explanation/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from _page import SEED, load, versions, write

HERE = Path(__file__).resolve().parent
CENTRES = 500
PEERS = ("pylance", "numpy", "pyarrow")


def clustered(rows: int, dimensions: int) -> np.ndarray:
    """Return float32 [rows, dimensions] around random centres, as embeddings lie, of length one."""
    random = np.random.default_rng(SEED)
    centres = random.normal(size=(CENTRES, dimensions))
    vectors = centres[random.integers(CENTRES, size=rows)] + 0.5 * random.normal(size=(rows, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def process(script: str, *arguments: object) -> dict[str, list[float]]:
    """Run a script in a fresh process and return the seconds that it reports."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run([sys.executable, HERE / script, *map(str, arguments), report], check=True, env=os.environ)
        found: dict[str, list[float]] = json.loads(report.read_text(encoding="utf-8"))
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder, "vectors.npy")
        np.save(vectors, clustered(options.rows, options.dimensions))
        process("_random_access_make.py", folder, vectors)
        # Every run is a process of its own, so that the first call of each is without anything kept.
        runs = [process("_random_access_run.py", folder, vectors) for _ in range(options.runs)]
    text = "\n".join(
        [
            versions(PEERS),
            f"\n{options.rows:,} rows: an id (string), a text, a number and a vector float32 [{options.dimensions}].",
            f"Milliseconds. First: the first call of a process, median over {options.runs} processes; the files are",
            "in the operating system's cache. Warm: median of all later calls, with other ids or queries.\n",
            "| what | first | warm |",
            "|---|---|---|",
            *(_row(name, [run[name] for run in runs]) for name in runs[0]),
            f"\n{load()}",
        ]
    )
    print(text)
    if options.write:
        write("random_access", text)


def _row(name: str, runs: list[list[float]]) -> str:
    first = np.median([seconds[0] for seconds in runs]) * 1000
    warm = np.median([value for seconds in runs for value in seconds[1:]]) * 1000
    return f"| {name} | {first:,.1f} | {warm:,.1f} |"


if __name__ == "__main__":
    main()
