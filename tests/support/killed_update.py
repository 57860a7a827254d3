"""A user's script that builds a map, or changes rows and updates it, and kills its own process where it is told to.

    python killed_update.py build LOG
    python killed_update.py update LOG [STAGE MOMENT | put NUMBER]

As in killed_build.py. LOG lists what was embedded.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from localatlas import AtlasDataset, hooks, projectors, registries
from localatlas.hookspecs import hookimpl
from localatlas.pipeline import sequence
from reference import CountedWords, Placing, register_all

what, log, *where = sys.argv[1:]
stage, moment = (*where, "", "")[:2]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killer:
    @hookimpl
    def localatlas_before_stage(self, stage: str) -> None:
        if (stage, moment) == (globals()["stage"], "before"):
            die()

    @hookimpl
    def localatlas_after_stage(self, stage: str) -> None:
        if (stage, moment) == (globals()["stage"], "after"):
            die()


class Counting:
    """Passes writes on to the store, and dies before one of them."""

    def __init__(self, store: Any) -> None:
        self.store, self.left = store, int(moment)

    def put(self, name: str, data: Any) -> None:
        if self.left == 0:
            die()
        self.left -= 1
        self.store.put(name, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


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
    hooks.register(Killer())
    if stage == "put":
        original = sequence.commit
        sequence.commit = lambda store, *rest: original(Counting(store), *rest)
    if dataset.total_datums == 120:
        dataset.add_data([{"id": f"n{i}", "text": f"new {i} of the river kind"} for i in range(12)])
        dataset.delete_data(["r2", "r5", "r94"])
    dataset.update_indices(progress=False)
