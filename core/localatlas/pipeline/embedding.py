"""The second stage: a vector for every distinct content, no content embedded twice.

Vectors are written into one memory-mapped file, and each batch is noted in a journal after its vectors are
there: a process that dies loses the batches that were under way, and the next run goes on from the journal.
Batch boundaries depend on the rows alone, so that the bytes do not depend on where a run stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from localatlas.pipeline.contracts import blame, check_vectors
from localatlas.pipeline.journal import PARTIAL_VECTORS, Journal
from localatlas.pipeline.known import KnownVectors
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.snapshot import Snapshot, take
from localatlas.pipeline.stages import save_array
from localatlas.protocols import Context, Embedder, Resources, SupportsForecast
from localatlas.protocols.components import TaskType
from localatlas.registry import Entry

__all__ = ["EmbedBatch", "embed_contents"]


@dataclass(frozen=True)
class EmbedBatch:
    """Embeds one batch, here or in a worker; picklable."""

    embedder: Embedder
    context: Context
    task: TaskType = "search_document"

    def __call__(self, batch: Sequence[Any]) -> tuple[NDArray[np.float32], float]:
        """Return the vectors and the CPU seconds they took."""
        start = time.process_time()
        vectors = self.embedder.embed(batch, self.context, task=self.task)
        return vectors, time.process_time() - start


@dataclass(frozen=True)
class _Batch:
    number: int
    rows: slice
    missing: NDArray[np.intp]


def embed_contents(
    embedder: Embedder,
    entry: Entry,
    snapshot: Snapshot,
    contents: Sequence[Any],
    known: KnownVectors,
    folder: Path,
    context: Context,
    meter: Meter,
    fingerprint: str,
) -> NDArray[np.float32]:
    """Fill `folder` with the vectors of all contents and return them, float32 [C, D], memory-mapped."""
    count, size = len(contents), max(embedder.batch_size, 1)
    path = folder / PARTIAL_VECTORS
    shape = (count, embedder.dim)
    if not path.exists():
        Journal.clear(folder)
        _reserve(path, shape)
    vectors = open_memmap(path, mode="r+")
    save_array(folder / "contents.npy", snapshot.contents)
    (folder / "batch_size").write_text(str(size))
    # Last: whoever finds a fingerprint here relies on the rest.
    (folder / "fingerprint").write_text(fingerprint)
    journal = Journal(folder)
    todo = list(_plan(count, size, journal, known, snapshot, vectors))
    work = (take(contents, batch.missing) for batch in todo)
    run = _runner(embedder, context, len(todo))
    with blame(entry):
        if todo and isinstance(embedder, SupportsForecast):
            embedder.forecast((take(contents, batch.missing) for batch in todo), context)
        for batch, (result, cpu) in zip(todo, run(work), strict=True):
            meter.add_cpu(cpu)
            vectors[batch.missing] = check_vectors(entry, result, len(batch.missing), embedder.dim)
            journal.add(batch.number)
            rows = min(len(journal.done) * size, count)
            context.progress(rows / count, f"{rows:,} of {count:,} rows")
    context.progress(1.0, f"{count:,} rows")
    return vectors


def _reserve(path: Path, shape: tuple[int, int]) -> None:
    """Make a file for the vectors; it gets its name when it has its full size, so that a torn one is never opened."""
    temporary = path.with_name(path.name + ".part")
    open_memmap(temporary, mode="w+", dtype=np.float32, shape=shape).flush()
    temporary.replace(path)


def _plan(
    count: int, size: int, journal: Journal, known: KnownVectors, snapshot: Snapshot, vectors: NDArray[np.float32]
) -> Iterator[_Batch]:
    """Yield the batches that have something to embed; fill in what earlier builds know."""
    for number, start in enumerate(range(0, count, size)):
        if number in journal.done:
            continue
        rows = slice(start, min(start + size, count))
        missing = start + known.fill(snapshot.contents[rows], vectors[rows])
        if len(missing):
            yield _Batch(number, rows, missing)
        else:
            journal.add(number)


def _runner(embedder: Embedder, context: Context, batches: int) -> Any:
    """Return what maps a stream of batches to `(vectors, worker's CPU seconds)`, in workers where that pays."""
    lent = context.with_(n_jobs=1, executor=None, report=Context().report)
    if context.executor is None or not embedder.in_workers or batches <= 1 or context.n_jobs <= 1:
        # In this process the CPU time is on the meter already.
        work = EmbedBatch(embedder, lent)
        return lambda stream: ((work(batch)[0], 0.0) for batch in stream)
    executor, resources = context.executor, Resources(min(context.n_jobs, batches), context.device)
    return lambda stream: executor.map_batches(EmbedBatch(embedder, lent), stream, resources)
