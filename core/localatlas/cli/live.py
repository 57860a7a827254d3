"""A build's progress in a terminal: one line per finished stage, one bar for the stage under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.text import Text

from localatlas.pipeline.progress import Listener

__all__ = ["LoadingBar", "live_listener", "loading_bar", "saving_bar"]

DONE = {
    "snapshot": "rows read",
    "embed": "rows embedded",
    "neighbors": "neighbours found",
    "layout": "map laid out",
    "topics": "topics found and named",
    "duplicates": "duplicates found",
    "pages": "pages written",
    "commit": "map saved",
}
DOING = {
    "snapshot": "reading rows",
    "embed": "embedding",
    "neighbors": "finding neighbours",
    "layout": "laying out",
    "topics": "finding topics",
    "duplicates": "finding duplicates",
    "pages": "writing pages",
    "commit": "saving",
}


@contextmanager
def live_listener(console: Console) -> Generator[Listener, None, None]:
    """Yield a listener that draws the build on `console`; without a terminal, it prints a line per stage."""
    started: dict[str, float] = {}
    last: dict[str, str] = {}
    with Progress(*_columns(), console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=1.0, detail="")

        def listen(stage: str, fraction: float, overall: float, message: str) -> None:
            del overall
            started.setdefault(stage, time.perf_counter())
            last[stage] = message or last.get(stage, "")
            bar.update(task, description=f"{DOING[stage]:<18}", completed=fraction, detail=escape(last[stage]))
            # A component may report 1.0 itself; the pipeline's own last word comes with the next stage or the end.
            if fraction == 1.0 and stage not in closed and message in ("", "kept from before"):
                closed.add(stage)
                console.print(_line(stage, time.perf_counter() - started[stage], message))

        closed: set[str] = set()
        yield listen


class LoadingBar:
    """What `add_data` takes as `pbar`."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task("loading rows      ", total=total, detail="")
        self.rows = 0.0

    def update(self, rows: float) -> None:
        """Move on by some rows."""
        self.rows += rows
        self._progress.update(self._task, completed=self.rows, detail=f"{self.rows:,.0f} rows")


@contextmanager
def loading_bar(console: Console, total: int | None) -> Generator[LoadingBar, None, None]:
    """Yield a bar of the rows that come into a dataset; print how many came, and in what time."""
    started = time.perf_counter()
    with Progress(*_columns(), console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = LoadingBar(progress, total)
        yield bar
    console.print(_finished("rows loaded", time.perf_counter() - started, f"{bar.rows:,.0f} rows"))


@contextmanager
def saving_bar(console: Console) -> Generator[Callable[[float, str], None], None, None]:
    """Yield what takes the progress of a page that is written, 0 to 1, and draws it; nothing without a terminal."""
    with Progress(*_columns(), console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("writing the page", total=1.0, detail="")
        yield lambda fraction, message: progress.update(task, completed=fraction, detail=escape(message))


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("[dim]{task.fields[detail]}"),
    )


def _line(stage: str, seconds: float, detail: str) -> Text:
    return _finished(DONE[stage], seconds, detail)


def _finished(what: str, seconds: float, detail: str) -> Text:
    return Text.assemble(("  ✓ ", "green"), f"{what:<24}", (f"{seconds:7.1f} s", "bold"), (f"   {detail}", "dim"))
