"""Serves a map for looking at the page while it is written.

python demo_server.py [rows] [port]                     a synthetic map with columns and texts of every kind
python demo_server.py 10000000 8000 --pages FOLDER      a large map; its pages are kept in FOLDER, made if need be
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.serve import serve
from large_map import LargeMap
from localatlas.protocols import Context
from synthetic import synthetic_map


def main() -> None:
    """Make or find the pages, and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=20_000)
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--pages", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        shown: Any = LargeMap(asked.rows) if asked.pages else synthetic_map(asked.rows, unplaced=min(3, asked.rows - 1))
        shown.pages = (asked.pages or Path(temporary)) / str(asked.rows)
        if not (shown.pages / "explorer" / "index.json").is_file():
            localatlas_pages(shown, shown.pages, Context())
        serve(shown, os.environ.get("HOST", "127.0.0.1"), asked.port, browser=False)


if __name__ == "__main__":
    main()
