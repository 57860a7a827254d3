"""Plugins of strangers: one that works is chosen by its name, one that is broken harms nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from installing import install
from localatlas import AtlasDataset
from localatlas.data_inference import ProjectionOptions
from localatlas.errors import InvalidOptionError
from localatlas.testing.example import clusters

SURFACE = "import localatlas; from localatlas import AtlasDataset, atlas, embed; "
BROKEN = "raise RuntimeError('this plugin was written for another planet')"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a plugin of every kind whose modules cannot be imported."""
    from localatlas import registries

    folder = tmp_path / "site"
    folder.mkdir()
    groups = [registry.group for registry in registries.ALL]
    points = {group: {f"broken-{number}": "sample_broken:Thing"} for number, group in enumerate(groups)}
    install(folder, "atlas-plugin-broken", "sample_broken", BROKEN, points)
    install(
        folder, "atlas-plugin-unhooked", "sample_unhooked", BROKEN, {"localatlas.hooks": {"own": "sample_unhooked"}}
    )
    return folder


def python(site: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-c", code]
    environment = os.environ | {"PYTHONPATH": str(site), "COLUMNS": "200"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_surface_is_imported_beside_broken_plugins(site: Path) -> None:
    done = python(site, SURFACE + "print(AtlasDataset.__name__)", "-W", "error")
    assert (done.returncode, done.stdout, done.stderr) == (0, "AtlasDataset\n", "")


def test_datasets_are_made_beside_broken_plugins(site: Path) -> None:
    done = python(
        site, SURFACE + "d = AtlasDataset('x'); d.add_data([{'a': 'b'}]); print(d.total_datums)", "-W", "error"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_listing_names_the_broken_plugin_and_imports_it_not(site: Path) -> None:
    done = python(site, "import sys; from localatlas.cli import main; sys.exit(main(['plugins', 'list']))")
    assert (done.returncode, done.stderr) == (0, "")
    assert sum("atlas-plugin-broken" in line for line in done.stdout.splitlines()) == 8


def test_help_tells_once_of_hooks_that_are_left_out(site: Path) -> None:
    done = python(site, "import sys; from localatlas.cli import main; sys.exit(main(['--help']))")
    assert done.returncode == 0
    assert "Usage: localatlas" in done.stdout
    assert "the hooks of atlas-plugin-unhooked:own 1.2 are left out" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_whoever_asks_for_a_broken_plugin_is_told_whose_it_is(site: Path) -> None:
    done = python(site, "from localatlas import projectors; projectors.load('broken-1')")
    assert done.returncode == 1
    told = done.stderr.splitlines()[-1]
    assert "PluginLoadError: projector 'broken-1' (atlas-plugin-broken 1.2) cannot be imported" in told
    assert "RuntimeError: this plugin was written for another planet; reinstall or remove" in told


@pytest.fixture
def vectors() -> AtlasDataset:
    made = AtlasDataset("clusters")
    made.add_data(embeddings=clusters(240, count=3, noise=0.5))
    return made


@pytest.mark.slow
def test_a_projector_in_contrib_is_chosen_by_its_name(vectors: AtlasDataset) -> None:
    pytest.importorskip("atlas_plugin_pacmap")
    made = vectors.create_index(
        projection=ProjectionOptions(model="pacmap", n_neighbors=8), topic_model=False, progress=False
    )
    part = made.record[0].plan.projector
    assert (part.qualified, part.options["n_neighbors"]) == ("atlas-plugin-pacmap:pacmap", 8)
    places = made.embeddings.projected[["x", "y"]].to_numpy(np.float64)
    centers = np.array([places[row::3].mean(axis=0) for row in range(3)])
    own = np.linalg.norm(places[:, None] - centers[None], axis=2).argmin(axis=1)
    assert (own == np.arange(240) % 3).all(), "three clusters are three lands"


def test_its_options_are_checked_like_our_own(vectors: AtlasDataset) -> None:
    pytest.importorskip("atlas_plugin_pacmap")
    with pytest.raises(InvalidOptionError, match=r"unknown option 'MN_ration', did you mean 'MN_ratio'\?"):
        vectors.create_index(projection={"model": "pacmap", "MN_ration": 1.0}, topic_model=False, progress=False)
