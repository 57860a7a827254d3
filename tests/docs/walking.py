"""Follows a page as its reader would: shell, files and Python in their order, in an empty folder and a new environment.

The page says `python3 -m venv env` and `pip install "localatlas[default]"`, and that is what runs. What is cheap is
real: the environment, pip, the core's wheel, the reader's own plugin. What would cost minutes is lent: the libraries
and the plugins of the environment that the tests run in are seen from the new one, and pip finds them installed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from fences import ROOT, Fence, agrees, expected_output, fences, runs

__all__ = ["lent", "script", "walk", "wheel"]

RUNNER = Path(__file__).with_name("run_blocks.py")
# Every environment has these of its own.
OWN = {"pip", "setuptools", "__pycache__", "_virtualenv.pth", "_virtualenv.py", "distutils-precedence.pth"}
# The files that a distribution of ours leaves, editable or not.
OURS = re.compile(r"(?:_editable_impl_|_)?(localatlas(?:_nomic)?|atlas_plugin_[a-z_]+)(?:[-.]|$)")
# Ends a `python3 -m venv` with the libraries that are lent to it.
LEND = """
python3() {{
    "{python}" "$@"
    if [ "${{1:-}} ${{2:-}}" = "-m venv" ]; then
        for site in "$3"/lib/python*/site-packages; do
            echo "import site; site.addsitedir('{lent}')" > "$site/lent.pth"
        done
    fi
}}
"""


def lent(folder: Path) -> Path:
    """Fill a folder with links to the libraries and the default plugins that are installed here, and return it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [name.replace("-", "_") for name in project["optional-dependencies"]["default"]]
    for site in {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}:
        for entry in site.iterdir():
            ours = OURS.match(entry.name)
            if entry.name not in OWN and (ours is None or ours[1] in wanted):
                (folder / entry.name).symlink_to(entry)
    return folder


def wheel(folder: Path) -> Path:
    """Build the core's wheel into a folder, without a network, and return the folder."""
    code = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder


def script(page: Path, outputs: Path) -> tuple[str, dict[Path, str]]:
    """Return a page as a script for bash, and what it must print, by the file that will hold it."""
    parts, expected = ["set -euo pipefail"], {}
    found = fences(page)
    for number, fence in enumerate(found):
        if fence.info == "sh":
            printed = outputs / f"line-{fence.line}"
            # Braces, unlike parentheses, keep what `cd` and `.` do.
            parts.append(f"echo {shlex.quote(fence.text)} >&2\n{{\n{fence.text}\n}} > {printed}\ncat {printed} >&2")
            if (wanted := expected_output(found[number + 1 :])) is not None:
                expected[printed] = wanted
        elif " file=" in fence.info:
            parts.append(_written(fence))
        elif runs(fence) and not any(runs(earlier) for earlier in _since_shell(found[:number])):
            together = [fence.line, *(later.line for later in _until_shell(found[number + 1 :]) if runs(later))]
            parts.append(f"python -W error {RUNNER} {page} {together[0]} {together[-1]}")
    return "\n".join(parts) + "\n", expected


def walk(page: Path, folder: Path, lending: Path, wheels: Path) -> None:
    """Follow a page in `folder`; AssertionError says where the page and what happens part ways."""
    here, outputs = folder / "empty", folder / "printed"
    here.mkdir()
    outputs.mkdir()
    text, expected = script(page, outputs)
    lend = LEND.format(python=Path(sys._base_executable).resolve(), lent=lending)
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", lend + text],
        cwd=here,
        env=_environment(folder, wheels),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{page} stops here:\n{done.stdout}{done.stderr}"
    for printed, wanted in expected.items():
        said = printed.read_text(encoding="utf-8")
        assert agrees(wanted, said), f"{page}, {printed.name} printed\n{said}\nand the page says\n{wanted}"


def _environment(folder: Path, wheels: Path) -> dict[str, str]:
    mine = ("LOCALATLAS_", "PIP_", "UV_", "PYTHON", "COVERAGE_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    return {
        **kept,
        "LOCALATLAS_HOME": str(folder / "home"),
        "LOCALATLAS_OFFLINE": "1",
        # Nothing is looked for in a registry: what is not lent or built here is missing.
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "COLUMNS": "160",
    }


def _written(fence: Fence) -> str:
    path = fence.info.partition(" file=")[2]
    return f"mkdir -p \"$(dirname {path})\"\ncat > {path} <<'END OF {path}'\n{fence.text}\nEND OF {path}"


def _until_shell(later: list[Fence]) -> list[Fence]:
    """Return the blocks before the next one that belongs to the shell: one Python session runs them."""
    for number, fence in enumerate(later):
        if fence.info == "sh" or " file=" in fence.info:
            return later[:number]
    return later


def _since_shell(earlier: list[Fence]) -> list[Fence]:
    return _until_shell(earlier[::-1])
