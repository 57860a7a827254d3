"""Rows of large sources are added in parts, whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.cli import loading
from localatlas.home import Home
from localatlas.naming import dataset_key
from localatlas.readers import open_source, parts
from pyarrow import parquet

Localatlas = Callable[..., Any]
ROWS = [{"id": f"k{row}", "text": f"word{row} word{row % 3}", "n": row} for row in range(6)]


TABLE = pa.Table.from_pylist(ROWS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, components: str) -> Path:
    monkeypatch.chdir(tmp_path)
    parquet.write_table(TABLE, "rows.parquet", row_group_size=2)
    np.save("v.npy", np.random.default_rng(0).normal(size=(6, 4)))
    return tmp_path


def plan(name: str) -> Any:
    return AtlasDataset.load(name).maps[0].record[0].plan


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add two rows at a time."""
    monkeypatch.setattr(parts, "PART_ROWS", 2)


def test_rows_come_in_parts_and_in_order(localatlas: Localatlas, folder: Path, in_parts: None) -> None:
    assert localatlas("map", "rows.parquet", "--text", "text", "--id", "id").status == 0
    made = AtlasDataset.load("rows")
    store = Home().find(dataset_key("rows"))[1]  # type: ignore[index]
    assert pa.Table.from_batches(made.scan()).to_pylist() == ROWS
    assert store.version() == 3
    assert store.objects("cli/") == []


def test_of_a_file_whose_last_rows_are_refused_nothing_is_left(
    localatlas: Localatlas, folder: Path, in_parts: None
) -> None:
    parquet.write_table(pa.concat_tables([TABLE, TABLE.slice(0, 1)]), "twice.parquet")
    done = localatlas("map", "twice.parquet", "--text", "text", "--id", "id")
    assert (done.status, "'k0'" in done.err) == (1, True)
    assert Home().records() == []


def test_an_empty_dataset_of_the_users_stays_empty(localatlas: Localatlas, folder: Path, in_parts: None) -> None:
    AtlasDataset("mine", description="my own", unique_id_field="id")
    parquet.write_table(pa.concat_tables([TABLE, TABLE.slice(0, 1)]), "twice.parquet")
    assert localatlas("map", "twice.parquet", "--text", "text", "--name", "mine").status == 1
    kept = AtlasDataset.load("mine")
    assert (kept.total_datums, kept.description, kept.id_field) == (0, "my own", "id")
    assert localatlas("map", "rows.parquet", "--text", "text", "--name", "mine").status == 0
    assert AtlasDataset.load("mine").total_datums == 6


def quiet() -> Any:
    from rich.console import Console

    return Console(quiet=True)


def interrupt_after(monkeypatch: pytest.MonkeyPatch, rounds: int, error: BaseException) -> None:
    original, left = AtlasDataset.add_data, [rounds]

    def add(self: AtlasDataset, *arguments: Any, **named: Any) -> None:
        if not left[0]:
            raise error
        left[0] -= 1
        original(self, *arguments, **named)

    monkeypatch.setattr(AtlasDataset, "add_data", add)


def test_an_interrupted_load_leaves_nothing(
    localatlas: Localatlas, folder: Path, in_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2, KeyboardInterrupt())
        done = localatlas("map", "rows.parquet", "--text", "text")
    assert (done.status, done.err.strip().startswith("Stopped. ")) == (130, True)
    assert Home().records() == []


@pytest.mark.parametrize("mine", [False, True])
def test_what_a_killed_load_left_is_begun_anew(
    localatlas: Localatlas, folder: Path, in_parts: None, monkeypatch: pytest.MonkeyPatch, mine: bool
) -> None:
    if mine:
        AtlasDataset("rows", description="my own")
    # A process that is killed cleans nothing up; that is what a load without its clean-up leaves.
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2, KeyboardInterrupt())
        patch.setattr(AtlasDataset, "delete", lambda _: True)
        patch.setattr(loading, "take_back", lambda *_: None)
        if mine:
            store = Home().find(dataset_key("rows"))[1]  # type: ignore[index]
            patch.setattr(type(store), "remove", lambda *_: None)
        assert localatlas("map", "rows.parquet", "--text", "text").status == 130
    assert AtlasDataset.load("rows").total_datums == 4
    left = AtlasDataset.load("rows").id
    assert localatlas("map", "rows.parquet", "--text", "text").status == 0
    assert AtlasDataset.load("rows").total_datums == 6
    assert (AtlasDataset.load("rows").id == left) == mine
    assert AtlasDataset.load("rows").description == ("my own" if mine else "")


def test_of_two_that_map_the_same_rows_the_second_waits_and_uses_them(
    localatlas: Localatlas, folder: Path, in_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = open_source("rows.parquet")
    order: list[str] = []
    begun = threading.Event()
    original = AtlasDataset.add_data

    def add(self: AtlasDataset, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        order.append(threading.current_thread().name)
        begun.set()

    monkeypatch.setattr(AtlasDataset, "add_data", add)
    first = threading.Thread(target=loading.dataset_of, args=(reading, "rows", None, quiet()), name="first")
    second = threading.Thread(target=loading.dataset_of, args=(reading, "rows", None, quiet()), name="second")
    first.start()
    begun.wait()
    second.start()
    first.join()
    second.join()
    assert order == ["first"] * 3
    assert AtlasDataset.load("rows").total_datums == 6
