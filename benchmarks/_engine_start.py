"""A whole script, from its first import to its last byte: `python _engine_start.py METHOD METRIC VECTORS ROWS OUT`."""

import sys

import numpy as np
from _engine_methods import run

method, metric, table, rows, out = sys.argv[1:]
np.save(out, run(method, np.load(table, mmap_mode="r")[: int(rows)].copy(), metric))
