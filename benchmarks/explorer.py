"""What the explorer's page costs to open and to move, beside datamapplot's and embedding-atlas's on the same points.

`python benchmarks/explorer.py [--sizes N,N…] [--datamapplot PYTHON] [--embedding-atlas FOLDER] [--write]`

PYTHON is an interpreter that has datamapplot; FOLDER is site-packages with embedding_atlas (its wheel alone will do:
the page is measured, not the server). Neither is among our dependencies; without them their rows are left out.
`--write` puts the table into docs/explanation/explorer.md.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import http.server
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from _explorer_page import Opening, chromium, open_map, open_other, panning
from _page import load, versions, write

PLUGIN = Path(__file__).resolve().parent.parent / "plugins" / "atlas-plugin-explorer"
STATIC = PLUGIN / "src" / "atlas_plugin_explorer" / "static"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "explorer.md"
MOST_POINTS_OF_RIVALS = 1_000_000
PATIENCE = 60.0
DATAMAPPLOT = """
import sys, numpy as np, datamapplot
points, labels = np.load(sys.argv[1]), np.load(sys.argv[2])
datamapplot.create_interactive_plot(points, labels, inline_data=True, enable_search=False).save(sys.argv[3])
"""


def main() -> None:
    """Measure and print, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000,10000000")
    parser.add_argument("--datamapplot", metavar="PYTHON")
    parser.add_argument("--embedding-atlas", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary, chromium() as driver:
        rows = [row for size in sizes for row in own(driver, size, Path(temporary))]
        if asked.datamapplot:
            small = [size for size in sizes if size <= MOST_POINTS_OF_RIVALS]
            rows += [datamapplot(driver, asked.datamapplot, size, Path(temporary)) for size in small]
        if asked.embedding_atlas:
            rows.append(embedding_atlas(driver, asked.embedding_atlas))
        browser = (
            f"Chromium {driver.capabilities['browserVersion']} without a GPU, headless, 1280 x 800, from the loopback."
        )
    head = (
        "| page | points | s to first points | kB until then | kB in all | frames a second |\n|---|---|---|---|---|---|"
    )
    text = "\n".join([head, *rows, "", bundle(), "", browser, versions(("selenium", "numpy")), load()])
    print(text)
    if asked.write:
        write("explorer", text, PAGE)


def own(driver: object, size: int, folder: Path) -> list[str]:
    """Return the row of our page over a map that is served as `localatlas open` does it."""
    command = [sys.executable, str(PLUGIN / "tests" / "demo_server.py"), str(size), "0", "--pages", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = "".join(server.stdout.readline() for _ in range(3)) if server.stdout else ""
            found = re.search(r"(http://\S+/)\?token=(\S+)", said)
            if found is None:
                raise SystemExit("the server did not start")
            driver.get(found[0])  # type: ignore[attr-defined]  # the link gives the cookie
            openings = [open_map(driver, f"{found[1]}?renderer=cpu") for _ in range(3)]  # type: ignore[arg-type]
            frames = panning(driver)  # type: ignore[arg-type]
        finally:
            server.terminate()
    best = min(openings, key=lambda one: one.seconds or 0)
    return [row("localatlas", size, best, f"{frames:.0f}")]


def datamapplot(driver: object, python: str, size: int, folder: Path) -> str:
    """Return the row of datamapplot's page of the same points and labels."""
    sys.path.insert(0, str(PLUGIN / "tests"))
    from large_map import LargeMap

    made = LargeMap(size)
    topics = made.topic_model
    names = np.array([topics.labels[topic].label for topic in sorted(topics.labels)], dtype=str)
    paths = [folder / name for name in ("points.npy", "labels.npy", "datamapplot.html")]
    np.save(paths[0], made.layout.positions)
    np.save(paths[1], names[topics.assignment[:, 0]])
    subprocess.run([python, "-c", DATAMAPPLOT, *map(str, paths)], check=True, capture_output=True)
    with served(folder) as address:
        opening = open_other(driver, f"{address}datamapplot.html", PATIENCE)  # type: ignore[arg-type]
    return row("datamapplot", size, opening, "-")


def embedding_atlas(driver: object, packages: Path) -> str:
    """Return the row of embedding-atlas's page: what it loads before it can ask for any data."""
    with served(packages / "embedding_atlas" / "static") as address:
        opening = open_other(driver, address, 15.0)  # type: ignore[arg-type]
    return row("embedding-atlas", None, opening, "-")


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def row(page: str, size: int | None, opening: Opening, frames: str) -> str:
    """Return one row of the table."""
    seconds = "none drawn" if opening.seconds is None else f"{opening.seconds:.2f}"
    points = "none" if size is None else f"{size:,}"
    # Each costs minutes: what is known already should not be lost with the rest.
    sys.stderr.write(f"{page}, {points} points: {seconds} s to first points\n")
    return f"| {page} | {points} | {seconds} | {opening.bytes / 1e3:,.0f} | {opening.all_bytes / 1e3:,.0f} | {frames} |"


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
