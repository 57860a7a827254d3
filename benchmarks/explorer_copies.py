"""What it costs to write the explorer's pages of a large map, and its copies: time, memory of the process's own, size.

`python benchmarks/explorer_copies.py [--pages N,N…] [--copies N] [--write]`

The map is made while it is read (`tests/large_map.py` of the explorer), so that what is measured is the writing alone;
what the map itself holds is there before. `--write` puts the table into docs/explanation/explorer.md.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from _explorer_points import ready_made
from _page import load, versions, write
from atlas_plugin_explorer.copies import write_folder, write_html
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.shown import Shown
from localatlas.protocols import Context

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "explorer.md"
HEAD = "| what | rows | CPU s | own MB before | own MB at most | MB on disk |\n|---|---|---|---|---|---|"
LOOK_SECONDS = 0.05
TEXT_MB = (64, 200)


def main() -> None:
    """Measure and print, or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", default="1000000,10000000")
    parser.add_argument("--copies", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(one(asked.one[0], int(asked.one[1]), Path(asked.one[2])))
        return
    with tempfile.TemporaryDirectory() as folder:
        sizes = [int(size) for size in asked.pages.split(",")]
        wanted = [("pages", size) for size in sorted({*sizes, asked.copies})]
        wanted += [(what, asked.copies) for what in (*(f"file {text}" for text in TEXT_MB), "folder")]
        rows = [apart(what, size, folder) for what, size in wanted]
    text = "\n".join([HEAD, *rows, "", versions(("numpy", "pyarrow")), load()])
    print(text)
    if asked.write:
        write("explorer_copies", text, PAGE)


def apart(what: str, size: int, folder: str) -> str:
    """Return a row that a process of its own measured: what another has left of memory is not in it."""
    command = [sys.executable, __file__, "--one", what, str(size), folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def one(what: str, size: int, folder: Path) -> str:
    """Write pages, a file or a folder, and return the row."""
    shown = ready_made(size, folder).map
    # What is made when it is first looked at is the map's, not the writer's.
    _ = shown.layout, shown.topic_model, shown.duplicate_groups, shown.alive
    if what == "pages":
        return row(what, size, shown.pages, lambda: localatlas_pages(shown, shown.pages, Context()))
    kind, _, text = what.partition(" ")
    target = folder / f"{what}{'.html' if kind == 'file' else ''}"
    limit, copy = int(text or TEXT_MB[0]) * 1_000_000, write_html if kind == "file" else write_folder
    name = f"one file, `text_bytes` {text} MB" if text else "a folder"
    return row(name, size, target, lambda: copy(Shown(shown), target, limit, overwrite=False))


def row(what: str, size: int, target: Path, work: Callable[[], object]) -> str:
    """Do the work, and return what it cost."""
    before, ended = own(), threading.Event()
    seen = [before]

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            seen.append(own())

    thread = threading.Thread(target=look)
    thread.start()
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    ended.set()
    thread.join()
    files = [target] if target.is_file() else [file for file in target.rglob("*") if file.is_file()]
    disk = sum(file.stat().st_size for file in files) / 1e6
    return f"| {what} | {size:,} | {seconds:.0f} | {before:,.0f} | {max(seen):,.0f} | {disk:,.0f} |"


def own() -> float:
    """Return the process's anonymous memory in MB."""
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


if __name__ == "__main__":
    main()
