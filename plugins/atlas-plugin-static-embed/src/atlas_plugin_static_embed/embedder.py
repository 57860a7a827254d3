"""The embedder `static`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import ClassVar, Literal

import numpy as np
from localatlas.protocols import Context, TaskType
from numpy.typing import NDArray

from atlas_plugin_static_embed.options import StaticEmbedOptions
from atlas_plugin_static_embed.spelling import spelled
from atlas_plugin_static_embed.table import Table, fingerprint, load, path_of
from atlas_plugin_static_embed.words import cut

__all__ = ["StaticEmbed", "sums"]

# Sums of fewer texts fit into the processor's cache.
AT_ONCE = 500


class StaticEmbed:
    """The sum of a text's words in a table of weighted vectors; no model runs.

    Sources: weights and the common direction are those of Arora, Liang, Ma, "A simple but tough-to-beat baseline for
    sentence embeddings", ICLR 2017; distilling a model by embedding its vocabulary and keeping principal components
    is the idea of model2vec (Minish Lab, 2024).
    """

    Options: ClassVar[type[StaticEmbedOptions]] = StaticEmbedOptions
    modality: ClassVar[Literal["text"]] = "text"
    batch_size: ClassVar[int] = 4_000
    in_workers: ClassVar[bool] = True

    def __init__(self, options: StaticEmbedOptions) -> None:
        """Store the options."""
        self.options = options

    @property
    def dim(self) -> int:
        """The width of the table's vectors. Raises ModelNotAvailableError."""
        return int(self._table().vectors.shape[1])

    @property
    def fingerprint(self) -> str:
        """A hash of the table's file, and how much of a text is read."""
        return f"static-1-{fingerprint(path_of(self.options.table))}-{self.options.max_characters}"

    def check(self) -> None:
        """Look for the table and read it. Raises ModelNotAvailableError, InvalidDataError."""
        self._table()

    def warmup(self) -> None:
        """Read the table into this process."""
        self._table()

    def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        """Return float32 [N, dim], row i for text i, of length 1; the same for every task.

        Raises:
            ModelNotAvailableError: the table is not here.
        """
        del task
        table, most = self._table(), self.options.max_characters
        vectors = np.empty((len(items), self.dim), dtype=np.float32)
        context.progress(0.0, "looking words up")
        for start in range(0, len(items), AT_ONCE):
            texts = [item[:most] for item in items[start : start + AT_ONCE]]
            vectors[start : start + len(texts)] = _directions(sums(texts, table), texts, table)
            context.progress((start + len(texts)) / len(items), "looking words up")
        context.progress(1.0, "looked up")
        return vectors

    def _table(self) -> Table:
        return load(path_of(self.options.table))


def sums(texts: Sequence[str], table: Table) -> NDArray[np.float32]:
    """Return float32 [N, D], the sum of the vectors of each text's words, those that are not in the table spelled."""
    split = [cut(text) for text in texts]
    lengths = np.fromiter(map(len, split), dtype=np.intp, count=len(split))
    flat = list(chain.from_iterable(split))
    look_up = table.words.get
    numbers = np.fromiter((look_up(word, -1) for word in flat), dtype=np.int64, count=len(flat))
    rows = table.vectors[numbers]
    strange = np.flatnonzero(numbers < 0)
    if len(strange):
        unknown: dict[str, int] = {}
        which = [unknown.setdefault(flat[at], len(unknown)) for at in strange.tolist()]
        rows[strange] = table.unknown * np.stack([spelled(word, rows.shape[1]) for word in unknown])[which]
    found = np.zeros((len(texts), table.vectors.shape[1]), dtype=np.float32)
    some = lengths > 0
    if some.any():
        starts = np.cumsum(lengths) - lengths
        found[some] = np.add.reduceat(rows, starts[some], axis=0)
    return found


def _directions(found: NDArray[np.float32], texts: Sequence[str], table: Table) -> NDArray[np.float32]:
    """Return unit vectors without the common direction; a text without a single word goes by its characters."""
    found = found - (found @ table.common)[:, None] * table.common
    lengths = np.linalg.norm(found, axis=1)
    for row in np.flatnonzero(lengths < np.finfo(np.float32).tiny * 1e6).tolist():
        found[row] = spelled(texts[row].strip(), found.shape[1])
        lengths[row] = 1.0
    unit: NDArray[np.float32] = found / lengths[:, None]
    return unit
