"""A user's script, without a main guard, that kills its own process where it is told to.

    python killed_build.py ROWS LOG [STAGE MOMENT | put NUMBER]

STAGE is a stage of the build; MOMENT is "before" (its work has not begun), "during" (after its first sign of
progress) or "after" (its result is safe, the next stage has not begun). "put NUMBER" kills before that write of the
commit. With LOG "-", the default plugins are used, else the small reference components, and LOG lists what was
embedded.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from localatlas import AtlasDataset, hooks, registries
from localatlas.hookspecs import hookimpl
from localatlas.pipeline import commit as commit_module

rows, log, *where = sys.argv[1:]
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


def listen(now: str, fraction: float, overall: float, message: str) -> None:
    if (now, moment) == (stage, "during") and fraction > 0:
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


if log != "-":
    from reference import CountedWords, register_all

    storage = registries.storage.load("file")
    register_all()
    registries.storage.register("file", storage)
    embedder: Any = CountedWords(CountedWords.Options(log=log))
else:
    embedder = None

hooks.register(Killer())
if stage == "put":
    original = commit_module.commit
    from localatlas.pipeline import sequence

    sequence.commit = lambda store, *rest: original(Counting(store), *rest)

dataset = AtlasDataset("killed", unique_id_field="id")
if not dataset.total_datums:
    texts = [f"{word} number {i % 97} of the {word} kind" for i in range(int(rows)) for word in ("apple", "river")]
    dataset.add_data([{"id": f"r{i}", "text": text} for i, text in enumerate(texts)])
atlas_map = dataset.create_index(indexed_field="text", embedding_model=embedder, progress=listen)
sys.stdout.write(f"{atlas_map.id} {len(dataset.maps)}\n")
