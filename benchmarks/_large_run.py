"""One process of a large map: `python _large_run.py add|build HOME VECTORS TEXTS MARKS`, as a user's script would.

MARKS receives a line of JSON for every report of progress; what it costs is measured from outside.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import localatlas
import numpy as np
import pyarrow as pa
from localatlas import AtlasDataset

BATCH = 50_000
action, home, vectors, texts, marks = sys.argv[1:]
localatlas.configure(home=home)
dataset = AtlasDataset("large", unique_id_field="id")

with Path(marks).open("a", encoding="utf-8", buffering=1) as file:

    def mark(stage: str, fraction: float, overall: float, message: str = "") -> None:
        """Note a report."""
        told = [time.time(), stage, round(fraction, 5), round(overall, 5), message, time.process_time()]
        file.write(json.dumps(told) + "\n")

    if action == "add":
        with pa.memory_map(texts) as source:
            table = pa.ipc.open_file(source).read_all()
            while (start := dataset.total_datums) < table.num_rows:
                mark("add", start / table.num_rows, 0.0)
                given = np.load(vectors, mmap_mode="r")[start : start + BATCH]
                dataset.add_data(table.slice(start, BATCH), embeddings=given)
        mark("add", 1.0, 0.0)
    else:
        made = dataset.create_index("large", indexed_field="text", progress=mark)
        mark("end", 1.0, 1.0, json.dumps([report.model_dump() for report in made.stages]))
