"""The projector `positions`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
from localatlas.errors import NotReadyError
from localatlas.protocols import Context, Index, Layout
from numpy.typing import NDArray

from atlas_plugin_positions.options import PositionsOptions

__all__ = ["Positions"]


class Positions:
    """Reads where rows lie from two of their columns."""

    Options: ClassVar[type[PositionsOptions]] = PositionsOptions

    def __init__(self, options: PositionsOptions) -> None:
        """Store the options."""
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return 0: nothing is computed."""
        del n
        return 0

    def project(self, index: Index, context: Context) -> Layout:
        """Raise NotReadyError: places come from columns, and an index has none."""
        del index, context
        raise NotReadyError("the projector 'positions' reads columns of rows; an index alone has none")

    def place_columns(self) -> list[str]:
        """Return the two columns."""
        return [self.options.x, self.options.y]

    def places(self, rows: pa.Table) -> NDArray[np.float32]:
        """Return float32 [R, 2]; NaN for a row with a null or with a number that is not finite."""
        axes = [rows[name].cast(pa.float64(), safe=False).to_numpy() for name in self.place_columns()]
        with np.errstate(over="ignore"):
            # What is too large for float32 becomes infinite, which is no place.
            places = np.stack(axes, axis=1).astype(np.float32)
        places[~np.isfinite(places).all(axis=1)] = np.nan
        return np.ascontiguousarray(places)
