"""The page's first command, as it stands there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from snippets import read

pytestmark = pytest.mark.plugins


@pytest.mark.parametrize("package", ["localatlas", "nomic"])
def test_the_key_is_kept_and_the_work_goes_on_without_one(package: str, tmp_path: Path) -> None:
    command = read("sh")["setup"].replace("nomic", package).split()
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path), "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "localatlas" / "credentials.json"
    assert '"nk-..."' in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "needs no account" in done.stdout
    code = f"import {package}; print({package}.AtlasUser().credentials.key)"
    asked = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "nk-..."
    subprocess.run([package, "logout"], env=environment, capture_output=True, check=True)
    assert not kept.exists()
