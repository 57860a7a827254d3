"""Layouts on the way: a sample of where the rows lie so far, kept beside the build's record for whoever looks."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import PluginContractError
from localatlas.pipeline.records import Job
from localatlas.protocols import DatasetStore

__all__ = ["Preview", "PreviewWriter", "drop_preview", "read_preview"]

log = logging.getLogger(__name__)

# Enough to see the shape of a map by; 80 kB.
MOST_POINTS = 20_000
FIRST_AFTER_SECONDS = 1.0
SECONDS_BETWEEN = 2.0
# Of the build's time, at most this share goes into previews, however slow the store is.
SHARE_OF_TIME = 0.01
STEPS = 65_535


@dataclass(frozen=True)
class Preview:
    """How a layout looks that is not finished.

    Attributes:
        positions: uint16 [M, 2], the places of a sample of the rows, in a square from 0 to 65,535.
        rows: int64 [M], which rows of the index these are, growing; the same in every preview of a build.
        count: how many rows are being laid out.
        number: 1 for a run's first preview, and one more with each.
    """

    positions: NDArray[np.uint16]
    rows: NDArray[np.int64]
    count: int
    number: int


class PreviewWriter:
    """Keeps a build's newest preview; most calls only look at the clock."""

    def __init__(self, store: DatasetStore, job: Job) -> None:
        """Write to a store as long as that works."""
        self._store, self._job = store, job
        self._due = time.monotonic() + FIRST_AFTER_SECONDS
        self._number = 0

    def __call__(self, positions: NDArray[np.float32], rows: NDArray[np.integer] | None = None) -> None:
        """Keep a preview if it is time for one.

        Args:
            positions: float32 [N, 2], of all rows.
            rows: int [N], the row of the index that each position is of; None for all in order.

        Raises:
            PluginContractError: these are no such arrays.
        """
        began = time.monotonic()
        if began < self._due:
            return
        _check(positions, rows)
        chosen = _sample(len(positions))
        places = positions[chosen if rows is None else _inverse(rows)[chosen]]
        if np.isfinite(places).all():
            self._put(places, len(positions))
        took = time.monotonic() - began
        self._due = time.monotonic() + max(SECONDS_BETWEEN, took / SHARE_OF_TIME)

    def _put(self, places: NDArray[np.float32], count: int) -> None:
        head = {"count": count, "number": self._number + 1}
        data = json.dumps(head).encode() + b"\n" + _squared(places).astype("<u2").tobytes()
        try:
            self._store.version()  # raises where the dataset was deleted: nothing must be written there
            self._store.put(_name(self._job), data)
        except Exception:
            # The build goes on without; if it cannot either, it will say so itself.
            log.debug("no preview of %r", self._job.plan.name, exc_info=True)
            self._due = float("inf")
        self._number += 1


def read_preview(store: DatasetStore, job: Job) -> Preview | None:
    """Return the newest preview of a build; None where there is none."""
    try:
        head, _, data = store.get(_name(job)).partition(b"\n")
    except KeyError:
        return None
    told = json.loads(head)
    positions = np.frombuffer(data, "<u2").reshape(-1, 2)
    return Preview(positions, _sample(told["count"]), told["count"], told["number"])


def drop_preview(store: DatasetStore, job: Job) -> None:
    """Forget the preview of a build that has ended."""
    store.remove(_name(job))


def _name(job: Job) -> str:
    # Goes with the job's other objects.
    return f"jobs/{job.id}.preview"


def _sample(count: int) -> NDArray[np.int64]:
    """Return some of `count` rows, evenly spread."""
    return np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(np.int64)


def _inverse(order: NDArray[np.integer]) -> NDArray[np.int64]:
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    return at


def _squared(places: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return places in the middle of a square from 0 to 65,535, in proportion."""
    low, high = places.min(axis=0), places.max(axis=0)
    extent = max(float((high - low).max()), 1e-30)
    scaled = (places - (low + high) / 2) / extent + 0.5
    squared: NDArray[np.uint16] = np.clip(scaled * STEPS, 0, STEPS).astype(np.uint16)
    return squared


def _check(positions: object, rows: object) -> None:
    fits = isinstance(positions, np.ndarray) and positions.dtype == np.float32 and positions.shape[1:] == (2,)
    if not fits or not len(positions):  # type: ignore[arg-type]  # an array, where it fits
        raise PluginContractError("context.preview takes positions float32 [N, 2]")
    if rows is not None and np.shape(rows) != (len(positions),):  # type: ignore[arg-type,call-overload]
        raise PluginContractError("context.preview takes as many rows as positions")
