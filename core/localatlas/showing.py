"""Datasets and maps in a notebook: HTML that needs no network and looks well on light and dark pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import NotReadyError
from localatlas.opening import DEFAULT_DESCRIPTION

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset
    from localatlas.indices import AtlasProjection
    from localatlas.stored_map import StoredMap

__all__ = ["dataset_html", "map_html", "picture"]

WIDTH, HEIGHT, MARGIN = 480, 300, 8
POINTS = 2000
SHOWN_COLUMNS = 12
# Of middling lightness, told apart with the usual colour blindnesses, and readable on white and on black.
COLORS = ("#4477cc", "#dd7722", "#339966", "#cc4466", "#8866bb", "#997733", "#cc66aa", "#778877", "#aaaa22", "#2299aa")
BOX = "font:13px/1.5 system-ui,sans-serif;max-width:520px;border:1px solid #8886;border-radius:6px;padding:10px 14px"
CODE = "font-family:ui-monospace,monospace;user-select:all"
FADED = "opacity:.7"


def dataset_html(dataset: AtlasDataset) -> str:
    """Return a card of a dataset: rows, columns, maps, and a picture of the newest map."""
    maps, columns = dataset.maps, dataset.dataset_fields
    more = f" and {len(columns) - SHOWN_COLUMNS} more" if len(columns) > SHOWN_COLUMNS else ""
    names = ", ".join(escape(name) for name in columns[:SHOWN_COLUMNS]) + more
    rows = [f"<strong>{escape(dataset.name)}</strong> <span style='{FADED}'>{escape(dataset.identifier)}</span>"]
    if dataset.description not in ("", DEFAULT_DESCRIPTION):
        rows.append(f"<span style='{FADED}'>{escape(dataset.description)}</span>")
    rows.append(f"{dataset.total_datums:,} rows, {len(columns)} columns: {names or 'none yet'}")
    listed = "".join(f"<li>{_line(each)}</li>" for each in maps)
    rows.append(f"<ul style='margin:4px 0;padding-left:20px'>{listed}</ul>" if maps else "no maps yet")
    newest = maps[-1] if maps else None
    return _card(rows, newest, f"localatlas open {dataset.identifier}" if maps else "")


def map_html(projection: AtlasProjection) -> str:
    """Return a card of a map: its status, how to open it, and its picture."""
    return _card([_line(projection)], projection, f"localatlas open {projection.map_link}")


def picture(stored: StoredMap) -> str:
    """Return a map as an SVG of at most 2,000 points, the same ones every time, coloured by broad topic."""
    places = stored.layout.positions
    rows = np.flatnonzero(np.isfinite(places).all(axis=1) & stored.alive)
    if len(rows) > POINTS:
        rows = np.sort(np.random.default_rng(stored.seed).choice(rows, POINTS, replace=False))
    if not len(rows):
        return ""
    points = _scaled(places[rows])
    topics = stored.topic_model
    group = np.zeros(len(rows), np.int32) if topics is None else topics.assignment[rows, 0]
    drawn = []
    for number, topic in enumerate(np.unique(group).tolist()):
        # A line of no length with round ends is a dot: one path for all of a colour.
        dots = "".join(f"M{x} {y}h0" for x, y in points[group == topic].tolist())
        drawn.append(f"<path d='{dots}' stroke='{COLORS[number % len(COLORS)]}'/>")
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' style='max-width:100%' role='img' "
        f"aria-label='The map {escape(stored.name, quote=True)}'>"
        f"<g fill='none' stroke-width='3' stroke-linecap='round' stroke-opacity='.7'>{''.join(drawn)}</g></svg>"
    )


def _line(projection: AtlasProjection) -> str:
    status, error = projection.status, projection.error
    told = f"{status}: {error}" if error else status
    try:
        made = projection.record[1]
        size = f", {made.placed:,} points"
    except NotReadyError:
        size = ""
    return f"{escape(projection.name)} <span style='{FADED}'>{escape(told)}{size}</span>"


def _card(rows: list[str], shown: AtlasProjection | None, command: str) -> str:
    try:
        drawn = picture(shown.stored) if shown is not None else ""
    except NotReadyError:
        drawn, command = "", ""
    opening = f"<span style='{FADED}'>open with</span> <code style='{CODE}'>{escape(command)}</code>"
    parts = [*rows, drawn, opening if command else ""]
    return f"<div style='{BOX}'>" + "".join(f"<div>{part}</div>" for part in parts if part) + "</div>"


def _scaled(places: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return places as pixels, the aspect ratio kept and y upwards; far-off points are drawn at the rim."""
    low, high = np.quantile(places.astype(np.float64), [0.005, 0.995], axis=0)
    room = np.array([WIDTH, HEIGHT]) - 2 * MARGIN
    span = np.maximum(high - low, np.finfo(np.float32).tiny)
    scale = float((room / span).min()) if (high > low).any() else 1.0
    centered = (places - (low + high) / 2) * np.array([scale, -scale])
    pixels = np.clip(centered, -room / 2, room / 2) + np.array([WIDTH, HEIGHT]) / 2
    rounded: NDArray[np.int64] = np.rint(pixels).astype(np.int64)
    return rounded
