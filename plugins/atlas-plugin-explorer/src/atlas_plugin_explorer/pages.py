"""Writes the pages of a map. The format: docs/reference/pages.md."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, Map, Topics
from numpy.typing import NDArray

from atlas_plugin_explorer.column_pages import write_columns
from atlas_plugin_explorer.files import FORMAT, INDEX, VERSION, PageWriter, as_float
from atlas_plugin_explorer.order import Box, Order, bounding_box, first_view, page_order
from atlas_plugin_explorer.thumbnails import write_thumbnails

__all__ = ["write_pages"]

TOPICS = "topics.json"


def write_pages(map: Map, folder: Path, context: Context) -> None:  # noqa: A002  the hook's name for it
    """Write the pages of a map into a folder of their own, which is emptied first.

    Rows are read in blocks and images sheet by sheet: what is held in memory is about 60 bytes a point, whatever
    the rows hold. The same map gives the same bytes.
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
        "columns": write_columns(writer, map, order, part(context, 0.1, 0.5 if map.has_blobs else 0.9)),
        "topics": write_topics(writer, map.topic_model, order),
        "duplicates": write_duplicates(writer, map.duplicate_groups, order),
        "images": write_thumbnails(writer, map, order, part(context, 0.5, 0.9), context.n_jobs),
    }
    head = {"format": FORMAT, "version": VERSION, "fingerprint": writer.fingerprint}
    # Last, so that an index is there only when everything that it names is.
    names = {"map": {"id": map.id, "name": map.name}, "dataset": map.dataset_identifier}
    writer.json(INDEX, {**head, **names, **index})
    context.progress(1.0, "pages written")


def part(context: Context, low: float, high: float) -> Callable[[float, str], None]:
    """Return what reports the progress of a part of the work, which is from `low` to `high` of the whole."""
    return lambda fraction, message: context.progress(low + (high - low) * fraction, message)


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
        writer.paged(files, places, order.pages)
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
    writer.paged(files, verdicts, order.pages)
    counts = {verdict.label: int(np.count_nonzero(verdicts == verdict)) for verdict in DuplicateVerdict}
    return {"encoding": "uint8", "files": files, "counts": counts}


def box(corners: Box) -> list[float]:
    """Return a box as JSON has it."""
    return [as_float(corner) for corner in corners]
