"""The documentation's tests read pages with `fences` and compare signatures with `signatures`."""

from __future__ import annotations

import sys
from pathlib import Path

# `run_blocks.py` is a script and finds its neighbours by itself; tests are imported by file and need to be told.
sys.path.insert(0, str(Path(__file__).parent))
