"""One cold run of localatlas: `python _atlas_run.py ROWS.parquet VECTORS.npy|- REPORT.json`.

A script on purpose, without a main guard: users' scripts have none.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from localatlas import AtlasDataset

rows, vectors, report = sys.argv[1:]
frame = pd.read_parquet(rows)
start = time.perf_counter()
dataset = AtlasDataset("bench")
dataset.add_data(frame, embeddings=None if vectors == "-" else np.load(vectors))
added = time.perf_counter() - start
atlas_map = dataset.create_index(indexed_field="text", progress=False)
views = {
    "data": len(atlas_map.data.df),
    "topics": len(atlas_map.topics.df),
    "metadata": len(atlas_map.topics.metadata),
    "hierarchy": len(atlas_map.topics.hierarchy),
    "duplicates": len(atlas_map.duplicates.df),
    "projected": len(atlas_map.embeddings.projected),
    "latent": list(atlas_map.embeddings.latent.shape),
    "search": len(atlas_map.embeddings.vector_search(ids=[0], k=10)[0][0]),
}
if vectors == "-":
    np.save(f"{rows}.npy", atlas_map.embeddings.latent)
stages = [stage.model_dump() for stage in atlas_map.stages]
with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123
    json.dump({"added": added, "stages": stages, "views": views}, file)
