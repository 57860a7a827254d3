"""A layout that costs nothing, where the layout is not what is measured."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import ComponentOptions, Context, Index, Layout


class Flat:
    """The first two numbers of each vector."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:  # noqa: ARG002  the protocol's
        """No neighbours."""
        return 0

    def project(self, index: Index, context: Context) -> Layout:
        """Lay the rows out."""
        context.progress(1.0)
        return Layout(np.ascontiguousarray(index.vectors[:, :2], dtype=np.float32))
