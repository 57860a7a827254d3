"""What a column is, for a viewer: found out block by block, so that no column is ever whole in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

__all__ = ["NULL_CODE", "OTHER_CODE", "Column", "ColumnReader", "describe", "is_text", "measured", "plain", "reader_of"]

OTHER_CODE = 254
NULL_CODE = 255
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Column:
    """One column as a viewer sees it.

    Attributes:
        kind: "category", "boolean", "number", "date", "text", "id" or "other".
        values: uint8, float32 or float64 [N] in page order; None: the column has no pages.
        facts: what else `columns.json` says about it.
    """

    kind: str
    values: NDArray[np.uint8 | np.float32 | np.float64] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class ColumnReader(Protocol):
    """Is shown a column block by block, in any order, and says what it is.

    It keeps at most 16 bytes a point.
    """

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take values [n] of the points at `places` [n] in page order; they are as `plain` returns them."""
        ...

    def column(self) -> Column:
        """Return what all values together are."""
        ...


def reader_of(kind: pa.DataType, points: int, *, ids: bool, mapped: bool) -> ColumnReader:
    """Return what reads a column of a type over `points` points.

    Args:
        kind: the type of what `plain` returns.
        points: N.
        ids: it holds the rows' ids.
        mapped: it is the column that was mapped, so a handful of texts is not a handful of categories.
    """
    from atlas_plugin_explorer.dates import Moments
    from atlas_plugin_explorer.strings import Strings

    if ids:
        return Known("id")
    if pt.is_boolean(kind):
        return Booleans(points)
    if pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind):
        return Numbers(points, whole=bool(pt.is_integer(kind)))
    if pt.is_timestamp(kind) or pt.is_date(kind):
        return Moments(points)
    return Strings(points, mapped=mapped) if is_text(kind) else Known("other")


def describe(values: pa.ChunkedArray, *, ids: bool, mapped: bool) -> Column:
    """Find out what a column in page order, [N], is; as `plain` returns it."""
    reader = reader_of(values.type, len(values), ids=ids, mapped=mapped)
    reader.add(np.arange(len(values)), values)
    return reader.column()


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column of this type can be searched."""
    value = kind.value_type if pt.is_dictionary(kind) else kind
    return bool(pt.is_string(value) or pt.is_large_string(value) or pt.is_string_view(value))


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return values in the form that readers take; 32-bit offsets would overflow at 2 GB of text."""
    if is_text(values.type):
        return values.cast(pa.large_string())
    return values.cast(values.type.value_type) if pt.is_dictionary(values.type) else values


@dataclass(frozen=True)
class Known:
    """A column that needs no look at its values."""

    kind: str

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take nothing."""

    def column(self) -> Column:
        """Return the kind alone."""
        return Column(self.kind)


class Booleans:
    """Codes false as 0, true as 1."""

    def __init__(self, points: int) -> None:
        self._codes = np.full(points, NULL_CODE, np.uint8)

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take some values."""
        self._codes[places] = pc.fill_null(values.cast(pa.uint8()), fill_value=NULL_CODE).to_numpy()

    def column(self) -> Column:
        """Return the codes."""
        entries = [{"value": flag, "count": int(np.count_nonzero(self._codes == flag))} for flag in (False, True)]
        return Column("boolean", self._codes, {"categories": entries, "other": {"values": 0, "count": 0}})


class Numbers:
    """Keeps numbers as float32; what a float32 cannot hold becomes infinite. Range and quantiles are exact."""

    def __init__(self, points: int, *, whole: bool) -> None:
        self._exact = np.full(points, np.nan)
        self._whole = whole

    def add(self, places: NDArray[np.integer], values: pa.ChunkedArray) -> None:
        """Take some values."""
        self._exact[places] = pc.fill_null(values.cast(pa.float64(), safe=False), fill_value=np.nan).to_numpy()

    def column(self) -> Column:
        """Return the numbers."""
        with np.errstate(over="ignore"):
            kept = self._exact.astype(np.float32)
        return measured("number", self._exact, kept, int if self._whole else float, {"integer": self._whole})


def measured(
    kind: str,
    exact: NDArray[np.float64],
    kept: NDArray[np.float32 | np.float64],
    shown: Callable[[float], float],
    facts: dict[str, Any],
) -> Column:
    """Return a column with range and quantiles over the finite values; without any there is nothing to draw."""
    finite = exact[np.isfinite(exact)]
    if not finite.size:
        return Column(kind, None, facts)
    cuts = np.quantile(finite, QUANTILES, method="nearest")
    limits = {"min": shown(finite.min()), "max": shown(finite.max()), "quantiles": [shown(value) for value in cuts]}
    return Column(kind, kept, {**facts, **limits})
