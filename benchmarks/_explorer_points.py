"""What the pages of the explorer's benchmark show: ready-made points of any number, or a real build of real rows."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _rows import glosses
from localatlas import AtlasDataset, configure
from numpy.typing import NDArray

PLUGIN = Path(__file__).resolve().parent.parent / "plugins" / "atlas-plugin-explorer"
NAME = "glosses"


@dataclass(frozen=True)
class Points:
    """What is shown.

    Attributes:
        title: what the table calls it.
        map: the map, with layout, topics and rows.
        command: what serves our page of it.
        text: the column of its text.
    """

    title: str
    map: Any
    command: list[str]
    text: str

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.map.layout.positions)

    def labels(self) -> NDArray[np.str_]:
        """Return the name of every row's broadest topic, [rows]."""
        topics = self.map.topic_model
        names = {topic: label.label for topic, label in topics.labels.items()} | {-1: "Unlabelled"}
        return np.array([names.get(topic, f"Topic {topic}") for topic in topics.assignment[:, 0].tolist()], dtype=str)

    def table(self, path: Path) -> None:
        """Write places, text and topic as Parquet."""
        x, y = self.map.layout.positions.T
        columns = {self.text: self.map.columns([self.text])[self.text], "topic": pa.array(self.labels())}
        pq.write_table(pa.table({**columns, "x": pa.array(x), "y": pa.array(y)}), path)


def ready_made(size: int, folder: Path) -> Points:
    """Return points in 300 clusters whose rows are made while they are read; their pages are kept in the folder."""
    sys.path.insert(0, str(PLUGIN / "tests"))
    from large_map import LargeMap

    made = LargeMap(size)
    made.pages = folder / str(size)
    command = [sys.executable, str(PLUGIN / "tests" / "demo_server.py"), str(size), "0", "--pages", str(folder)]
    return Points(f"{size:,} ready-made", made, command, "text")


def real(size: int, home: Path) -> Points:
    """Return a map of glosses of WordNet, built in a home if it is not there."""
    configure(home=str(home), seed=42)
    dataset = AtlasDataset(NAME)
    if not dataset.maps:
        dataset.add_data(glosses(size))
        dataset.create_index(indexed_field="text", progress=False)
    program = [sys.executable, "-c", "import sys; from localatlas.cli import main; sys.exit(main(sys.argv[1:]))"]
    command = ["env", f"LOCALATLAS_HOME={home}", *program, "open", NAME, "--no-browser"]
    stored = dataset.maps[-1].stored
    return Points(f"{len(stored.layout.positions):,} real", stored, command, "text")


def started(command: list[str]) -> subprocess.Popen[str]:
    """Start a server of our page; its first three lines have the link."""
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
