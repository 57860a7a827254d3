from __future__ import annotations

import re
from io import StringIO

import pytest
from localatlas import AtlasDataset
from localatlas.cli.live import DOING, DONE, live_listener
from localatlas.pipeline.progress import STAGES
from rich.console import Console

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def console(*, terminal: bool = False) -> tuple[Console, StringIO]:
    out = StringIO()
    return Console(file=out, width=80, force_terminal=terminal, highlight=False, _environ={}), out


def test_every_stage_has_words() -> None:
    assert DOING.keys() == DONE.keys() == STAGES.keys()


@pytest.mark.parametrize("terminal", [False, True])
def test_a_line_is_printed_for_every_stage_once_and_in_order(dataset: AtlasDataset, terminal: bool) -> None:
    screen, out = console(terminal=terminal)
    with live_listener(screen) as listener:
        dataset.create_index(indexed_field="text", progress=listener)
    shown = out.getvalue()
    # The bar says what components say, such as "pages written"; lines begin with a mark.
    lines = [f"✓ {words}" for words in DONE.values()]
    plain = ESCAPE.sub("", shown)
    places = [plain.index(line) for line in lines]
    assert places == sorted(places)
    assert [plain.count(line) for line in lines] == [1] * len(DONE)
    assert ("starting" in shown or "reading rows" in shown) == terminal


def test_what_was_kept_is_said(dataset: AtlasDataset) -> None:
    dataset.create_index(indexed_field="text", progress=False)
    screen, out = console()
    with live_listener(screen) as listener:
        dataset.create_index(indexed_field="text", progress=listener)
    lines = out.getvalue().splitlines()
    assert ["kept from before" in line for line in lines] == [True] * 6 + [False] * 2


def test_a_stage_that_failed_has_no_line() -> None:
    screen, out = console()
    with live_listener(screen) as listener:
        listener("snapshot", 1.0, 0.01, "")
        listener("embed", 0.0, 0.01, "")
        listener("embed", 0.5, 0.3, "4 of 8 rows")
    assert [line.strip().split("  ")[0] for line in out.getvalue().splitlines()] == ["✓ rows read"]


def test_what_a_component_says_is_no_markup() -> None:
    screen, out = console(terminal=True)
    with live_listener(screen) as listener:
        listener("embed", 0.5, 0.3, "[/x] of 8 rows")
        listener("embed", 1.0, 0.5, "")
    assert "[/x] of 8 rows" in out.getvalue()
