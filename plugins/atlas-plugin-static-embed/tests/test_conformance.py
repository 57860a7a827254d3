"""`static` does what every embedder must, with a table of random vectors."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

import numpy as np
from atlas_plugin_static_embed import StaticEmbed
from atlas_plugin_static_embed.table import Origin, Table, save
from localatlas.testing import conformance

# The kit wants the options when tests are collected, so the file is made then.
FOLDER = tempfile.TemporaryDirectory(prefix="static-table-")
atexit.register(FOLDER.cleanup)
KNOWN = ["the", "dog", "ball", "market", "rates", "bread", "planet", "star", "train", "words"]
VECTORS = np.random.default_rng(0).normal(size=(len(KNOWN), 16)).astype(np.float32)
COMMON = np.eye(16, dtype=np.float32)[0]
ORIGIN = Origin("none", "none", 1, 1, 1.0, 1e-3)
PATH = Path(FOLDER.name) / "kit.npz"
save(Table({word: number for number, word in enumerate(KNOWN)}, VECTORS, COMMON, 0.5, ORIGIN), PATH)

test_conformance = conformance(StaticEmbed, options={"table": str(PATH)})
