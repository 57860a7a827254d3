"""What may not be committed, and what the files of the house promise each other."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from source_tree import ROOT, distributions, requirement_name, tracked, tree

BUILT = {".whl", ".map", ".wasm", ".so", ".pyc", ".onnx", ".parquet", ".lance", ".zip", ".gz"}
LOCKS = {"npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "yarn.lock"}
LARGEST = 1_000_000
# Put together here, so that this file does not hold what it forbids.
REGISTRIES = [r"pypi\." + "org", "pythonhosted" + r"\.org", r"registry\.npm" + "js", r"deb\.debian" + r"\.org"]
MACHINE_PATHS = ["/wo" + r"rk/\w", "/ro" + r"ot/\w", "/Us" + r"ers/\w", "/ho" + r"me/\w"]
FORBIDDEN = re.compile("|".join([*REGISTRIES, *(rf"(?<![\w.*}}>)-]){path}" for path in MACHINE_PATHS)]))


def texts() -> list[tuple[str, str]]:
    """Return the name and text of every file of the repository that is text."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_the_files_are_found() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in tracked()}
    assert {"pyproject.toml", "noxfile.py", ".ci/run", "core/localatlas/errors.py"} <= names


def test_no_file_holds_the_address_of_a_registry_or_a_path_of_a_machine() -> None:
    wrong = [
        f"{name}:{number}: {match[0]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := FORBIDDEN.search(line))
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("line", ['open("/wo' + 'rk/data")', "https://py" + "pi.org/simple", "cd /ro" + "ot/x"])
def test_the_forbidden_is_recognised(line: str) -> None:
    assert FORBIDDEN.search(line)


def test_nothing_built_and_no_lock_is_committed() -> None:
    wrong = [path for path in tracked() if path.suffix in BUILT or path.name in LOCKS or ".min." in path.name]
    assert not wrong
    assert not [path for path in tracked() if {"node_modules", "dist", "static"} & set(path.relative_to(ROOT).parts)]


def test_no_file_is_large() -> None:
    assert not {path: size for path in tracked() if (size := path.stat().st_size) > LARGEST}


def constraints() -> dict[str, str]:
    """Return the versions of constraints.txt by normalised name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {requirement_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def test_constraints_are_exact_versions_of_others_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[A-Za-z0-9.!+]+", line)]
    assert list(constraints()) == sorted(constraints())
    ours = [name for name in constraints() if name.startswith(("localatlas", "atlas-plugin-"))]
    assert not ours
    # The newest torch brings gigabytes that only a GPU needs; who needs torch chooses its build.
    assert not {"torch", "triton"} & set(constraints())


def test_everything_declared_is_held_to_a_version() -> None:
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [part for group in root["dependency-groups"].values() for part in group]
    extras = [part for extra in root["project"]["optional-dependencies"].values() for part in extra]
    required = [part for found in distributions() for part in [*found.dependencies, *found.test_dependencies]]
    names = {requirement_name(part) for part in [*root["project"]["dependencies"], *groups, *extras, *required]}
    others = {name for name in names if not name.startswith(("localatlas", "atlas-plugin-"))}
    missing = others - set(constraints()) - {"torch"}
    assert not missing, f"constraints.txt lacks {sorted(missing)}: run `nox -s lock`"


def test_ci_runs_the_test_command_of_the_readme_as_it_stands() -> None:
    command = ["bash", str(ROOT / ".ci" / "run"), "--show"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert shown == "python3 noxfile.py -s tests"
    assert "python3 noxfile.py -s demo" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_session_is_documented() -> None:
    nodes = [node for node in tree(ROOT / "noxfile.py").body if isinstance(node, ast.FunctionDef)]
    sessions = [node.name for node in nodes if any("nox.session" in ast.unparse(part) for part in node.decorator_list)]
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(sessions) > 5
    assert not [name for name in sessions if f"| `{name}` |" not in text]


def test_the_ci_script_is_executable() -> None:
    assert Path(ROOT / ".ci" / "run").stat().st_mode & 0o100
