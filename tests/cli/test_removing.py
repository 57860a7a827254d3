from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest
from localatlas import AtlasDataset
from localatlas.home import Home

Localatlas = Callable[..., Any]


class Terminal(io.StringIO):
    """A standard input at which somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def mapped(dataset: AtlasDataset) -> AtlasDataset:
    for name in ("first", "second"):
        dataset.create_index(name=name, indexed_field="text", progress=False)
    return dataset


def test_a_dataset_is_deleted_when_asked_for_certain(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("rm", "sample", "--yes")
    assert (done.status, done.out) == (0, "Deleted the dataset sample with its 7 rows and 2 maps.\n")
    assert Home().records() == []


def test_one_map_is_deleted_by_name_or_id(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    first, second = mapped.maps
    assert (
        localatlas("rm", "sample", "--map", "first", "--yes").out == f"Deleted the map first ({first.id}) of sample.\n"
    )
    assert [each.id for each in AtlasDataset.load("sample").maps] == [second.id]
    assert localatlas("rm", "sample", "--map", second.id, "--yes").status == 0
    assert (AtlasDataset.load("sample").maps, mapped.total_datums) == ([], 7)


def test_of_maps_with_one_name_an_id_is_asked(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    mapped.create_index(name="first", indexed_field="text", progress=False)
    done = localatlas("rm", "sample", "--map", "first", "--yes")
    assert (done.status, len(mapped.maps)) == (1, 3)
    assert "has 2 maps called 'first'; say which by id" in " ".join(done.err.split())


@pytest.mark.parametrize(("answer", "status", "left"), [("y\n", 0, 0), ("n\n", 1, 1), ("\n", 1, 1)])
def test_somebody_at_a_terminal_is_asked(
    localatlas: Localatlas, mapped: AtlasDataset, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, left: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    done = localatlas("rm", "sample")
    assert "Delete the dataset sample with its 7 rows and 2 maps for good? [y/N]" in done.out
    assert (done.status, len(Home().records())) == (status, left)
    assert ("Nothing was deleted." in done.out) == bool(left)


def test_without_a_terminal_nothing_is_deleted(
    localatlas: Localatlas, mapped: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    done = localatlas("rm", "sample")
    assert (done.status, len(Home().records())) == (2, 1)
    assert "no terminal to ask; give --yes" in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["nope"], "there is no dataset 'local/nope'"), (["sample", "--map", "nope"], "has no map for name 'nope'")],
)
def test_what_is_not_there_is_named(
    localatlas: Localatlas, mapped: AtlasDataset, arguments: list[str], words: str
) -> None:
    done = localatlas("rm", *arguments, "--yes")
    assert (done.status, done.out) == (1, "")
    assert words in " ".join(done.err.split())
    assert len(mapped.maps) == 2


def test_the_link_of_a_map_means_that_map_and_the_link_of_a_dataset_all_of_it(
    localatlas: Localatlas, mapped: AtlasDataset
) -> None:
    first, second = mapped.maps
    done = localatlas("rm", first.map_link, "--yes")
    assert done.out == f"Deleted the map first ({first.id}) of sample.\n"
    assert [each.id for each in AtlasDataset.load("sample").maps] == [second.id]
    assert localatlas("info", second.map_link).out == localatlas("info", "sample").out
    assert localatlas("rm", mapped.maps[0].dataset_link, "--yes").status == 0
    assert Home().records() == []
