"""Do the lent neighbours leave out close pairs? A sample of rows is compared with all rows to see."""

from __future__ import annotations

import math

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.compare import close_in_block
from atlas_plugin_duplicates.known import Known
from atlas_plugin_duplicates.reduced import Reduced

__all__ = ["lists_suffice"]

# Rows that are looked at: half of them any, half of those that have a close row, since the others say little.
SAMPLE = 512
COLUMNS = 4_096
MISSING_SHARE = 0.01
# How unlikely what is missing must be, were `MISSING_SHARE` true, before the lists are called wanting.
DOUBT = 0.05


def lists_suffice(pairs: ClosePairs, reduced: Reduced, known: Known, context: Context) -> bool:
    """Whether the counted pairs may be `1 - MISSING_SHARE` of all that have a row that is not crowded, or more.

    What the sample finds is added to the known pairs.
    """
    sample = _sample(known, context.random())
    table = reduced.table[sample]
    total = missing = 0
    for start in range(0, known.n, COLUMNS):
        columns = np.arange(start, min(start + COLUMNS, known.n))
        i, j = close_in_block(pairs, reduced, (sample, table), (columns, reduced.table[columns]))
        left, right = sample[i], columns[j]
        left, right = left[left != right], right[left != right]
        held = known.holds(left, right)
        total, missing = total + left.size, missing + int((~held).sum())
        known.add(left[~held], right[~held])
        context.progress(start / known.n, "checking neighbours")
    known.count()
    return _chance(missing, MISSING_SHARE * total) >= DOUBT


def _sample(known: Known, random: np.random.Generator) -> NDArray[np.int64]:
    """Return rows that are not crowded, in order."""
    open_rows = ~known.crowded
    chosen = [
        random.choice(rows, min(len(rows), SAMPLE // 2), replace=False)
        for rows in (np.flatnonzero(open_rows), np.flatnonzero(open_rows & (known.degree > 0)))
    ]
    return np.unique(np.concatenate(chosen))


def _chance(least: int, expected: float) -> float:
    """Return how likely a Poisson number of this expectation is `least` or more."""
    term = below = math.exp(-expected)
    if not least:
        return 1.0
    for number in range(1, least):
        term *= expected / number
        below += term
    return 1.0 - below
