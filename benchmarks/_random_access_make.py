"""Make the dataset and the plain table: `python _random_access_make.py FOLDER VECTORS.npy REPORT.json`."""

import sys
from pathlib import Path

import lance
import localatlas
import numpy as np
import pyarrow as pa
from _flat import Flat
from localatlas import AtlasDataset, projectors

folder, vectors, report = Path(sys.argv[1]), np.load(sys.argv[2]), sys.argv[3]
localatlas.configure(home=str(folder / "home"))
# A layout that costs nothing: it is not what is measured here.
projectors.register("flat", Flat)
numbers = np.arange(len(vectors))
rows = pa.table(
    {
        "id": [f"row-{number:09d}" for number in numbers],
        "text": [f"a text of some length about the number {number}" for number in numbers],
        "n": numbers,
    }
)
dataset = AtlasDataset("bench", unique_id_field="id")
dataset.add_data(rows, embeddings=vectors)
dataset.create_index(projection="flat", topic_model=False, duplicate_detection=False, progress=False)
listed = pa.FixedSizeListArray.from_arrays(vectors.reshape(-1), vectors.shape[1])
plain = lance.write_dataset(rows.append_column("vector", listed), str(folder / "plain.lance"))
plain.create_scalar_index("id", "BTREE")
Path(report).write_text("{}", encoding="utf-8")
