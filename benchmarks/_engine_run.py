"""One cell of the engine's table: `python _engine_run.py METHOD METRIC VECTORS CLASSES ROWS THREADS REPORT LAYOUT`.

What compiles has compiled before it is measured: the method first runs on 5,000 rows (umap-learn searches exactly
below 4,096, so fewer would leave its search uncompiled), and so does the search that ours has for large data.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path

import numpy as np
from _engine_methods import FINDERS, run, warm
from _engine_quality import figures, recall

WARM = 5_000


def memory(field: str) -> float:
    """Return what Linux says of this process's memory, in MB."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found.group(1)) * 1024 / 1e6 if found else 0.0


def main() -> None:
    """Measure and report."""
    method, metric, table, classes, rows, threads, report, layout = sys.argv[1:]
    vectors = np.ascontiguousarray(np.load(table, mmap_mode="r")[: int(rows)])
    warm(method, vectors[:WARM], metric, int(threads))
    # The peak so far is that of the warm-up; from here on it is that of the work.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, wall, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    found = run(method, vectors, metric, int(threads))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    result = {"cpu": cpu, "wall": wall, "peak_mb": memory("VmHWM") - before, "input_mb": vectors.nbytes / 1e6}
    result |= {"load": os.getloadavg()[0], "digest": hashlib.sha256(np.ascontiguousarray(found)).hexdigest()[:16]}
    if method in FINDERS:
        result |= recall(vectors, metric, found)
    else:
        np.save(layout, found.astype(np.float32))
        result |= figures(vectors, metric, found, np.load(classes)[: int(rows)])
    Path(report).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
