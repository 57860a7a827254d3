from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from localatlas import AtlasDataset, hooks
from localatlas.hookspecs import hookimpl
from localatlas.indices import AtlasProjection

Localatlas = Callable[..., Any]


class Explorer:
    """Takes the place of the plugin that serves the page."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, str, int, bool]] = []
        self.interrupted = False
        self.allowed: Sequence[str] | None = None

    @hookimpl
    def localatlas_open(
        self, projection: AtlasProjection, host: str, port: int, browser: bool, allow_hosts: Sequence[str]
    ) -> bool:
        self.allowed = allow_hosts
        self.opened.append((projection.id, host, port, browser))
        if self.interrupted:
            raise KeyboardInterrupt
        return True


@pytest.fixture
def explorer(components: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    monkeypatch.setattr(hooks, "GROUP", "localatlas.sample_hooks")
    hooks.manager.cache_clear()
    made = Explorer()
    hooks.register(made)
    yield made
    hooks.manager.cache_clear()


@pytest.fixture
def maps(explorer: Explorer, dataset: AtlasDataset) -> list[str]:
    """The ids of three maps: two of "Sample", and the newest of all of "Other"."""
    made = [dataset.create_index(name=name, indexed_field="text", progress=False).id for name in ("first", "second")]
    other = AtlasDataset("Other")
    other.add_data([{"text": "a"}, {"text": "b"}])
    return [*made, other.create_index(indexed_field="text", progress=False).id]


def test_without_a_name_the_newest_map_of_all_is_shown(
    localatlas: Localatlas, explorer: Explorer, maps: list[str]
) -> None:
    assert localatlas("open").status == 0
    assert explorer.opened == [(maps[2], "127.0.0.1", 0, True)]


def test_of_a_dataset_the_newest_map_is_shown(localatlas: Localatlas, explorer: Explorer, maps: list[str]) -> None:
    localatlas("open", "Sample", "--host", "127.0.0.2", "--port", "8000", "--no-browser")
    assert explorer.opened == [(maps[1], "127.0.0.2", 8000, False)]


def test_a_map_can_be_named(localatlas: Localatlas, explorer: Explorer, maps: list[str]) -> None:
    localatlas("open", "sample", "--map", "first")
    assert [each[0] for each in explorer.opened] == [maps[0]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample", "--map", "third"], "no map for name 'third'; its maps are: 'first', 'second'"),
        (["smaple"], "no dataset 'local/smaple'"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    localatlas: Localatlas, explorer: Explorer, maps: list[str], arguments: list[str], words: str
) -> None:
    done = localatlas("open", *arguments)
    assert done.status == 1
    assert words in done.err.replace("\n", " ")
    assert explorer.opened == []


def test_a_home_without_maps_says_how_to_get_one(
    localatlas: Localatlas, explorer: Explorer, dataset: AtlasDataset
) -> None:
    done = localatlas("open")
    assert done.status == 1
    assert "no map in memory://" in done.err
    assert "localatlas demo" in done.err
    done = localatlas("open", "sample")
    assert "has no maps built yet" in done.err


def test_a_map_that_is_not_finished_is_shown_where_there_is_no_other(
    localatlas: Localatlas, explorer: Explorer, maps: list[str]
) -> None:
    other = AtlasDataset("Other")
    other._store.remove("indices/")
    assert localatlas("open", "other").status == 0
    assert localatlas("open", f"localatlas://local/other/{maps[2]}").status == 0
    assert [each[0] for each in explorer.opened] == [maps[2]] * 2
    assert "no maps built yet" in localatlas("open", "other", "--map", "nothing").err.replace("\n", " ")


def test_stopping_the_page_is_no_error_of_the_programs(
    localatlas: Localatlas, explorer: Explorer, maps: list[str]
) -> None:
    explorer.interrupted = True
    assert localatlas("open").status == 130


def test_without_an_explorer_it_says_what_to_install(
    localatlas: Localatlas, explorer: Explorer, maps: list[str]
) -> None:
    hooks.unregister(explorer)
    done = localatlas("open")
    assert done.status == 1
    assert "pip install atlas-plugin-explorer" in done.err.replace("\n", " ")


def test_names_of_a_proxy_are_handed_on(localatlas: Localatlas, explorer: Explorer, maps: list[str]) -> None:
    assert localatlas("open", "Sample", "--allow-host", "a.example", "--allow-host", "b.example").status == 0
    assert explorer.allowed == ("a.example", "b.example")
