"""The embedder `static` beside the embedder that it is distilled from: speed, and how well rows of a kind lie together.

    OMP_NUM_THREADS=1 nox -s bench -- static_embed [ROWS]

Data: the one-line descriptions of Debian's packages, each with its section, as `apt-cache dumpavail` prints them.
Quality is the share of rows whose section is that of most of their ten nearest. Times are CPU seconds of one thread.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from localatlas import embedders
from localatlas.protocols import Context

ROWS = 4_000
FEWEST = 100
NEAREST = 10


def descriptions() -> tuple[list[str], list[str]]:
    """Return the texts and sections of all packages that this machine's package lists know, each text once."""
    if shutil.which("apt-cache") is None:
        print("static_embed reads Debian's package lists; apt-cache is not here")
        sys.exit(0)
    told = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    found: dict[str, str] = {}
    for stanza in told.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line.startswith(" "))
        text = next((value for key, value in fields.items() if key.startswith("Description") and "md5" not in key), "")
        if text and "Section" in fields:
            found.setdefault(text, fields["Section"].rpartition("/")[2])
    return list(found), list(found.values())


def sample(rows: int) -> tuple[list[str], list[str], list[str]]:
    """Return texts and sections of some rows of sections that are not rare, and all texts."""
    texts, sections = descriptions()
    counts = Counter(sections)
    common = [at for at, section in enumerate(sections) if counts[section] >= FEWEST]
    chosen = np.random.default_rng(0).permutation(common)[:rows]
    return [texts[at] for at in chosen], [sections[at] for at in chosen], texts


def accuracy(vectors: np.ndarray, sections: list[str]) -> float:
    """Return the share of rows whose section most of the ten nearest other rows have."""
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    nearest = np.argpartition(-alike, NEAREST, axis=1)[:, :NEAREST]
    votes = [Counter(sections[at] for at in row).most_common(1)[0][0] for row in nearest]
    return float(np.mean([vote == section for vote, section in zip(votes, sections, strict=True)]))


def measured(name: str, embedder: Any, texts: list[str], sections: list[str]) -> np.ndarray:
    """Print what an embedder takes and gives; return its vectors."""
    embedder.embed(texts[:10], Context(), task="search_document")
    begun = time.process_time()
    vectors: np.ndarray = embedder.embed(texts, Context(), task="search_document")
    speed = len(texts) / (time.process_time() - begun)
    print(
        f"{name:<24} {vectors.shape[1]:>4} {speed:>9,.0f} texts/CPU-s, 10-NN accuracy {accuracy(vectors, sections):.3f}"
    )
    return vectors


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of ten nearest neighbours that two sets of vectors have in common."""
    found = []
    for vectors in (one, other):
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -np.inf)
        found.append(np.argpartition(-alike, NEAREST, axis=1)[:, :NEAREST])
    return float(np.mean([len(set(a) & set(b)) / NEAREST for a, b in zip(*found, strict=True)]))


def main() -> None:
    """Distil tables of several sizes and compare."""
    from atlas_plugin_static_embed import distil

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    texts, sections, everything = sample(rows)
    letters = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} texts of {letters:.0f} letters in {len(set(sections))} sections; "
          f"most frequent section {Counter(sections).most_common(1)[0][1] / len(texts):.3f}")  # fmt: skip
    default = measured("use-multilingual-v3", embedders.create("use-multilingual-v3"), texts, sections)
    with tempfile.TemporaryDirectory() as folder:
        for dim, sif in ((256, 0.1), (256, 1.0), (256, 0.01), (256, 0.001), (128, 0.1), (512, 0.1)):
            begun = time.process_time()
            path = distil(everything, str(Path(folder) / f"{dim}-{sif}.npz"), dim=dim, sif=sif, progress=False)
            took = time.process_time() - begun
            table = embedders.create("static", {"table": str(path)})
            found = measured(f"static {dim}, sif {sif:g}", table, texts, sections)
            size = path.stat().st_size / 1e6
            shared = overlap(default, found)
            print(f"    {size:.1f} MB, distilled in {took:.0f} CPU-s; shares {shared:.2f} of ten neighbours")


if __name__ == "__main__":
    main()
