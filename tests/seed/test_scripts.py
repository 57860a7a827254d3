"""A snippet as a user has it: a script of its own, run by Python, with nothing set and no main guard."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from localatlas import AtlasDataset
from snippets import CSV, read
from stand_ins import reviews

pytestmark = [pytest.mark.plugins, pytest.mark.slow]


def test_an_existing_script_runs_unchanged(csv: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(read()["text example"].replace(CSV, csv.as_posix()), encoding="utf-8")
    command = [sys.executable, script.name]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    atlas_map = AtlasDataset("text-dataset-airline-reviews").maps[0]
    assert list(atlas_map.data.df["text"]) == list(reviews()["text"])
    assert len(atlas_map.topics.df) == len(reviews())
