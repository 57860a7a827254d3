"""Keeping a Lance table fast while it grows by small pieces: indices, merging, and old versions.

Pieces are merged by size, as in a log-structured merge tree (O'Neil et al. 1996): small ones often, large ones
rarely, so that a row is rewritten a few times in all, however many changes there are. Indices grow by segments for the
rows that are new, and the segments are joined when there are many.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import lance

__all__ = ["index", "merge", "outdated", "target_rows"]

# What merging aims at, in rows per piece. The last is Lance's own.
TARGETS = (1024, 8192, 65_536, 524_288, 1024 * 1024)
SEGMENTS = 8
# Rows that an index does not know are scanned at each look-up, at 0.1 µs a row.
FEW_STALE_ROWS = 8192
STALE_SHARE = 64


def index(dataset: lance.LanceDataset, columns: Iterable[str]) -> bool:
    """Make the BTREE indices that are missing, and take new rows up where they are many; return whether any changed."""
    rows = dataset.count_rows()
    there = {found.field_names[0]: found for found in dataset.describe_indices()}
    missing = [column for column in columns if column not in there]
    for column in missing:
        dataset.create_scalar_index(column, "BTREE", name=f"{column}_idx")
    limit = max(FEW_STALE_ROWS, rows // STALE_SHARE)
    stale = [found for found in there.values() if rows - found.num_rows_indexed > limit]
    for found in stale:
        # A segment for the new rows alone costs nothing for the old ones; all are joined by the default.
        apart = {"num_indices_to_merge": 0} if len(found.segments) < SEGMENTS else {}
        dataset.optimize.optimize_indices(index_names=[found.name], **apart)
    return bool(missing or stale)


def merge(dataset: lance.LanceDataset, pieces: int) -> None:
    """Merge small pieces until there are about `pieces` at most, and drop deleted rows from the disk."""
    sizes = [fragment.count_rows() for fragment in dataset.get_fragments()]
    dataset.optimize.compact_files(target_rows_per_fragment=target_rows(sizes, pieces))


def target_rows(sizes: Sequence[int], pieces: int) -> int:
    """Return the smallest number of rows to merge to that leaves at most `pieces`; the largest if none does."""
    for target in TARGETS:
        small = [size for size in sizes if size < target]
        if len(sizes) - len(small) + math.ceil(sum(small) / target) <= pieces:
            return target
    return TARGETS[-1]


def outdated(
    dataset: lance.LanceDataset, version: int, kept: Mapping[int, int], grace: float, superseded: Iterable[int]
) -> list[int]:
    """Return the Lance versions that can go.

    Args:
        dataset: the table.
        version: the newest.
        kept: the Lance version that now holds the rows of an older one, by that one.
        grace: seconds for which any version stays: a process that scans rows may be reading it.
        superseded: versions whose pieces are all in the next one, so that nobody loses what he reads when they go.
    """
    needed = {version, *kept.values()}
    made = {int(str(entry["version"])): _seconds(entry["timestamp"]) for entry in dataset.versions()}
    recent = {number for number, moment in made.items() if time.time() - moment < grace}
    # The old pieces of a kept version, whoever wrote after it: a scan of them may have begun before they were merged.
    merged = {old for old, new in kept.items() if new in recent}
    return sorted(made.keys() - needed - merged - (recent - set(superseded)))


def _seconds(moment: Any) -> float:
    # pylance's stub gives all fields of a version's record one type; this one is a datetime in local time.
    return float(moment.timestamp())
