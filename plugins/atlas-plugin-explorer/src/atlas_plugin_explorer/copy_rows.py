"""The rows that a copy of the page carries: which columns, and how they lie in its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from localatlas.hookspecs import Panel
from localatlas.protocols import Map
from localatlas.selections.rows import blocks

from atlas_plugin_explorer.additions import Added
from atlas_plugin_explorer.files import dump
from atlas_plugin_explorer.rows import as_json, shorten
from atlas_plugin_explorer.shown import Version

__all__ = ["BLOCK", "LONGEST_CELL", "Carried", "choose", "row_files"]

BLOCK = 1_024
LONGEST_CELL = 10_000
# What is tried where the mapped column is too much as it is: its beginnings are better than none of it.
CUTS = (3_000, 1_000, 300, 100, 30)
OTHER_BYTES = 12


@dataclass(frozen=True)
class Carried:
    """What goes along.

    Attributes:
        entries: the columns' entries of `columns.json`; those of text that is too much to search are not searchable.
        left_out: names of columns that do not go along at all.
        not_searched: names of columns that go along, but are not searched.
        longest: after how many characters texts are cut.
        panels: the panels of plugins that need no server, by the names of their scripts.
    """

    entries: list[dict[str, Any]]
    left_out: list[str]
    not_searched: list[str]
    longest: int = LONGEST_CELL
    panels: Mapping[str, Panel] = field(default_factory=dict)


def choose(version: Version, limit: int, *, all_shown: bool) -> Carried:
    """Choose the columns that go along: the mapped one first, then numbers and categories, then texts.

    Args:
        version: the map.
        limit: bytes of cells, uncompressed, that one may have to load at once.
        all_shown: whether columns beyond it are carried all the same, because rows are loaded as they are looked at.
    """
    entries, mapped = version.pages.columns, version.map.text_field
    panels = {file: panel for file, panel in Added(version.map).panels.items() if panel.offline}
    names = [entry["name"] for entry in entries]
    whole = all_shown or mapped is None or mapped not in names
    longest = LONGEST_CELL if whole else longest_cell(version.map, str(mapped), limit)
    within = fitting(entries, mapped, cell_bytes(version.map, names, longest), limit)
    if not all_shown:
        kept = [entry for entry in entries if entry["name"] in within]
        return Carried(kept, [name for name in names if name not in within], [], longest, panels)
    shown = [{**entry, "searchable": entry["searchable"] and entry["name"] in within} for entry in entries]
    silent = [entry["name"] for entry in entries if entry["searchable"] and entry["name"] not in within]
    return Carried(shown, [], silent, panels=panels)


def longest_cell(source: Map, mapped: str, limit: int) -> int:
    """Return after how many characters texts are cut, so that the mapped column goes along."""
    tried = (LONGEST_CELL, *CUTS)
    return next((cut for cut in tried if cell_bytes(source, [mapped], cut)[mapped] <= limit), LONGEST_CELL)


def fitting(entries: list[dict[str, Any]], mapped: str | None, sizes: dict[str, int], limit: int) -> set[str]:
    """Return the names of the columns that go into so many bytes; one that does not go keeps out none after it."""
    within, total = set(), 0
    for entry in sorted(entries, key=lambda entry: (entry["name"] != mapped, "files" not in entry)):
        if total + sizes[entry["name"]] <= limit:
            total += sizes[entry["name"]]
            within.add(entry["name"])
    return within


def cell_bytes(source: Map, names: Sequence[str], longest: int = LONGEST_CELL) -> dict[str, int]:
    """Return about how many bytes the cells of columns have as JSON, cut after so many characters."""
    found = dict.fromkeys(names, 0)
    for block in blocks(source, names) if names else ():
        for name in names:
            found[name] += size_of(block.column(name), longest)
    return found


def size_of(values: pa.ChunkedArray, longest: int) -> int:
    """Return about how many bytes some cells have as JSON, texts cut after so many characters."""
    if not (pt.is_string(values.type) or pt.is_large_string(values.type)):
        return max(int(values.nbytes), OTHER_BYTES * len(values))
    lengths = pc.min_element_wise(pc.binary_length(values), longest)
    return int(pc.sum(lengths).as_py() or 0) + 3 * len(values)


def row_files(version: Version, carried: Carried) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a map's rows: 1,024 rows in each, in upload order, as docs/reference/explorer.md says.

    A column that can be searched has files of its own, so that a search reads nothing else.
    """
    source, order = version.map, version.pages.rows
    positions = np.full(len(source.alive), -1, np.int64)
    positions[order] = np.arange(len(order))
    names = [entry["name"] for entry in carried.entries]
    apart = [place for place, entry in enumerate(carried.entries) if entry["searchable"]]
    for start, table in tables(source, list(dict.fromkeys([*names, *([source.id_field] if source.id_field else [])]))):
        rows, number = slice(start, min(start + BLOCK, len(positions))), start // BLOCK
        content = cells(source, table, names, rows, carried.longest)
        for place in apart:
            yield f"texts/{place}/{number}", dump(content["columns"][place])
            content["columns"][place] = None
        yield f"rows/{number}", dump({"positions": positions[rows].tolist(), **content, **known(source, rows)})


def tables(source: Map, names: Sequence[str]) -> Iterator[tuple[int, pa.Table | None]]:
    """Yield the number of a block's first row and its columns; None where there are no columns."""
    if not names:
        yield from ((start, None) for start in range(0, len(source.alive), BLOCK))
        return
    start, left = 0, source.take(np.empty(0, np.int64), names)
    for block in blocks(source, names):
        held = pa.concat_tables([left, *([block.table] if block.table is not None else [])])
        whole = held.num_rows // BLOCK * BLOCK
        yield from ((start + at, held.slice(at, BLOCK)) for at in range(0, whole, BLOCK))
        start, left = start + whole, held.slice(whole)
    if left.num_rows:
        yield start, left


def cells(source: Map, table: pa.Table | None, names: Sequence[str], rows: slice, longest: int) -> dict[str, Any]:
    """Return the ids and values of some rows, column by column, and where they were cut."""
    columns, cut = [], {}
    for place, name in enumerate(names):
        shown = [shorten(as_json(value), longest) for value in values_of(table, name)]
        columns.append([text for text, _ in shown])
        lengths = {str(at): length for at, (_, length) in enumerate(shown) if length is not None}
        if lengths:
            cut[str(place)] = lengths
    key = source.id_field
    ids = values_of(table, key) if key else source.row_ids.slice(rows.start, rows.stop - rows.start).to_pylist()
    return {"ids": [as_json(value) for value in ids], "columns": columns, "cut": cut}


def values_of(table: pa.Table | None, name: str) -> list[Any]:
    """Return a column of a block."""
    assert table is not None  # noqa: S101  for the type checker: who asks for columns gets them
    values: list[Any] = table[name].to_pylist()
    return values


def known(source: Map, rows: slice) -> dict[str, Any]:
    """Return what the map knows of some rows."""
    found: dict[str, Any] = {}
    topics, groups, alive = source.topic_model, source.duplicate_groups, source.alive[rows]
    if topics is not None:
        found["topics"] = topics.assignment[rows].T.tolist()
        found["confidence"] = np.round(topics.confidence[rows].T.astype(np.float64), 4).tolist()
    if groups is not None:
        found["verdicts"] = groups.verdict[rows].astype(int).tolist()
        found["clusters"] = groups.cluster[rows].astype(int).tolist()
    if not alive.all():
        found["deleted"] = np.flatnonzero(~alive).tolist()
    return found
