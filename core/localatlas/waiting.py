"""Waiting until nobody changes a dataset's rows and no build runs."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

from localatlas.errors import DatasetLockedError
from localatlas.pipeline import jobs
from localatlas.protocols import Dataset, DatasetStore

__all__ = ["Waited", "wait_until_free"]

D = TypeVar("D", bound=Dataset)
POLL_SECONDS = 0.2


class Waited(Generic[D]):
    """What `wait_for_dataset_lock` returns: usable as a context manager, and without. Nothing is held."""

    def __init__(self, dataset: D) -> None:
        self._dataset = dataset

    def __enter__(self) -> D:
        return self._dataset

    def __exit__(self, *_: object) -> None:
        """Do nothing: nothing is held."""


def wait_until_free(dataset: D, store: DatasetStore, timeout: float | None) -> Waited[D]:
    """Return when the dataset is free. Raises DatasetLockedError after `timeout` seconds."""
    end = None if timeout is None else time.monotonic() + timeout
    while store.is_locked() or any(jobs.is_claimed(store, job) for job in jobs.jobs(store)):
        if end is not None and time.monotonic() > end:
            raise DatasetLockedError(f"{dataset.identifier} is still busy after {timeout} seconds")
        time.sleep(POLL_SECONDS)
    return Waited(dataset)
