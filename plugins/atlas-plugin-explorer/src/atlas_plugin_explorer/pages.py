"""Writes the pages of a map. The format: docs/reference/pages.md."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, Map, Topics
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import describe, is_text, plain
from atlas_plugin_explorer.files import FORMAT, INDEX, VERSION, PageWriter, as_float
from atlas_plugin_explorer.order import Box, Order, bounding_box, first_view, page_order

__all__ = ["write_pages"]

COLUMNS = "columns.json"
TOPICS = "topics.json"


def write_pages(map: Map, folder: Path, context: Context) -> None:  # noqa: A002  the hook's name for it
    """Write the pages of a map into a folder of their own, which is emptied first.

    One column is worked on at a time. The same map gives the same bytes.
    """
    shutil.rmtree(folder, ignore_errors=True)
    writer = PageWriter(folder)
    positions = map.layout.positions
    order = page_order(positions, map.seed)
    context.progress(0.1, "points in order")
    index: dict[str, Any] = {
        "rows": len(positions),
        "points": len(order.rows),
        "text_field": map.text_field,
        **write_geometry(writer, positions[order.rows], order),
        "columns": write_columns(writer, map, order, context),
        "topics": write_topics(writer, map.topic_model, order),
        "duplicates": write_duplicates(writer, map.duplicate_groups, order),
    }
    head = {"format": FORMAT, "version": VERSION, "fingerprint": writer.fingerprint}
    # Last, so that an index is there only when everything that it names is.
    names = {"map": {"id": map.id, "name": map.name}, "dataset": map.dataset_identifier}
    writer.json(INDEX, {**head, **names, **index})
    context.progress(1.0, "pages written")


def write_geometry(writer: PageWriter, points: NDArray[np.float32], order: Order) -> dict[str, Any]:
    """Write positions and row numbers; return the part of the index about points."""
    pages, geometry, rows = [], "geometry/{page}.bin", "rows/{page}.bin"
    for page in order.pages:
        part = points[page.points]
        writer.array(geometry.format(page=page.number), part.T)
        writer.array(rows.format(page=page.number), order.rows[page.points])
        entry = {"page": page.number, "level": page.level, "start": page.start, "count": page.count}
        pages.append({**entry, "box": box(bounding_box(part))})
    return {
        "bounds": box(bounding_box(points)),
        "view": list(first_view(points)),
        "levels": levels(order),
        "pages": pages,
        "geometry": {"encoding": "float32-planar", "files": geometry},
        "row_numbers": {"encoding": "uint32", "files": rows},
    }


def levels(order: Order) -> list[dict[str, int]]:
    """Return what the index says about levels of detail."""
    entries: list[dict[str, int]] = []
    for page in order.pages:
        if page.level == len(entries):
            entries.append(
                {"level": page.level, "start": page.start, "count": 0, "first_page": page.number, "pages": 0}
            )
        entries[-1]["count"] += page.count
        entries[-1]["pages"] += 1
    return entries


def write_columns(writer: PageWriter, map: Map, order: Order, context: Context) -> dict[str, Any]:  # noqa: A002
    """Write the columns that can be drawn, and `columns.json`; return the part of the index about columns."""
    table, ids, entries = map.columns(), map.row_ids, []
    for number, name in enumerate(table.column_names):
        stored = table.column(name)
        values = plain(stored).take(pa.array(order.rows))
        column = describe(values, ids=same(stored, ids), mapped=name == map.text_field)
        entry = {
            "name": name,
            "kind": column.kind,
            "type": str(stored.type),
            "colorable": column.values is not None,
            "searchable": is_text(stored.type),
            "nulls": values.null_count,
        }
        if column.values is not None:
            files = f"columns/{number}/{{page}}.bin"
            write_paged(writer, files, column.values, order)
            entry |= {"encoding": str(column.values.dtype), "files": files}
        entries.append({**entry, **column.facts})
        context.progress(0.1 + 0.8 * (number + 1) / table.num_columns, f"column {name}")
    writer.json(COLUMNS, {"columns": entries})
    return {"file": COLUMNS, "count": len(entries)}


def same(values: pa.ChunkedArray, ids: pa.Array) -> bool:
    """Say whether a column holds the rows' ids."""
    return bool(values.type == ids.type and values.equals(pa.chunked_array([ids])))


def write_topics(writer: PageWriter, topics: Topics | None, order: Order) -> dict[str, Any] | None:
    """Write the topics and each point's place among them at each depth."""
    if topics is None:
        return None
    writer.json(TOPICS, {"topics": [topic_entry(topics, place) for place in range(len(topics.topic_id))]})
    dtype = np.uint16 if len(topics.topic_id) < np.iinfo(np.uint16).max else np.uint32
    none = np.iinfo(dtype).max
    by_id = np.argsort(topics.topic_id)
    depths = []
    for depth in range(1, topics.depths + 1):
        assigned = topics.assignment[order.rows, depth - 1]
        places = np.full(len(assigned), none, dtype)
        found = assigned >= 0
        places[found] = by_id[np.searchsorted(topics.topic_id, assigned[found], sorter=by_id)]
        files = f"topics/{depth}/{{page}}.bin"
        write_paged(writer, files, places, order)
        depths.append({"depth": depth, "topics": int(np.count_nonzero(topics.depth == depth)), "files": files})
    return {"file": TOPICS, "encoding": np.dtype(dtype).name, "none": int(none), "depths": depths}


def topic_entry(topics: Topics, place: int) -> dict[str, Any]:
    """Return what `topics.json` says about one topic."""
    number, parent = int(topics.topic_id[place]), int(topics.parent_id[place])
    label = topics.labels.get(number)
    return {
        "id": number,
        "depth": int(topics.depth[place]),
        "parent": None if parent < 0 else parent,
        "label": (label.label if label else "") or f"Topic {number}",
        "description": label.description if label else "",
        "keywords": list(label.keywords) if label else [],
        "size": int(topics.size[place]),
        "x": as_float(topics.position[place, 0]),
        "y": as_float(topics.position[place, 1]),
        "hull": [[as_float(x), as_float(y)] for x, y in topics.hull[place]],
    }


def write_duplicates(writer: PageWriter, duplicates: Duplicates | None, order: Order) -> dict[str, Any] | None:
    """Write each point's verdict."""
    if duplicates is None:
        return None
    verdicts, files = duplicates.verdict[order.rows].astype(np.uint8), "duplicates/{page}.bin"
    write_paged(writer, files, verdicts, order)
    counts = {verdict.label: int(np.count_nonzero(verdicts == verdict)) for verdict in DuplicateVerdict}
    return {"encoding": "uint8", "files": files, "counts": counts}


def write_paged(writer: PageWriter, files: str, values: NDArray[Any], order: Order) -> None:
    """Write an array in page order, one file a page."""
    for page in order.pages:
        writer.array(files.format(page=page.number), values[page.points])


def box(corners: Box) -> list[float]:
    """Return a box as JSON has it."""
    return [as_float(corner) for corner in corners]
