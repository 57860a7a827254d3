"""How the values of a column are spread over the living points, and over those of a selection."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.protocols import Map
from localatlas.selections.rows import blocks
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import NULL_CODE, plain

__all__ = ["Scale", "all_categories_of", "categories_of", "edges_of", "histogram_of"]

Scale = Literal["linear", "log", "quantile"]
Chosen = NDArray[np.bool_]


def histogram_of(
    values: NDArray[np.floating], entry: dict[str, Any], alive: Chosen, chosen: Chosen | None, bins: int, scale: Scale
) -> dict[str, Any]:
    """Return the histogram of a number or date column.

    Args:
        values: float [N], in page order.
        entry: of the column in `columns.json`.
        alive: bool [N], the points that count.
        chosen: bool [N], those that count as selected; None: there is no selection.
        bins: how many at most.
        scale: of their edges.
    """
    exact = values.astype(np.float64)
    null = np.isnan(exact)
    fits = alive & np.isfinite(exact) & ((exact > 0) | (scale != "log"))
    edges = edges_of(exact[fits], bins, scale, entry)
    return {
        "kind": entry["kind"],
        "edges": edges.tolist(),
        "counts": counted(exact[fits], edges),
        "selected": None if chosen is None else counted(exact[fits & chosen], edges),
        "nulls": int(np.count_nonzero(alive & null)),
        "outside": int(np.count_nonzero(alive & ~fits & ~null)),
        "min": float(exact[fits].min()) if fits.any() else None,
        "max": float(exact[fits].max()) if fits.any() else None,
    }


def counted(values: NDArray[np.float64], edges: NDArray[np.float64]) -> list[int]:
    """Return how many values lie in each bin; the last includes its upper edge."""
    return np.histogram(values, edges)[0].tolist() if len(edges) else []


def edges_of(values: NDArray[np.float64], bins: int, scale: Scale, entry: dict[str, Any]) -> NDArray[np.float64]:
    """Return the edges of at most `bins` bins over finite values [n]; none without values.

    On the linear scale a bin is one whole number, one day or one month where these are few enough.
    """
    if not values.size:
        return np.empty(0)
    low, high = float(values.min()), float(values.max())
    if scale == "quantile":
        edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))
        return edges if len(edges) > 1 else around(low)
    if scale == "log":
        return np.geomspace(low, high, bins + 1) if high > low else around(low)
    if entry.get("integer") and high - low < bins:
        return np.arange(low, high + 2) - 0.5
    unit = {"day": "D", "month": "M"}.get(entry.get("unit", ""))
    if unit is not None:
        first, last = np.array([low, high]).astype(np.int64).astype("datetime64[ms]").astype(f"datetime64[{unit}]")
        if (last - first).astype(int) < bins:
            steps = np.arange(first, last + 2)
            return steps.astype("datetime64[ms]").astype(np.int64).astype(np.float64)
    edges = np.linspace(low, high, bins + 1)
    # Between neighbouring floats there is no room for bins.
    return edges if np.all(np.diff(edges) > 0) else around(low, high)


def around(low: float, high: float | None = None) -> NDArray[np.float64]:
    """Return the edges of one bin that holds all from `low` to `high`."""
    end = low if high is None else high
    return np.array([np.nextafter(low, -np.inf), np.nextafter(end, np.inf)]) if end == low else np.array([low, end])


def categories_of(
    codes: NDArray[np.uint8], entry: dict[str, Any], alive: Chosen, chosen: Chosen | None
) -> dict[str, Any]:
    """Return how often each shown category of a column occurs, uint8 [N] in page order, the most frequent first."""
    every = np.bincount(codes[alive], minlength=NULL_CODE + 1)
    some = None if chosen is None else np.bincount(codes[alive & chosen], minlength=NULL_CODE + 1)
    found = [
        {"value": category["value"], "count": int(every[code]), "selected": None if some is None else int(some[code])}
        for code, category in enumerate(entry["categories"])
    ]
    return {
        "kind": entry["kind"],
        "categories": sorted(found, key=lambda each: -int(each["count"])),
        "nulls": int(every[NULL_CODE]),
        "nulls_selected": None if some is None else int(some[NULL_CODE]),
    }


def all_categories_of(
    map: Map,  # noqa: A002  the noun's name
    entry: dict[str, Any],
    alive: Chosen,
    chosen: Chosen | None,
) -> dict[str, Any]:
    """Return the same for every value, of which there are 1,000 at most; `alive` and `chosen` are bool [R] here."""
    every: dict[str | None, int] = {}
    some: dict[str | None, int] = {}
    for block in blocks(map, [entry["name"]]):
        values = plain(block.values(entry["name"]))
        count_into(every, values.filter(pa.array(alive[block.rows])))
        if chosen is not None:
            count_into(some, values.filter(pa.array((alive & chosen)[block.rows])))
    nulls = every.pop(None, 0)
    found = [
        {"value": value, "count": count, "selected": None if chosen is None else some.get(value, 0)}
        for value, count in sorted(every.items(), key=lambda item: (-item[1], item[0]))
    ]
    return {
        "kind": entry["kind"],
        "categories": found,
        "nulls": nulls,
        "nulls_selected": None if chosen is None else some.get(None, 0),
    }


def count_into(counts: dict[str | None, int], values: pa.ChunkedArray) -> None:
    """Add how often each value occurs."""
    for pair in pc.value_counts(values).to_pylist():
        counts[pair["values"]] = counts.get(pair["values"], 0) + pair["counts"]
