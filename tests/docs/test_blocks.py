"""Every Python block of the documentation and the README runs, and prints what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fences import WALKED, Fence, fences, named, pages, runs

RUNNER = Path(__file__).with_name("run_blocks.py")
INFOS = {"python", "python notest", "text", "text output", "sh", "toml", "json", "js"}
WITH_CODE = [page for page in pages() if page not in WALKED and any(runs(fence) for fence in fences(page))]


def run(page: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a page's blocks in an empty folder, with an empty home."""
    environment = os.environ | {"LOCALATLAS_HOME": str(folder / "home"), "LOCALATLAS_OFFLINE": "1"}
    # Warnings that a reader would see are errors here.
    command = [sys.executable, "-W", "error", str(RUNNER), str(page)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.plugins
@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=named)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path) -> None:
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_have_code() -> None:
    assert {"README.md", "docs/tutorial/first-map.md", "docs/howto/connect-data.md"} <= set(map(named, WITH_CODE))


@pytest.mark.parametrize("page", pages(), ids=named)
def test_the_kind_of_every_block_is_known(page: Path) -> None:
    unknown = [f"{named(page)}:{each.line} {each.info!r}" for each in fences(page) if not is_known(each)]
    assert not unknown, f"blocks are marked with one of {sorted(INFOS)}, or with file=PATH: {unknown}"


def is_known(fence: Fence) -> bool:
    return fence.info in INFOS or (fence.info.partition(" ")[2].startswith("file=") and " " not in fence.info[8:])


@pytest.mark.parametrize("page", pages(), ids=named)
def test_a_block_that_does_not_run_says_why(page: Path) -> None:
    silent = [
        f"{named(page)}:{each.line}" for each in fences(page) if each.info == "python notest" and "#" not in each.text
    ]
    assert not silent


def test_a_block_that_raises_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\n```python\nx / 0\n```\n", encoding="utf-8")
    done = run(page, tmp_path)
    assert done.returncode != 0
    assert f'{page}", line 8' in done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_a_page_that_states_another_output_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1 + 1)\n```\n\nprints\n\n```text output\n3\n```\n", encoding="utf-8")
    assert run(page, tmp_path).returncode != 0
    page.write_text(page.read_text(encoding="utf-8").replace("\n3\n", "\n2\n"), encoding="utf-8")
    assert run(page, tmp_path).returncode == 0


def test_a_block_that_warns_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('```python\nimport warnings\n\nwarnings.warn("old")\n```\n', encoding="utf-8")
    assert "UserWarning: old" in run(page, tmp_path).stderr
