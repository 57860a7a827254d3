"""What a stranger does first with an installed localatlas; run by the session `build` away from the sources.

The argument is the folder of the sources, of which nothing may be imported.
"""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import localatlas
import numpy as np
from localatlas import AtlasDataset

SOURCES = Path(sys.argv[1])
WORDS = {
    "cats": "a small cat that sleeps in the warm sun",
    "trains": "the late train from the old railway station",
    "bread": "fresh bread with butter from the baker",
}

installed = Path(localatlas.__file__)
assert not any(installed.is_relative_to(SOURCES / name) for name in ("core", "plugins", "contrib")), installed
assert importlib.metadata.version("localatlas") == localatlas.__version__

# The page's bundle is made when the wheel is built, and must be in it.
pages = [str(path) for path in importlib.metadata.files("atlas-plugin-explorer") or [] if path.suffix == ".html"]
assert pages, "the explorer's wheel holds no page"

rows = [
    {"id": f"{kind}-{n}", "text": f"{text}, seen {n} times", "kind": kind}
    for kind, text in WORDS.items()
    for n in range(40)
]
dataset = AtlasDataset("smoke", unique_id_field="id")
dataset.add_data(rows)
atlas_map = dataset.create_index(indexed_field="text", topic_model=True, duplicate_detection=True)

frame = dataset.maps[0].data.df
assert list(frame["id"]) == [row["id"] for row in rows]
positions = np.asarray(dataset.maps[0].embeddings.projected[["x", "y"]])
assert positions.shape == (len(rows), 2)
assert np.isfinite(positions).all()
assert len(dataset.maps[0].topics.df) == len(rows)
assert len(dataset.maps[0].duplicates.df) == len(rows)
