"""A large map end to end: rows in, neighbours, layout, topics, duplicates, pages, commit; time and memory per stage.

`python benchmarks/large_map.py [--rows 1000000 ...] [--data mixture windows] [--cache FOLDER] [--show] [--write]`

Memory is that of the process and all its children, looked at 20 times a second: what the process has of its own, and
what it has mapped of files, which the system takes back when it needs it. A run that was stopped goes on where it was:
rows that are in are not added again, and stages that are done are kept, with what they cost.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import _large_rows
import _large_windows
from _page import PAGE, versions, write

HERE = Path(__file__).resolve().parent
LOOK_SECONDS = 0.05
LIBRARIES = ("localatlas", "pylance", "numpy", "numba", "scipy", "pyarrow")
ORDER = ("add", "snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages", "commit")
# Where rows come from, and what the table says of them.
DATA = {"mixture": (_large_rows.make, ""), "windows": (_large_windows.make, " windows")}
HEAD = "| rows | stage | CPU s | wall s | own MB | with mapped files MB | longest silence s | largest jump |"


def memory(pid: int) -> tuple[float, float]:
    """Return the anonymous and the whole resident memory of a process and its children, in MB."""
    own = whole = 0.0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            text = Path(f"/proc/{one}/status").read_text(encoding="utf-8")
            tasks = Path(f"/proc/{one}/task").glob("*/children")
            waiting += [int(child) for file in tasks for child in file.read_text(encoding="ascii").split()]
        except OSError:
            continue
        found = {name: int(value) * 1024 / 1e6 for name, value in re.findall(r"(Rss\w+|VmRSS):\s+(\d+) kB", text)}
        own += found.get("RssAnon", 0.0)
        whole += found.get("VmRSS", 0.0)
    return own, whole


def watched(command: list[str], environment: dict[str, str]) -> tuple[int, list[tuple[float, float, float]]]:
    """Run a script; return its status and what it held of memory: time, own MB, all MB."""
    process = subprocess.Popen([sys.executable, *command], env=environment)
    seen: list[tuple[float, float, float]] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            seen.append((time.time(), *memory(process.pid)))

    thread = threading.Thread(target=look)
    thread.start()
    status = process.wait()
    ended.set()
    thread.join()
    return status, seen


def by_stage(marks: list[list[Any]], seen: list[tuple[float, float, float]]) -> dict[str, dict[str, float]]:
    """Return what each stage that was worked on cost; silences and jumps between two reports within it."""
    names = list(dict.fromkeys(mark[1] for mark in marks if mark[1] != "end"))
    found = {}
    for name in names:
        mine = [mark for mark in marks if mark[1] == name]
        after = next((mark for mark in marks[marks.index(mine[-1]) :] if mark[1] != name), mine[-1])
        begin, end = mine[0][0], after[0]
        held = [each for each in seen if begin <= each[0] <= end] or [(0.0, 0.0, 0.0)]
        steps = [*mine, [end, name, 1.0]]
        found[name] = {
            "cpu": after[5] - mine[0][5],
            "wall": end - begin,
            "own": max(each[1] for each in held),
            "all": max(each[2] for each in held),
            "silence": max(b[0] - a[0] for a, b in itertools.pairwise(steps)),
            "jump": max(b[2] - a[2] for a, b in itertools.pairwise(steps)),
        }
    return found


def kept_stages(marks: list[list[Any]]) -> set[str]:
    """Return the stages that a run took from before; it may have waited there for what compiles."""
    end = next((mark[4] for mark in marks if mark[1] == "end"), "[]")
    return {report["stage"] for report in json.loads(end) if report["kept"]}


def measured(data: str, rows: int, cache: Path) -> None:
    """Add and build, and keep the costs by stage, of this run and of those that it goes on from."""
    vectors, texts = DATA[data][0](cache / "rows", rows)
    folder = cache / f"{data}-{rows}"
    folder.mkdir(parents=True, exist_ok=True)
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    kept = folder / "costs.json"
    costs: dict[str, dict[str, float]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for action in ("add", "build"):
        marks = folder / f"marks.{action}.jsonl"
        marks.unlink(missing_ok=True)
        command = [str(HERE / "_large_run.py"), action, str(folder / "home"), str(vectors), str(texts), str(marks)]
        status, seen = watched(command, os.environ | threads)
        lines = [json.loads(line) for line in marks.read_text(encoding="utf-8").splitlines()] if marks.exists() else []
        found = by_stage(lines, seen)
        for stage in found.keys() - kept_stages(lines):
            if found[stage]["wall"] > 1.0 or stage not in costs:
                costs[stage] = found[stage]
        kept.write_text(json.dumps(costs, indent=1), encoding="utf-8")
        if status:
            raise SystemExit(f"{action} of {rows:,} rows ended with status {status}; call again to go on")


def table(costs: dict[tuple[str, int], dict[str, dict[str, float]]]) -> str:
    """Return the tables."""
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    for (data, rows), stages in sorted(costs.items(), key=lambda each: (list(DATA).index(each[0][0]), each[0][1])):
        for stage, cost in sorted(stages.items(), key=lambda each: ORDER.index(each[0])):
            shown = [f"{cost[name]:,.0f}" for name in ("own", "all")]
            times = [f"{cost[name]:,.1f}" for name in ("cpu", "wall")]
            last = [f"{cost['silence']:.1f}", f"{cost['jump']:.0%}"]
            lines.append("| " + " | ".join([f"{rows:,}{DATA[data][1]}", stage, *times, *shown, *last]) + " |")
    return "\n".join([versions(LIBRARIES), "", *lines])


def main() -> None:
    """Measure what is asked for and print all that is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", type=int, default=[200_000, 1_000_000])
    parser.add_argument("--data", nargs="+", choices=DATA, default=["mixture"])
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "localatlas-large"))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for data, rows in [] if options.show else itertools.product(options.data, options.rows):
        measured(data, rows, options.cache)
    costs = {}
    for file in options.cache.glob("*-*/costs.json"):
        data, rows = file.parent.name.split("-")
        costs[data, int(rows)] = json.loads(file.read_text(encoding="utf-8"))
    text = table(costs)
    print(text)
    if options.write:
        write("large", text, PAGE.parent / "engine.md")


if __name__ == "__main__":
    main()
