from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO

import pytest
from localatlas import cli


@dataclass(frozen=True)
class Result:
    """What a person at the keyboard gets."""

    status: int
    out: str
    err: str


Localatlas = Callable[..., Result]


@pytest.fixture
def localatlas(monkeypatch: pytest.MonkeyPatch) -> Localatlas:
    """Run the command line in a terminal of 80 columns that is no terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Result:
        out, err = StringIO(), StringIO()
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stdout", out)
            streams.setattr(sys, "stderr", err)
            status = cli.main(list(arguments))
        assert "Traceback" not in out.getvalue() + err.getvalue()
        return Result(status, out.getvalue(), err.getvalue())

    return run
