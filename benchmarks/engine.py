"""Neighbours and `nomic-project` beside umap-learn, openTSNE, PaCMAP and pynndescent: cost, memory and what is kept.

`python benchmarks/engine.py [--cache FOLDER] [--sets text digits] [--sizes 10000 50000] [--only METHOD ...]
[--runs N] [--vectors FILE.npy [--labels FILE.npy]] [--fashion FOLDER] [--show] [--write]`

Every cell of the table is a process of its own on one thread, and a line of FOLDER/rows.jsonl: what is there is not
measured again, so a run that was stopped goes on where it was. `--vectors` are taken for the texts' (unit vectors of
the default embedder), `--show` prints what there is, `--write` puts it into docs/explanation/engine.md, and beside it
pictures of the maps whose layouts FOLDER keeps.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from _engine_methods import FINDERS, LAYOUTS
from _engine_pictures import draw
from _engine_sets import FASHION, SETS, files, prepare
from _engine_table import page
from _page import PAGE, write

HERE = Path(__file__).resolve().parent
SIZES = {"text": (10_000, 50_000, 200_000), "windows": (200_000,), "digits": (10_000,), "fashion": (30_000,)}
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR", "VECLIB")}
# From here on one run has to do.
LARGE = 50_001
# Smaller than this, threads do not pay and neighbours are searched exactly.
WORTH_THREADS, WORTH_CELLS = 20_000, 10_001
START, STARTED, STARTS = "start of ", ("nomic-project", "umap-learn"), 10_000


@dataclass(frozen=True)
class Cell:
    """What is measured once."""

    set: str
    rows: int
    method: str
    threads: int
    run: int


def planned(rows: dict[str, int], runs: int) -> Iterator[Cell]:
    """Yield all cells, first runs before second ones and small ones before large ones."""
    sizes = [(name, min(size, rows[name])) for name in SIZES if rows.get(name) for size in SIZES[name]]
    for run in range(runs):
        for name, size in sorted(sizes, key=lambda pair: pair[1]):
            if run and size >= LARGE:
                continue
            finders = list(FINDERS) if size >= WORTH_CELLS else []
            yield from (Cell(name, size, method, 1, run) for method in [*LAYOUTS, *finders])
            if size >= WORTH_THREADS:
                yield Cell(name, size, "nomic-project", 2, run)
            if (name, size) == ("text", STARTS):
                yield from (Cell(name, size, START + method, 1, run) for method in STARTED)


def measured(cell: Cell, cache: Path) -> dict[str, Any]:
    """Measure a cell in a fresh process."""
    vectors, classes = files(cell.set, cache / "sets")
    environment = os.environ | ONE_THREAD | {"NUMBA_CACHE_DIR": str(cache / "numba")}
    # As for users: Python keeps what it compiles, which some machines for tests forbid.
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(cache / "bytecode")}
    shared = [SETS[cell.set], str(vectors)]
    with tempfile.TemporaryDirectory() as folder:
        if cell.method.startswith(START):
            command = [
                "_engine_start.py",
                cell.method.removeprefix(START),
                *shared,
                str(cell.rows),
                f"{folder}/out.npy",
            ]
            # Once before, so that what can be kept compiled is.
            _whole(command, environment)
            return _whole(command, environment)
        layout = cache / "layouts" / f"{cell.set}-{cell.rows}-{cell.method}-{cell.threads}.npy"
        layout.parent.mkdir(parents=True, exist_ok=True)
        report = Path(folder, "report.json")
        size = [str(classes), str(cell.rows), str(cell.threads)]
        _whole(["_engine_run.py", cell.method, *shared, *size, str(report), str(layout)], environment)
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return found


def _whole(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Run a script and return what the operating system says of its process."""
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, str(HERE / command[0]), *command[1:]], env=environment)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {os.waitstatus_to_exitcode(status)}")
    wall, cpu = time.perf_counter() - begin, used.ru_utime + used.ru_stime
    # Not the peak memory: a child's begins with its parent's.
    return {"cpu": cpu, "wall": wall, "load": os.getloadavg()[0]}


def kept(cache: Path) -> dict[Cell, dict[str, Any]]:
    """Return what was measured before."""
    path = cache / "rows.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [json.loads(line) for line in lines]
    return {Cell(**line["cell"]): line["found"] for line in found}


def main() -> None:
    """Measure what is missing and print all."""
    options = arguments()
    cache: Path = options.cache
    given = (options.vectors, options.labels) if options.vectors else None
    done = kept(cache)
    rows = (
        {} if options.show else {name: prepare(name, cache / "sets", options.fashion, given) for name in options.sets}
    )
    for cell in planned(rows, options.runs):
        if cell in done or not wanted(cell, options):
            continue
        done[cell] = measured(cell, cache)
        with (cache / "rows.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"cell": asdict(cell), "found": done[cell]}) + "\n")
        print(f"{cell}: {done[cell]['cpu']:.1f} CPU s", file=sys.stderr, flush=True)
    text = page([asdict(cell) | found for cell, found in done.items()])
    print(text)
    if options.write:
        write("engine", text, PAGE.parent / "engine.md")
        write("pictures", "\n".join(draw(cache, PAGE.parent)), PAGE.parent / "engine.md")


def wanted(cell: Cell, options: argparse.Namespace) -> bool:
    """Say whether a cell was asked for."""
    return (not options.sizes or cell.rows in options.sizes) and (not options.only or cell.method in options.only)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "localatlas-engine"))
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--sizes", nargs="+", type=int, help="rows; only these")
    starts = [START + method for method in STARTED]
    parser.add_argument("--only", nargs="+", choices=[*LAYOUTS, *FINDERS, *starts], metavar="METHOD")
    parser.add_argument("--runs", type=int, default=3, help="of cells up to 50,000 rows; medians are shown")
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--fashion", type=Path, default=FASHION)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
