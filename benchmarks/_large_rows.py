"""Rows for large maps: vectors of a mixture of mixtures, and glosses of WordNet as their texts.

Text vectors of a million rows take an hour to make and tell no more about memory. These have what costs: 512 numbers,
a spectrum that falls slowly, groups within groups of uneven sizes, and some rows that say nearly the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from _page import SEED
from _rows import wordnet

WIDTH = 512
BLOCK = 50_000
BROAD, FINE = 40, 60
# How far groups, their parts and their rows lie from their middles; rows differ in this many directions most.
SPREADS, LATENT = (1.0, 0.8, 1.0), 48
NEAR_COPIES, COPY_NOISE = 0.02, 0.05


def make(folder: Path, rows: int) -> tuple[Path, Path]:
    """Return the files of vectors (float32 [rows, 512], unit length) and of texts (Arrow); made where missing."""
    vectors, texts = folder / f"{rows}.vectors.npy", folder / f"{rows}.texts.arrow"
    if not (vectors.exists() and texts.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        group = np.random.default_rng(SEED).choice(BROAD * FINE, size=rows, p=_sizes())
        _write_texts(texts, group)
        part = vectors.with_suffix(".part")
        out = np.lib.format.open_memmap(part, mode="w+", dtype=np.float32, shape=(rows, WIDTH))
        for start, block in _blocks(group):
            out[start : start + len(block)] = block
        out.flush()
        part.rename(vectors)
    return vectors, texts


def _sizes() -> np.ndarray:
    """Shares of the groups: a few are large."""
    share = np.random.default_rng(SEED + 1).lognormal(0.0, 0.8, BROAD * FINE)
    sizes: np.ndarray = share / share.sum()
    return sizes


def _blocks(group: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    random = np.random.default_rng(SEED + 2)
    falling = (np.arange(1, WIDTH + 1) ** -0.4).astype(np.float32)

    def spread(rows: int, scale: float) -> np.ndarray:
        found = random.standard_normal((rows, WIDTH), dtype=np.float32) * falling
        return found * np.float32(scale / np.linalg.norm(falling))

    broad = spread(BROAD, SPREADS[0])
    middles = np.repeat(broad, FINE, axis=0) + spread(BROAD * FINE, SPREADS[1])
    axes = np.stack([random.permutation(WIDTH)[:LATENT] for _ in range(BROAD)])
    for start in range(0, len(group), BLOCK):
        mine = group[start : start + BLOCK]
        rows = spread(len(mine), SPREADS[2] / 4)
        within = random.standard_normal((len(mine), LATENT), dtype=np.float32) * np.float32(SPREADS[2] / LATENT**0.5)
        np.add.at(rows, (np.arange(len(mine))[:, None], axes[mine // FINE]), within)
        rows += middles[mine]
        copies = np.flatnonzero(random.random(len(mine)) < NEAR_COPIES)
        rows[copies] = rows[copies - 1] + spread(len(copies), COPY_NOISE)
        yield start, rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _write_texts(path: Path, group: np.ndarray) -> None:
    """Give each group glosses of its own, side by side in the dictionary, and each row two of them."""
    glosses = wordnet()["text"].to_numpy()
    each = len(glosses) // (BROAD * FINE)
    random = np.random.default_rng(SEED + 3)
    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, len(group), BLOCK):
            mine = group[start : start + BLOCK]
            first, second = (glosses[mine * each + random.integers(0, each, len(mine))] for _ in range(2))
            texts = [f"{one}. {two}" for one, two in zip(first, second, strict=True)]
            writer.write_batch(pa.record_batch([pa.array(range(start, start + len(mine))), pa.array(texts)], schema))
