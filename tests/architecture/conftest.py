"""One test per file or distribution, and the sizes of everything in the summary."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_tree import ROOT, core_module, core_sources, plugins

SIZES = pytest.StashKey[list[str]]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `core_source` each file of the core, and `plugin` each plugin's distribution."""
    if "core_source" in metafunc.fixturenames:
        metafunc.parametrize("core_source", [pytest.param(path, id=core_module(path)) for path in core_sources()])
    if "plugin" in metafunc.fixturenames:
        metafunc.parametrize("plugin", [pytest.param(found, id=found.folder.name) for found in plugins()])


@pytest.fixture
def report(pytestconfig: pytest.Config) -> list[str]:
    """Lines to print after the run."""
    return pytestconfig.stash.setdefault(SIZES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the sizes that the tests read."""
    if lines := config.stash.get(SIZES, []):
        terminalreporter.section(f"sizes in {Path(ROOT).name}")
        for line in lines:
            terminalreporter.write_line(line)
