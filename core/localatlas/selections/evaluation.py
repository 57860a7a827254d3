"""From a selection to the rows of a map that it means."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError
from localatlas.protocols import Map
from localatlas.selections.base import Node
from localatlas.selections.leaf_tests import Sources, Test, test_of
from localatlas.selections.parsing import parse
from localatlas.selections.rows import Block, blocks
from localatlas.selections.space import Space
from localatlas.selections.tree import AllOf, AnyOf, Not, nodes

__all__ = ["evaluate"]


def evaluate(
    selection: Any,
    source: Map,
    *,
    space: Space | None = None,
    tags: Callable[[str], NDArray[np.bool_]] | None = None,
    seconds: float | None = None,
) -> NDArray[np.bool_]:
    """Return which rows of a map are selected, bool [R]; rows deleted since the map was built never are.

    A node is true or false of every row: a null is no text, no number and no value, so that leaves are false there
    (but for `category` with null), and `not` is true.

    Args:
        selection: a node, or what `parse` takes.
        source: the map.
        space: answers `meaning` and `neighbors`.
        tags: returns the rows of a tag by name, bool [R].
        seconds: how long the columns may be read and compared; None is as long as it takes.

    Raises:
        AtlasValueError: it is no selection, or not one for this map: a column or topic that it lacks; or time is over.
        NotReadyError: the map was built without topics or duplicates, or has nothing that answers a node.
        RowNotFoundError: the row whose neighbours are asked for is not there.
    """
    node = parse(selection)
    sources = Sources(source, space, tags)
    tests = {leaf: test_of(leaf, sources) for leaf, _ in nodes(node) if not isinstance(leaf, AllOf | AnyOf | Not)}
    columns = list(dict.fromkeys(name for test in tests.values() for name in test.columns))
    found = np.zeros(len(source.alive), dtype=bool)
    stop = None if seconds is None else time.monotonic() + seconds
    for block in blocks(source, columns):
        found[block.rows] = _combined(node, block, tests)
        if stop is not None and time.monotonic() > stop and block.rows.stop < len(found):
            raise AtlasValueError(
                f"the selection took more than {seconds:g} seconds and was stopped after {block.rows.stop:,} of "
                f"{len(found):,} rows; a simpler expression or fewer columns are faster"
            )
    return found & source.alive


def _combined(node: Node, block: Block, tests: dict[Node, Test]) -> NDArray[np.bool_]:
    """Return which rows of a block a node selects; parts that cannot change the answer are not looked at."""
    if isinstance(node, Not):
        return ~_combined(node.of, block, tests)
    if isinstance(node, AllOf | AnyOf):
        every = isinstance(node, AllOf)
        found = np.full(block.rows.stop - block.rows.start, every)
        for part in node.of:
            if found.any() if every else not found.all():
                selected = _combined(part, block, tests)
                found = found & selected if every else found | selected
        return found
    return tests[node].rows(block)
