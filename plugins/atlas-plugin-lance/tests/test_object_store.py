"""A home on an object store, over moto's server on loopback."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from atlas_plugin_lance import LanceStorage
from localatlas.errors import DatasetLockedError, StorageError
from localatlas.protocols import DatasetKey
from localatlas.testing import checks_for
from localatlas.testing.check import Check

if TYPE_CHECKING:
    from atlas_plugin_lance.dataset import LanceDatasetStore

BUCKET = "homes"
KEY = DatasetKey("me", "data")
# What is not the same code as on a folder; the rest of the kit takes minutes over moto.
CHOSEN = {
    "append_is_seen_by_all",
    "blobs",
    "dataset_comes_and_goes",
    "lock_dies_with_its_holder",
    "lock_is_for_one_thread",
    "objects",
    "objects_are_replaced_at_once",
    "one_of_many_creates",
    "replace_is_seen_whole",
    "schema_widens",
    "scratch_is_a_folder_that_goes_with_the_dataset",
}
CHECKS = [check for check in checks_for(LanceStorage) if check.name in CHOSEN]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings() -> Iterator[dict[str, str]]:
    with warnings.catch_warnings():
        # moto's and botocore's own imports and handlers, which are no part of what is tested.
        warnings.simplefilter("ignore")
        import boto3
        from moto.server import ThreadedMotoServer

        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        options = {
            "aws_endpoint": f"http://{host}:{port}",
            "aws_region": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        client = boto3.client(
            "s3",
            endpoint_url=options["aws_endpoint"],
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - moto takes any
        )
        client.create_bucket(Bucket=BUCKET)
    yield {**options, "allow_http": "true"}
    server.stop()


class RemoteMake:
    """The kit's Make for homes in the bucket."""

    component = LanceStorage

    def __init__(self, settings: dict[str, str], cache: Path) -> None:
        self._settings = settings
        self._cache = cache

    def __call__(self, **options: Any) -> LanceStorage:
        more = {"storage_options": self._settings, "cache": str(self._cache), "lease_seconds": 2.0}
        return LanceStorage(LanceStorage.Options(**{**more, **options}))

    def new_address(self) -> str:
        return f"s3://{BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture
def make(settings: dict[str, str], tmp_path: Path) -> RemoteMake:
    return RemoteMake(settings, tmp_path)


@pytest.mark.parametrize("check", [pytest.param(check, id=check.name) for check in CHECKS])
def test_conformance(check: Check, make: RemoteMake) -> None:
    check.run(make)


@pytest.fixture
def store(make: RemoteMake) -> LanceDatasetStore:
    return make(address=make.new_address()).create(KEY, b"{}")


def lease_of(store: LanceDatasetStore) -> tuple[Any, str]:
    return store._place.files, f"{store._folder}/lease.json"


def test_a_lease_that_ran_out_is_taken_over(store: LanceDatasetStore) -> None:
    files, name = lease_of(store)
    files.write(name, json.dumps({"until": 0.0, "by": "a process that died"}).encode())
    assert not store.is_locked()
    with store.lock(timeout=0):
        assert store.is_locked()


def test_a_lease_that_is_valid_keeps_others_out(store: LanceDatasetStore) -> None:
    files, name = lease_of(store)
    files.write(name, json.dumps({"until": 1e12, "by": "somebody else"}).encode())
    assert store.is_locked()
    with pytest.raises(DatasetLockedError, match="me/data"), store.lock(timeout=0):
        pass


def test_a_lease_is_renewed_while_it_is_held(store: LanceDatasetStore) -> None:
    files, name = lease_of(store)
    with store.lock():
        renewed = store._lock._holder._renewed
        first = files.read(name)
        assert renewed.wait(timeout=30)
        assert json.loads(files.read(name))["until"] > json.loads(first)["until"]
    assert not store.is_locked()


def test_a_change_on_top_of_a_change_not_seen_is_refused(store: LanceDatasetStore) -> None:
    name = "me/data/HEAD.json"
    files = store._place.files
    with files.change(name) as held:
        files.write(name, held.data + b"\n")
        with pytest.raises(StorageError, match="somebody else"):
            held.replace(b"lost")
    assert files.read(name) == held.data + b"\n"


def test_files_are_read_from_a_cache_that_goes_with_the_dataset(make: RemoteMake, tmp_path: Path) -> None:
    backend = make(address=make.new_address())
    store = backend.create(KEY, b"{}")
    store.put("vectors.npy", b"old")
    first = store.path("vectors.npy")
    assert store.path("vectors.npy") == first
    assert first.is_relative_to(tmp_path)
    store.put("vectors.npy", b"new")
    assert store.path("vectors.npy").read_bytes() == b"new"
    backend.delete(KEY)
    assert not first.exists()
    assert backend._place.files.names(str(KEY)) == []
