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
from localatlas.errors import DatasetExistsError, DatasetNotFoundError
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
# Whether the dataset was made for these rows, or was the user's and empty.
OURS, THEIRS = b"new", b"old"


def dataset_of(reading: Reading, name: str, id_field: str | None, console: Console) -> AtlasDataset:
    """Return the dataset of a name with exactly the rows of a reading: the one that has them, or a new one.

    Raises:
        DatasetExistsError: it has other rows; nothing was changed.
        AtlasError: the rows cannot be added; nothing is left of them.
    """
    place, key = Home(), dataset_key(name)
    if (found := place.find(key)) is not None:
        _clear_unfinished(found[0].id, found[1])
    dataset = AtlasDataset(name, "", id_field)
    if (opened := place.find(key)) is None:
        raise DatasetNotFoundError(f"the dataset {key} was deleted by another process while it was filled")
    store = opened[1]
    # Under one lock, so that nobody else fills it between the look and the end.
    with store.lock():
        if not (count := store.count()):
            with _all_or_none(dataset, store):
                append(dataset, reading, console)
        elif not holds(store, reading):
            raise DatasetExistsError(
                f"the dataset {dataset.identifier} has {count:,} rows already, and they are not the rows given here; "
                f"name another dataset with --name, or add rows with `localatlas update {dataset.slug} FILE`"
            )
    return dataset


def _clear_unfinished(dataset_id: str, store: DatasetStore) -> None:
    """Take away what a load left whose process was killed; one that still runs is waited for."""
    if not store.objects(MARK):
        return
    with store.lock():
        if not store.objects(MARK):
            return  # it was under way, and has ended
        if store.get(MARK) == OURS:
            AtlasDataset(dataset_id=dataset_id).delete()
        else:
            take_back(store, 0)
            store.remove(MARK)


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
def _all_or_none(dataset: AtlasDataset, store: DatasetStore) -> Iterator[None]:
    """Empty the dataset again, or remove it if it is new, when not all rows can be added or the user interrupts."""
    is_new = dataset._is_new  # noqa: SLF001  the same package
    store.put(MARK, OURS if is_new else THEIRS)
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
