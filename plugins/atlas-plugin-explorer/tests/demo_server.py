"""Serves a synthetic map for looking at the page while it is written: `python demo_server.py [rows] [port]`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.serve import serve
from localatlas.protocols import Context
from synthetic import synthetic_map

if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as folder:
        shown = synthetic_map(rows, unplaced=min(3, rows - 1))
        localatlas_pages(shown, Path(folder), Context())
        shown.pages = Path(folder)
        serve(shown, os.environ.get("HOST", "127.0.0.1"), port, browser=False)
