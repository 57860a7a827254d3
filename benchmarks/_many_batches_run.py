"""One process that adds batches: `python _many_batches_run.py ids|positions|lance BATCHES ROWS REPORT.json`.

A script on purpose, without a main guard: users' scripts have none.
"""

import json
import os
import sys
import time
from pathlib import Path

import lance
import pyarrow as pa
from localatlas import AtlasDataset

what, batches, rows, report = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
home = Path(os.environ["LOCALATLAS_HOME"])
costs = []
mine = os.getpid()
dataset = None if what == "lance" else AtlasDataset("many", unique_id_field="id" if what == "ids" else None)
for batch in range(batches):
    numbers = range(batch * rows, (batch + 1) * rows)
    records = [{"id": f"row-{mine}-{number}", "text": f"text {number} of many", "n": number} for number in numbers]
    start, busy = time.perf_counter(), time.process_time()
    if dataset is not None:
        dataset.add_data(records)
    else:
        lance.write_dataset(
            pa.Table.from_pylist(records), str(home / "plain.lance"), mode="append" if batch else "create"
        )
    costs.append((time.perf_counter() - start, time.process_time() - busy))
Path(report).write_text(json.dumps(costs), encoding="utf-8")
