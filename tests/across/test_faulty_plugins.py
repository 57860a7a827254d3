"""What a user sees of a plugin that hangs, breaks, or returns what it must not; the dataset is unharmed each time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from installing import install

PLUGIN = """
import os, time
import numpy as np
from localatlas.protocols import ComponentOptions, Layout

class Mine:
    Options = ComponentOptions
    def __init__(self, options): self.options = options
    def neighbors_needed(self, n): return 0
    def project(self, index, context):
        {body}
"""
# Says that it has begun, then does nothing for ever; a plugin that does not ask `progress` cannot be asked to stop.
HANGS = """open(os.environ["BEGUN"], "w").close()
        while True: time.sleep(3600)"""
BUILD = """
import numpy as np, localatlas
vectors = np.random.default_rng(0).normal(size=(40, 8))
dataset = localatlas.AtlasDataset("faulty")
if not dataset.total_datums:
    dataset.add_data(embeddings=vectors)
{call}
"""
CREATE = 'made = dataset.create_index(projection="{name}", topic_model=False, progress=False{more})'
AFTER = """
print(dataset.total_datums, len(dataset.maps), dataset.is_accepting_data)
dataset.create_index(projection="umap", topic_model=False, progress=False)
print(len(dataset.maps))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables of a process that finds the plugins of a folder."""
    return os.environ | {"PYTHONPATH": str(tmp_path), "BEGUN": str(tmp_path / "begun")}


def plugin(site: Path, body: str, distribution: str = "atlas-plugin-faulty", name: str = "faulty") -> None:
    module = distribution.replace("-", "_")
    source = PLUGIN.format(body=body)
    install(site, distribution, module, source, {"localatlas.projectors": {name: f"{module}:Mine"}})


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def built(environment: dict[str, str], name: str = "faulty") -> str:
    """Build with the plugin; return the last line of what the user sees."""
    done = python(BUILD.format(call=CREATE.format(name=name, more="")), environment)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]


def unharmed(environment: dict[str, str]) -> None:
    done = python(BUILD.format(call=AFTER), environment)
    assert done.stdout.split() == ["40", "0", "True", "1"], done.stderr


def test_nan_is_blamed_on_the_plugin_by_name(tmp_path: Path, environment: dict[str, str]) -> None:
    plugin(tmp_path, 'return Layout(np.full((len(index.vectors), 2), np.nan, "float32"))')
    seen = built(environment)
    assert "PluginContractError" in seen
    assert "projector 'faulty' (atlas-plugin-faulty 1.2)" in seen
    assert "positions has NaN or infinity in 40 of 40 rows, the first is row 0" in seen
    unharmed(environment)


def test_a_plugin_that_raises_on_import_is_named_when_it_is_used(tmp_path: Path, environment: dict[str, str]) -> None:
    module = "atlas_plugin_faulty"
    points = {"localatlas.projectors": {"faulty": f"{module}:Mine"}}
    install(tmp_path, "atlas-plugin-faulty", module, "raise OSError('no driver')", points)
    seen = built(environment)
    assert seen == (
        "localatlas.errors.PluginLoadError: projector 'faulty' (atlas-plugin-faulty 1.2) cannot be imported from "
        "atlas_plugin_faulty:Mine: OSError: no driver; reinstall or remove atlas-plugin-faulty"
    )
    unharmed(environment)


def test_two_plugins_of_one_name_are_both_named(tmp_path: Path, environment: dict[str, str]) -> None:
    for distribution in ("atlas-plugin-faulty", "atlas-plugin-other"):
        plugin(tmp_path, "return Layout(index.vectors[:, :2].copy())", distribution)
    seen = built(environment)
    assert seen == (
        "localatlas.errors.AmbiguousPluginError: two distributions give the projector 'faulty': 'atlas-plugin-faulty', "
        "'atlas-plugin-other'; say 'atlas-plugin-faulty:faulty' or 'atlas-plugin-other:faulty', or uninstall one"
    )
    unharmed(environment)


def test_a_plugin_that_hangs_is_left_by_ctrl_c(tmp_path: Path, environment: dict[str, str]) -> None:
    plugin(tmp_path, HANGS)
    code = BUILD.format(call=CREATE.format(name="faulty", more=""))
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)
    wait_for(tmp_path / "begun", process)
    process.send_signal(signal.SIGINT)
    seen = process.communicate(timeout=60)[1]
    assert process.returncode == -signal.SIGINT
    assert seen.strip().splitlines()[-1] == "KeyboardInterrupt"
    unharmed(environment)


WATCH = """
import os, time
from pathlib import Path
made = dataset.create_index(projection="faulty", topic_model=False, wait=False, progress=False)
while not Path(os.environ["BEGUN"]).exists():
    assert made.status in ("queued", "running"), made.status
    os.sched_yield()
made.cancel()
dataset.wait_for_dataset_lock(timeout=120)
print(made.status)
"""


@pytest.mark.slow
def test_a_plugin_that_hangs_in_a_worker_is_cancelled(tmp_path: Path, environment: dict[str, str]) -> None:
    plugin(tmp_path, HANGS)
    done = python(BUILD.format(call=WATCH), environment)
    assert done.stdout.split() == ["cancelled"], done.stderr
    unharmed(environment)


def wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    """Return when a file is there; fail when the process that is to write it ends first."""
    while not file.exists():
        assert process.poll() is None, process.communicate()[1]
        os.sched_yield()
