"""One process that asks: `python _random_access_run.py FOLDER VECTORS.npy REPORT.json`."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lance
import localatlas
import numpy as np
import pyarrow.compute as pc
from localatlas import AtlasDataset

folder, path, report = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
CALLS, IDS, K, QUERIES = 8, 1000, 10, 100
localatlas.configure(home=str(folder / "home"))
random = np.random.default_rng(7)
# Mapped, as ours are: the first search of each reads the file.
kept = np.load(path, mmap_mode="r")
found: dict[str, list[float]] = {}


def measure(name: str, call: Callable[[int], object]) -> None:
    """Time some calls, each with a number of its own."""
    found[name] = []
    for number in range(CALLS):
        start = time.perf_counter()
        call(number)
        found[name].append(time.perf_counter() - start)


asked = [random.choice(len(kept), IDS, replace=False) for _ in range(CALLS)]
ids = [[f"row-{number:09d}" for number in numbers] for numbers in asked]
# Near to rows of the data, but none of them.
queries = (kept[random.choice(len(kept), CALLS * QUERIES)] + 0.01).astype(np.float32).reshape(CALLS, QUERIES, -1)
dataset = AtlasDataset("bench")
(atlas_map,) = dataset.maps
plain = lance.dataset(str(folder / "plain.lance"))
columns = ["id", "text", "n"]
one = queries[:, :1]


def scanned(asked_for: np.ndarray) -> object:
    """Search as one would by hand."""
    distance = 1 - asked_for @ np.asarray(kept).T
    nearest = np.argpartition(distance, K, axis=1)[:, :K]
    order = np.take_along_axis(distance, nearest, axis=1).argsort(axis=1)
    return np.take_along_axis(nearest, order, axis=1)


measure(f"get_data, {IDS:,} ids", lambda i: dataset.get_data(ids[i]))
measure(
    f"plain Lance, {IDS:,} ids through a BTREE index, rows as they come",
    lambda i: plain.to_table(columns=columns, filter=pc.field("id").isin(ids[i])).to_pylist(),
)
measure(
    f"plain Lance, take of {IDS:,} known offsets", lambda i: plain.take(asked[i].tolist(), columns=columns).to_pylist()
)
measure(f"vector_search, 1 query, k={K}", lambda i: atlas_map.embeddings.vector_search(one[i], k=K))
measure(
    f"plain Lance, nearest, 1 query, k={K}",
    lambda i: plain.to_table(
        columns=["id", "_distance"], nearest={"column": "vector", "q": one[i, 0], "k": K, "metric": "cosine"}
    ),
)
measure(f"plain numpy, 1 query, k={K}", lambda i: scanned(one[i]))
measure(f"vector_search, {QUERIES} queries, k={K}", lambda i: atlas_map.embeddings.vector_search(queries[i], k=K))
measure(f"plain numpy, {QUERIES} queries, k={K}", lambda i: scanned(queries[i]))
measure(f"vector_search, {QUERIES} ids, k={K}", lambda i: atlas_map.embeddings.vector_search(ids=ids[i][:QUERIES], k=K))
Path(report).write_text(json.dumps(found), encoding="utf-8")
