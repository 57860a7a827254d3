"""Importing localatlas or a plugin is cheap: what is heavy is imported where the work is done."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from source_tree import Distribution

ALGORITHMS = {
    "faiss", "hdbscan", "lance", "llvmlite", "numba", "onnxruntime", "openTSNE", "pacmap", "pynndescent",
    "scipy", "sklearn", "starlette", "tensorflow", "torch", "umap", "use", "uvicorn",
}  # fmt: skip
HEAVY_PARTS_OF_LIBRARIES = {"pyarrow.flight", "pyarrow.dataset", "pyarrow.parquet", "pyarrow.compute"}
SURFACE = "from localatlas import AtlasDataset, atlas, embed"
# The surface may cost as much again as its libraries do, with room for a busy machine, and no more.
SURFACE_SHARE = 1.0


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter holds after a statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def roots(modules: set[str]) -> set[str]:
    """Return top-level names."""
    return {name.partition(".")[0] for name in modules}


def self_times(statement: str) -> dict[str, int]:
    """Return microseconds spent in each module's own body while a fresh interpreter imports."""
    command = [sys.executable, "-X", "importtime", "-c", statement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    prefix = "import time:"
    rows = [line.removeprefix(prefix).split("|") for line in done.stderr.splitlines() if line.startswith(prefix)]
    return {row[2].strip(): int(row[0]) for row in rows[1:]}


def test_importing_the_package_loads_no_library_at_all() -> None:
    loaded = roots(loaded_by("import localatlas"))
    assert not loaded & {"click", "loky", "numpy", "pandas", "pluggy", "pyarrow", "pydantic", "rich", "tqdm"}
    assert not loaded & ALGORITHMS


def test_importing_the_surface_loads_no_algorithm_and_no_plugin() -> None:
    loaded = loaded_by(SURFACE)
    assert not roots(loaded) & ALGORITHMS
    assert not [name for name in loaded if name.startswith("atlas_plugin_")]
    # pandas loads some of them by itself.
    assert not (loaded - loaded_by("import pandas, pyarrow, pydantic")) & HEAVY_PARTS_OF_LIBRARIES


def test_the_surface_costs_less_than_its_libraries() -> None:
    runs = [self_times(SURFACE) for _ in range(3)]
    ours = min(sum(cost for name, cost in run.items() if name.startswith("localatlas")) for run in runs)
    theirs = min(sum(cost for name, cost in run.items() if not name.startswith("localatlas")) for run in runs)
    assert ours < SURFACE_SHARE * theirs, f"its own code took {ours} µs, its libraries {theirs} µs"


@pytest.mark.plugins
def test_loading_a_plugin_loads_no_algorithm(plugin: Distribution) -> None:
    groups = plugin.project["entry-points"].values()
    targets = sorted({target for group in groups for target in group.values()})
    loads = [f"EntryPoint('x', {target!r}, 'x').load()" for target in targets]
    loaded = loaded_by("\n".join([f"import {plugin.module}", "from importlib.metadata import EntryPoint", *loads]))
    assert plugin.module in loaded
    assert not roots(loaded) & ALGORITHMS
