"""Topics and labels of a large map: CPU seconds once its neighbours and its layout are there.

`python benchmarks/topics_large.py [--rows 200000] [--cache FOLDER] [--runs 3] [--write]`

Rows are those of `large_map --data windows`, in its cache; embedding 200,000 of them takes a quarter of an hour, once.
One thread (OMP_NUM_THREADS=1), medians of some runs after one that is not counted, so that what compiles has compiled.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import _large_windows
import numpy as np
import pyarrow as pa
from _engine_methods import Rows
from _page import PAGE, SEED, load, versions, write

LIBRARIES = ("localatlas", "numpy", "numba", "scipy")


class Map(Rows):
    """Rows with texts and a layout."""

    def __init__(self, vectors: np.ndarray, texts: list[str]) -> None:
        from atlas_plugin_nomic_project import NomicProject
        from localatlas.protocols import Context

        projector = NomicProject(NomicProject.Options())
        super().__init__(vectors, "cosine", max(projector.neighbors_needed(len(vectors)), 10), 1)
        self._texts = texts
        self.layout = projector.project(self, Context(seed=SEED))

    def text(self, rows: np.ndarray | None = None) -> list[str]:
        """Lend the texts."""
        return self._texts if rows is None else [self._texts[row] for row in rows]


def loaded(rows: int, cache: Path) -> Map:
    """Return the map of some rows."""
    vectors, texts = _large_windows.make(cache / "rows", rows)
    with pa.memory_map(str(texts)) as source:
        found = pa.ipc.open_file(source).read_all()["text"].to_pylist()
    return Map(np.load(vectors), found)


def measured(made: Map) -> dict[str, Any]:
    """Return what one run took."""
    from atlas_plugin_topics import NomicTopic, Phrases
    from localatlas.protocols import Context

    start = time.process_time()
    topics = NomicTopic(NomicTopic.Options()).fit(made, made.layout, Context(seed=SEED))
    found = time.process_time()
    labels = Phrases(Phrases.Options()).label(topics, made, Context(seed=SEED))
    named = time.process_time()
    counts = [len(np.unique(column)) for column in topics.assignment.T]
    return {"topics": found - start, "labels": named - found, "counts": counts, "named": len(labels)}


def shown(rows: int, runs: list[dict[str, Any]]) -> str:
    """Return a table for a page."""
    topics, labels, both = (
        statistics.median(value)
        for value in zip(*((run["topics"], run["labels"], run["topics"] + run["labels"]) for run in runs), strict=True)
    )
    counts = " ".join(str(count) for count in runs[0]["counts"])
    head = "| rows | number of topics | of labels | CPU s of topics | of labels | of both |\n|---|---|---|---|---|---|"
    line = f"| {rows:,} windows | {counts} | {runs[0]['named']:,} | {topics:.2f} | {labels:.2f} | {both:.2f} |"
    return f"{versions(LIBRARIES)} {load()} Median of {len(runs)}.\n\n{head}\n{line}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "localatlas-large"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/explanation/topics.md")
    options = parser.parse_args()
    made = loaded(options.rows, options.cache)
    runs = [measured(made) for _ in range(options.runs + 1)][1:]
    print(json.dumps(runs))
    print(shown(options.rows, runs))
    if options.write:
        write("topics-large", shown(options.rows, runs), PAGE.parent / "topics.md")


if __name__ == "__main__":
    main()
