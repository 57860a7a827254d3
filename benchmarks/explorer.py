"""What the explorer's page costs to open and to move, beside datamapplot's and embedding-atlas's on the same points.

`python benchmarks/explorer.py [--sizes N,N…] [--real N] [--datamapplot PYTHON] [--embedding-atlas PYTHON] [--write]`

PYTHON is an interpreter that has the library (for embedding-atlas, `pip install --no-deps embedding-atlas` and what its
program imports: no model is run). Neither is among our dependencies; without them their rows are left out. `--real`
adds a real build of that many glosses of WordNet, kept in `--home`. `--write` puts the table into its page of docs/.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _explorer_page import Opening, chromium, open_map, open_other, panning
from _explorer_points import PLUGIN, Points, ready_made, real, started
from _explorer_rivals import datamapplot, embedding_atlas, served
from _page import load, versions, write
from atlas_plugin_explorer.copies import MOST_ROWS, write_html
from atlas_plugin_explorer.shown import Shown

STATIC = PLUGIN / "src" / "atlas_plugin_explorer" / "static"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "explorer.md"
MOST_POINTS_OF_RIVALS = 1_000_000
PATIENCE = 120.0
HEAD = "| page | points | s to first points | kB until then | kB in all | frames a second |\n|---|---|---|---|---|---|"
Write = Callable[[str, Points, Path], Path]


@dataclass(frozen=True)
class Rival:
    """Another program's page: its name, the interpreter that has it, and what writes the page."""

    name: str
    python: str
    write: Write


def main() -> None:
    """Measure and print, or write."""
    asked = arguments()
    offered: list[tuple[str, str | None, Write]] = [
        ("datamapplot", asked.datamapplot, datamapplot),
        ("embedding-atlas", asked.embedding_atlas, embedding_atlas),
    ]
    rivals = [Rival(name, python, write_page) for name, python, write_page in offered if python]
    with tempfile.TemporaryDirectory() as temporary, chromium() as driver:
        rows = []
        for points in all_points(asked, Path(temporary)):
            rows += [own(driver, points), *copy(driver, points, Path(temporary))]
            if points.rows <= MOST_POINTS_OF_RIVALS:
                rows += [of_rival(driver, rival, points, Path(temporary)) for rival in rivals]
        browser = (
            f"Chromium {driver.capabilities['browserVersion']} without a GPU, headless, 1280 x 800, from the loopback."
        )
    text = "\n".join([HEAD, *rows, "", bundle(), "", browser, versions(("selenium", "numpy")), load()])
    print(text)
    if asked.write:
        write("explorer", text, PAGE)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,1000000,10000000")
    parser.add_argument("--pages", type=Path, help="keep pages of ready-made points there")
    parser.add_argument("--real", type=int, metavar="N")
    parser.add_argument("--home", type=Path, help="keep the real build there")
    parser.add_argument("--datamapplot", metavar="PYTHON")
    parser.add_argument("--embedding-atlas", metavar="PYTHON")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def all_points(asked: argparse.Namespace, folder: Path) -> Iterator[Points]:
    """Yield what is shown, the smallest first."""
    sizes = sorted(int(size) for size in asked.sizes.split(",") if size)
    many = [size for size in sizes if asked.real is None or size > asked.real]
    yield from (ready_made(size, asked.pages or folder) for size in sizes if size not in many)
    if asked.real is not None:
        yield real(asked.real, asked.home or folder / "home")
    yield from (ready_made(size, asked.pages or folder) for size in many)


def own(driver: Any, points: Points) -> str:
    """Return the row of our page over a map that is served as `localatlas open` does it."""
    with started(points.command) as server:
        try:
            said = "".join(server.stdout.readline() for _ in range(3)) if server.stdout else ""
            found = re.search(r"(http://\S+/)\?token=(\S+)", said)
            if found is None:
                raise SystemExit("the server did not start")
            driver.get(found[0])  # the link gives the cookie
            openings = [open_map(driver, f"{found[1]}?renderer=cpu") for _ in range(3)]
            frames = panning(driver)
        finally:
            server.terminate()
    return row("localatlas", points, min(openings, key=lambda one: one.seconds or 0), frames)


def copy(driver: Any, points: Points, folder: Path) -> Iterator[str]:
    """Yield the row of our page as one file on disk, where it takes so many rows."""
    if points.rows > MOST_ROWS:
        return
    path = folder / "map.html"
    write_html(Shown(points.map), path, 64_000_000, overwrite=True)
    size = path.stat().st_size
    opening = open_map(driver, f"{path.as_uri()}?renderer=cpu")
    whole = Opening(opening.seconds, size, size)
    yield row("localatlas, one file", points, whole, panning(driver))
    driver.get("about:blank")


def of_rival(driver: Any, rival: Rival, points: Points, folder: Path) -> str:
    """Return the row of another program's page."""
    with served(rival.write(rival.python, points, folder)) as host:
        opening = open_other(driver, host.address, lambda: host.sent, PATIENCE)
        frames = None if opening.seconds is None else panning(driver)
        driver.get("about:blank")
    return row(rival.name, points, opening, frames)


def row(page: str, points: Points, opening: Opening, frames: float | None) -> str:
    """Return one row of the table."""
    seconds = "none drawn" if opening.seconds is None else f"{opening.seconds:.2f}"
    moved = "-" if frames is None else f"{frames:.0f}" if frames >= 1 else f"{frames:.1f}" if frames else "none in 4 s"
    # Each costs minutes: what is known already should not be lost with the rest.
    bytes_ = f"{opening.bytes / 1e3:,.0f} | {opening.all_bytes / 1e3:,.0f}"
    told = f"| {page} | {points.title} | {seconds} | {bytes_} | {moved} |"
    sys.stderr.write(f"{told}\n")
    return told


def bundle() -> str:
    """Return what the front end weighs."""
    at_once = [
        STATIC / name
        for name in sorted(set(re.findall(r"static/([\w.-]+)", (STATIC / "index.html").read_text("utf-8"))))
    ]
    groups: dict[str, list[Path]] = {}
    for file in at_once:
        # What main.js imports at once counts with it.
        groups.setdefault(re.sub("-[0-9a-f]{12}", "", re.sub(r"^chunk-\w+", "main", file.name)), []).append(file)
    for name in ("parts", "whole"):
        groups[f"{name}.js"] = list(STATIC.glob(f"{name}-*.js"))
    parts = [f"{name} {weight(files)}" for name, files in groups.items()]
    return f"The bundle, minified: {', '.join(parts)}."


def weight(files: list[Path]) -> str:
    """Return how large files are, and how large compressed."""
    contents = [file.read_bytes() for file in files]
    packed = sum(len(gzip.compress(content)) for content in contents)
    return f"{sum(map(len, contents)) / 1e3:,.0f} kB ({packed / 1e3:,.0f} kB compressed)"


if __name__ == "__main__":
    main()
