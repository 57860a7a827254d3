"""One concept per file, half a screen per function."""

from __future__ import annotations

import ast
import math
from pathlib import Path

from source_tree import ROOT, tracked, tree

FILE_AIM, FILE_LIMIT = 300, 400
FUNCTION_AIM, FUNCTION_LIMIT = 30, 60
CODE = {".py", ".ts", ".tsx"}


def code() -> list[Path]:
    """Return the repository's code files."""
    return [path for path in tracked() if path.suffix in CODE]


def lines(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> list[tuple[int, str]]:
    """Return the length, without its docstring, and the place of each function of a file."""
    nodes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(length(node), f"{path.relative_to(ROOT).as_posix()}:{node.lineno} {node.name}") for node in nodes]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines, decorators and docstring left out."""
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return whole
    text = node.body[0]
    return whole - ((text.end_lineno or text.lineno) - text.lineno + 1)


def quantiles(values: list[int]) -> str:
    """Return `p50/p90/max` of some sizes."""
    ordered = sorted(values)
    at = [ordered[max(0, math.ceil(part * len(ordered)) - 1)] for part in (0.5, 0.9, 1.0)]
    return "/".join(map(str, at))


def test_no_file_is_over_the_limit(report: list[str]) -> None:
    sizes = {path.relative_to(ROOT).as_posix(): lines(path) for path in code()}
    report.append(f"{len(sizes)} files: lines p50/p90/max {quantiles(list(sizes.values()))}")
    report += [f"  over {FILE_AIM}: {name} ({size})" for name, size in sizes.items() if size > FILE_AIM]
    assert not {name: size for name, size in sizes.items() if size > FILE_LIMIT}


def test_no_function_is_over_the_limit(report: list[str]) -> None:
    found = [entry for path in code() if path.suffix == ".py" for entry in functions(path)]
    report.append(f"{len(found)} functions: lines p50/p90/max {quantiles([size for size, _ in found])}")
    long = sorted((entry for entry in found if entry[0] > FUNCTION_AIM), reverse=True)
    report += [f"  over {FUNCTION_AIM}: {place} ({size})" for size, place in long]
    assert not [entry for entry in found if entry[0] > FUNCTION_LIMIT]


def test_most_functions_are_short() -> None:
    sizes = sorted(size for path in code() if path.suffix == ".py" for size, _ in functions(path))
    assert sizes[math.ceil(0.9 * len(sizes)) - 1] <= FUNCTION_AIM
    assert sum(sizes) / len(sizes) > 1, "the measure itself must see function bodies"


def test_no_module_is_called_utils() -> None:
    assert not [path for path in code() if {path.stem, path.parent.name} & {"util", "utils"}]
