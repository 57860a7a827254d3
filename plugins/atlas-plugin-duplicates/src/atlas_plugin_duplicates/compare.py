"""All close pairs among rows, found by comparing blocks of the reduced table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.reduced import Reduced

__all__ = ["close_in_block", "compared"]

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

# Rows and columns of a block: its products stay in a processor's cache.
ROWS, COLUMNS = 512, 2_048
# Where so large a share of a block is near, one product of whole vectors is cheaper than measuring pair by pair.
DENSE = 1 / 32
# Blocks that may be finished before their pairs are taken.
AHEAD = 32


def compared(
    pairs: ClosePairs,
    reduced: Reduced,
    rows: NDArray[np.int64],
    others: NDArray[np.int64],
    context: Context,
) -> Iterator[Pairs]:
    """Yield all close pairs among `rows`, and of `rows` with `others`; not those among `others`.

    Blocks run side by side on `context.n_jobs` threads, each product on one; what comes out does not depend on it.
    """
    order = np.concatenate([rows, others])
    table = reduced.table[order]
    blocks = _blocks(len(rows), len(order))
    total = sum(1 for _ in _blocks(len(rows), len(order)))

    def compare(block: tuple[int, int]) -> Pairs:
        first, start = block
        left, right = slice(first, min(first + ROWS, len(rows))), slice(start, min(start + COLUMNS, len(order)))
        i, j = close_in_block(pairs, reduced, (order[left], table[left]), (order[right], table[right]))
        once = i + first < j + start
        return order[left][i[once]], order[right][j[once]]

    done = 0
    with ThreadPoolExecutor(max(context.n_jobs, 1)) as pool:
        while ahead := list(islice(blocks, AHEAD)):
            yield from pool.map(compare, ahead)
            done += len(ahead)
            context.progress(done / total, "comparing rows")


def _blocks(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and column of all blocks that reach above the diagonal."""
    for first in range(0, rows, ROWS):
        for start in range(first, columns, COLUMNS):
            yield first, start


def close_in_block(
    pairs: ClosePairs,
    reduced: Reduced,
    left: tuple[NDArray[np.int64], NDArray[np.float32]],
    right: tuple[NDArray[np.int64], NDArray[np.float32]],
) -> Pairs:
    """Return places int64 [P] in `left` and in `right` of all close pairs; each is row numbers and their table."""
    products = reduced.left(left[1]) @ right[1].T
    i, j = np.divmod(_true_places(products >= reduced.least), products.shape[1])
    if i.size > DENSE * products.size:
        i, j = np.nonzero(pairs.among(left[0], right[0]))
    else:
        close = pairs.linked(left[0][i], right[0][j])
        i, j = i[close], j[close]
    return i, j


def _true_places(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the flat places of what is true; looks at eight flags at once, since few are."""
    flat = flags.ravel()
    whole = flat.size // 8 * 8
    eights = np.flatnonzero(flat[:whole].view(np.uint64))
    candidates = np.concatenate([(eights[:, None] * 8 + np.arange(8)).ravel(), np.arange(whole, flat.size)])
    places: NDArray[np.int64] = candidates[flat[candidates]]
    return places
