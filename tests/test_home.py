from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, ClassVar

import pytest
from localatlas import AtlasDataset, configure, registries
from localatlas.data_inference import StorageOptions
from localatlas.errors import DatasetExistsError, DatasetNotFoundError, InvalidOptionError, UnknownPluginError
from localatlas.home import RECORD, Home
from localatlas.naming import dataset_key
from localatlas.pipeline.records import DatasetRecord
from localatlas.testing.memory import MemoryStorage, MemoryStorageOptions


def record(slug: str) -> DatasetRecord:
    return DatasetRecord(id=str(uuid.uuid4()), name=slug, organization="local", slug=slug)


class RoomyOptions(MemoryStorageOptions):
    rooms: int = 1


class Roomy(MemoryStorage):
    """A backend of somebody else's, with an option of its own."""

    Options: ClassVar[type[MemoryStorageOptions]] = RoomyOptions


def test_a_new_home_is_empty(components: str) -> None:
    home = Home()
    assert (home.address, home.backend) == (components, "memory")
    assert home.records() == []
    assert home.find(dataset_key("reviews")) is None


def test_what_is_created_is_found_by_key_and_by_id(components: str) -> None:
    home = Home()
    made = record("reviews")
    store = home.create(made)
    assert home.record(store) == made
    found = home.find(dataset_key("reviews"))
    assert found is not None
    assert found[0] == made
    assert home.find_id(made.id)[0] == made
    assert store.get(RECORD) == made.to_bytes()


def test_records_are_sorted_by_identifier(components: str) -> None:
    home = Home()
    for slug in ("pears", "apples", "tea"):
        home.create(record(slug))
    assert [each.slug for each in home.records()] == ["apples", "pears", "tea"]


def test_a_key_is_given_once(components: str) -> None:
    Home().create(record("reviews"))
    with pytest.raises(DatasetExistsError, match="local/reviews"):
        Home().create(record("reviews"))


def test_what_is_deleted_is_gone(components: str) -> None:
    home = Home()
    made = record("reviews")
    home.create(made)
    with pytest.raises(DatasetNotFoundError, match="with the id another"):
        home.delete(dataset_key("reviews"), "another")
    home.delete(dataset_key("reviews"), made.id)
    assert home.find(dataset_key("reviews")) is None
    with pytest.raises(DatasetNotFoundError):
        home.delete(dataset_key("reviews"), made.id)


def test_an_unknown_id_is_named_with_the_home(components: str) -> None:
    Home().create(record("reviews"))
    with pytest.raises(DatasetNotFoundError, match=f"no dataset in {components} has the id 123"):
        Home().find_id("123")


def test_homes_do_not_know_of_each_other(components: str) -> None:
    Home().create(record("reviews"))
    other = Home(f"memory://{uuid.uuid4()}")
    assert other.records() == []
    assert AtlasDataset("reviews", home=other.address).total_datums == 0
    assert [each.slug for each in other.records()] == ["reviews"]


@pytest.mark.parametrize(
    ("address", "scheme"),
    [("memory://x", "memory"), ("lance+file:///x", "lance+file"), ("s3://bucket/x", "s3"), ("/a/folder", "file")],
)
def test_the_scheme_of_the_address_names_the_backend(components: str, address: str, scheme: str) -> None:
    registries.storage.register(scheme, MemoryStorage)
    assert (Home(address).address, Home(address).backend) == (address, scheme)


@pytest.mark.parametrize("address", ["C:\\maps", "C://maps", "relative/folder", "~/maps"])
def test_what_has_no_scheme_is_a_folder(components: str, address: str) -> None:
    registries.storage.register("file", MemoryStorage)
    assert Home(address).backend == "file"


def test_an_unknown_scheme_is_an_unknown_backend(components: str) -> None:
    with pytest.raises(UnknownPluginError, match=r"no storage backend 'gopher'.*installed: .*memory"):
        Home("gopher://hole")


def test_a_backend_can_be_named_beside_the_address(components: str, tmp_path: Path) -> None:
    assert Home(str(tmp_path), "memory").backend == "memory"
    configure(storage="memory")
    assert Home(str(tmp_path)).backend == "memory"


def test_options_choose_backend_and_address_and_go_to_the_backend(components: str) -> None:
    registries.storage.register("roomy", Roomy)
    options: dict[str, Any] = {"rooms": 3}
    configure(storage=StorageOptions(backend="roomy", address="memory://roomy", **options))
    home = Home()
    assert (home.backend, home.address) == ("roomy", "memory://roomy")
    assert home._storage.options.rooms == 3  # type: ignore[attr-defined]
    assert Home("memory://other").address == "memory://other"


def test_options_without_a_backend_leave_it_to_the_scheme(components: str) -> None:
    configure(storage=StorageOptions(address="memory://scheme"))
    assert (Home().backend, Home().address) == ("memory", "memory://scheme")


def test_an_option_that_the_backend_lacks_is_refused(components: str) -> None:
    options: dict[str, Any] = {"rooms": 3}
    configure(storage=StorageOptions(backend="memory", **options))
    with pytest.raises(InvalidOptionError, match="storage backend 'memory': unknown option 'rooms'"):
        Home()
