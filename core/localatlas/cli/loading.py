"""Rows from files into a dataset: part by part, and all of them or none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from localatlas.building import BuildRequest, Rows, make_plan
from localatlas.cli.comparing import holds
from localatlas.dataset import AtlasDataset
from localatlas.errors import DatasetExistsError
from localatlas.home import Home
from localatlas.naming import dataset_key
from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.readers import Reading

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["append", "check_plan", "dataset_of", "take_back", "whole"]

# Stands in a dataset while `map` fills it; what it leaves behind when its process is killed is begun anew.
MARK = "cli/filling"


def dataset_of(reading: Reading, name: str, id_field: str | None, console: Console) -> AtlasDataset:
    """Return the dataset of a name with exactly the rows of a reading: the one that has them, or a new one.

    Raises:
        DatasetExistsError: it has other rows; nothing was changed.
        AtlasError: the rows cannot be added; nothing is left of them.
    """
    place = Home()
    found = place.find(dataset_key(name))
    if found is not None and MARK in found[1].objects(MARK):
        AtlasDataset(dataset_id=found[0].id).delete()
        found = None
    if found is not None and (count := found[1].count()):
        dataset = AtlasDataset(name, None, id_field)
        if holds(found[1], reading):
            return dataset
        raise DatasetExistsError(
            f"the dataset {dataset.identifier} has {count:,} rows already, and they are not the rows given here; give "
            f"the new map another dataset with --name, or add rows with `localatlas update {dataset.slug} FILE`"
        )
    dataset = AtlasDataset(name, "", id_field)
    opened = place.find(dataset_key(name))
    if opened is not None:
        with _all_or_none(dataset, opened[1], is_new=found is None):
            append(dataset, reading, console)
    return dataset


def check_plan(reading: Reading, name: str, arguments: dict[str, Any]) -> None:
    """Find whatever is wrong with a map's options before anything is written. Raises AtlasError."""
    columns = reading.schema
    if columns is None:
        raise TypeError("only a reading that has been looked at can be planned")
    request = BuildRequest(name=name, **{key: value for key, value in arguments.items() if key != "progress"})
    with warnings.catch_warnings():
        # `create_index` resolves again, and warns then.
        warnings.simplefilter("ignore")
        make_plan(
            Rows("the data", columns, reading.rows or 0, reading.modality, has_images=bool(reading.has_images)), request
        )


def append(dataset: AtlasDataset, reading: Reading, console: Console, **options: Any) -> None:
    """Add the parts of a reading one by one, with a bar in a terminal."""
    from localatlas.cli.live import loading_bar

    before = dataset.total_datums
    with loading_bar(console, reading.rows) as bar:
        for part in reading.parts():
            dataset.add_data(**part, pbar=bar, **options)
        if options.get("on_conflict") == "ignore":
            bar.rows = dataset.total_datums - before


@contextmanager
def _all_or_none(dataset: AtlasDataset, store: DatasetStore, *, is_new: bool) -> Iterator[None]:
    """Empty the dataset again, or remove it if it is new, when not all rows can be added or the user interrupts."""
    store.put(MARK, b"")
    try:
        with whole(store):
            yield
    except BaseException:
        if is_new:
            dataset.delete()
        else:
            store.remove(MARK)
        raise
    store.remove(MARK)


@contextmanager
def whole(store: DatasetStore) -> Iterator[None]:
    """Hold the dataset's lock, and take back the rows that were added meanwhile if not all of them can be."""
    with store.lock():
        first = store.next_position()
        try:
            yield
        except BaseException:
            take_back(store, first)
            raise


def take_back(store: DatasetStore, first: int) -> None:
    """Delete the rows from a position on."""
    if store.schema() is not None and (after := store.next_position()) > first:
        store.delete(POSITION_COLUMN, pa.array(range(first, after), pa.int64()))
