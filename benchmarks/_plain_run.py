"""The same steps as a plain script: `python _plain_run.py ROWS.parquet VECTORS.npy REPORT.json`."""

import json
import sys
import time

import numpy as np
import pandas as pd

rows, vectors, report = sys.argv[1:]
DUPLICATE = 0.9
texts = pd.read_parquet(rows)["text"]
x = np.load(vectors)
steps: dict[str, list[float]] = {}


class Step:
    """Measures a block."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.start = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        steps[self.name] = [time.perf_counter() - self.start[0], time.process_time() - self.start[1]]


with Step("import"):
    import umap
    from sklearn.cluster import HDBSCAN
    from sklearn.feature_extraction.text import CountVectorizer

with Step("umap-learn"):
    places = umap.UMAP(n_neighbors=15, min_dist=0.1, metric="cosine", random_state=42).fit_transform(x)

with Step("HDBSCAN"):
    cluster = HDBSCAN(min_cluster_size=max(20, len(x) // 500)).fit_predict(places)

with Step("c-TF-IDF"):
    counts = CountVectorizer(min_df=5, stop_words="english")
    matrix = counts.fit_transform(texts)
    words = counts.get_feature_names_out()
    ids = np.unique(cluster[cluster >= 0])
    per = np.asarray([np.asarray(matrix[cluster == c].sum(axis=0)).ravel() for c in ids], dtype=float)
    weight = per / per.sum(axis=1, keepdims=True) * np.log1p(per.sum() / len(ids) / np.maximum(per.sum(axis=0), 1))
    labels = ["_".join(words[np.argsort(-row)[:4]]) for row in weight]

with Step("duplicates"):
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    pairs = 0
    for first in range(0, len(unit), 2048):
        block = unit[first : first + 2048] @ unit.T
        pairs += int((block >= DUPLICATE).sum()) - len(block)

with Step("write"):
    pd.DataFrame({"text": texts, "x": places[:, 0], "y": places[:, 1], "cluster": cluster}).to_parquet(f"{rows}.out")

with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123
    noise = float((cluster < 0).mean())
    json.dump({"steps": steps, "clusters": len(ids), "noise": noise, "labels": labels[:12], "pairs": pairs // 2}, file)
