"""A user's script, without a main guard, that kills its own process where it is told to.

    python killed_build.py ROWS LOG [STAGE MOMENT | put NUMBER]

STAGE and MOMENT as in killing.py. With LOG "-", the default plugins are used, else the small reference components, and
LOG lists what was embedded.
"""

from __future__ import annotations

import sys
from typing import Any

from killing import arm, dies_during
from localatlas import AtlasDataset, registries

rows, log, *where = sys.argv[1:]
stage, moment = (*where, "", "")[:2]

if log != "-":
    from reference import CountedWords, register_all

    storage = registries.storage.load("file")
    register_all()
    registries.storage.register("file", storage)
    embedder: Any = CountedWords(CountedWords.Options(log=log))
else:
    embedder = None

arm(stage, moment)
dataset = AtlasDataset("killed", unique_id_field="id")
if not dataset.total_datums:
    texts = [f"{word} number {i % 97} of the {word} kind" for i in range(int(rows)) for word in ("apple", "river")]
    dataset.add_data([{"id": f"r{i}", "text": text} for i, text in enumerate(texts)])
atlas_map = dataset.create_index(indexed_field="text", embedding_model=embedder, progress=dies_during(stage, moment))
sys.stdout.write(f"{atlas_map.id} {len(dataset.maps)}\n")
