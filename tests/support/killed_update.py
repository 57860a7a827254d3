"""A user's script that builds a map, or changes rows and updates it, and kills its own process where it is told to.

    python killed_update.py build LOG
    python killed_update.py update LOG [STAGE MOMENT | put NUMBER]

STAGE and MOMENT as in killing.py. LOG lists what was embedded.
"""

from __future__ import annotations

import sys

from killing import arm
from localatlas import AtlasDataset, projectors, registries
from reference import CountedWords, Placing, register_all

what, log, *where = sys.argv[1:]
stage, moment = (*where, "", "")[:2]

storage = registries.storage.load("file")
register_all()
registries.storage.register("file", storage)
projectors.register("umap", Placing)
# Known by name to the process that updates.
registries.embedders.register("counted", CountedWords)

dataset = AtlasDataset("killed", unique_id_field="id")
if what == "build":
    texts = [f"{word} number {i % 47} of the {word} kind" for i in range(60) for word in ("apple", "river")]
    dataset.add_data([{"id": f"r{i}", "text": text} for i, text in enumerate(texts)])
    dataset.create_index(indexed_field="text", embedding_model={"model": "counted", "log": log}, progress=False)
else:
    arm(stage, moment)
    if dataset.total_datums == 120:
        dataset.add_data([{"id": f"n{i}", "text": f"new {i} of the river kind"} for i in range(12)])
        dataset.delete_data(["r2", "r5", "r94"])
    dataset.update_indices(progress=False)
