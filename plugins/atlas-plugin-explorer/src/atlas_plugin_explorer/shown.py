"""The map that is shown: a finished one, or one of a home that may still be building, be updated, or lose rows."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from localatlas.errors import AtlasError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map
from localatlas.selections import evaluate
from localatlas.selections.on_map import MapRows
from numpy.typing import NDArray

from atlas_plugin_explorer.rows import RowReader
from atlas_plugin_explorer.source import PageSource, cache_folder, find_pages

__all__ = ["SECONDS", "Shown", "Version"]

SECONDS = 30.0
"""How long the rows of a selection may be looked for."""


@dataclass(frozen=True)
class Version:
    """A map as it is at one moment, with its pages."""

    map: Map
    pages: PageSource

    @functools.cached_property
    def rows(self) -> RowReader:
        """Reads its rows."""
        return RowReader(self.map, self.pages.rows)

    @functools.cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Which points' rows have not been deleted since, bool [N]."""
        return np.asarray(self.map.alive[self.pages.rows], np.bool_)

    @property
    def hidden(self) -> int:
        """How many points' rows have been deleted since."""
        return int(np.count_nonzero(~self.alive))


class Shown:
    """Gives out the newest version of a map; may be called from several threads.

    Attributes:
        projection: the map as the SDK has it, with tags, vectors and progress; None for a bare `Map`.
    """

    def __init__(
        self,
        subject: Map | AtlasProjection,
        pages: PageSource | None = None,
        cache: Callable[[], Path] = cache_folder,
    ) -> None:
        """Show a map.

        Args:
            subject: the map.
            pages: where its pages are; by default those of its build, or else those that are made in `cache`.
            cache: returns a folder for pages of maps that were built without this plugin.
        """
        self.projection = subject if isinstance(subject, AtlasProjection) else None
        self._map = None if isinstance(subject, AtlasProjection) else subject
        self._pages, self._cache = pages, cache
        self._lock = threading.Lock()
        self._version: Version | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a finished version, whatever becomes of an update."""
        try:
            self._newest()
        except NotReadyError:
            return False
        return True

    @property
    def is_waiting(self) -> bool:
        """Whether it is known that there is no finished version yet. Reads records, and opens nothing."""
        try:
            _ = None if self.projection is None else self.projection.record
        except NotReadyError:
            return True
        except AtlasError:
            # What is wrong is said to who asks for the map.
            return False
        return False

    def now(self) -> Version:
        """Return the newest version. Raises NotReadyError while the map is building, or after it was deleted."""
        return self._of(self._newest())

    def selected(self, selection: Any) -> tuple[Version, NDArray[np.bool_]]:
        """Return which rows a selection means, bool [R], and of which version. Raises what `evaluate` does."""
        if self.projection is None:
            version = self.now()
            return version, evaluate(selection, version.map, seconds=SECONDS)
        rows = self.of_home()
        return self.of(rows), rows.selected(selection)

    def of_home(self) -> MapRows:
        """Return the newest version with its tags and vectors. Raises NotReadyError where there is none."""
        if self.projection is None:
            raise NotReadyError("this map is shown by itself, without the home that has its vectors and tags")
        return MapRows(self.projection, SECONDS)

    def of(self, rows: MapRows) -> Version:
        """Return a version that `of_home` returned, with its pages."""
        return self._of(rows.stored)

    def _newest(self) -> Map:
        if self.projection is None:
            assert self._map is not None  # noqa: S101  for the type checker: one of the two is there
            return self._map
        return self.projection.stored

    def _of(self, newest: Map) -> Version:
        with self._lock:
            if self._version is None or self._version.map is not newest:
                self._version = Version(newest, self._pages or find_pages(newest, self._cache()))
            return self._version
