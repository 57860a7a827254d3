from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from localatlas import AtlasDataset
from localatlas.pipeline.readers import Reader, nobody_reads, versions_read
from localatlas.pipeline.records import IndexRecord, MapRecord


@pytest.fixture
def records(dataset: AtlasDataset) -> tuple[IndexRecord, MapRecord]:
    return dataset.create_index(indexed_field="text", progress=False).record


def test_a_version_is_read_as_long_as_its_reader_lives(
    dataset: AtlasDataset, records: tuple[IndexRecord, MapRecord]
) -> None:
    store, (index, made) = dataset._store, records
    assert versions_read(store) == set()
    one, other = Reader(store, index, made), Reader(store, index, made)
    del other
    assert versions_read(store) == {index.version}
    for name in (made.id, index.id):
        with nobody_reads(store, (name, 1)) as free:
            assert not free
        with nobody_reads(store, (name, 2)) as free:
            assert free
    del one
    assert versions_read(store) == set()
    with nobody_reads(store, (made.id, 1)) as free:
        assert free
    assert not (store.scratch() / "readers" / f"{made.id}-1").exists()


def test_pages_are_found_by_name(dataset: AtlasDataset, records: tuple[IndexRecord, MapRecord]) -> None:
    reader = Reader(dataset._store, *records)
    dataset._store.put(f"{records[1].prefix}/pages/x/0.bin", b"page")
    assert reader("x/0.bin").read_bytes() == b"page"
    with pytest.raises(KeyError):
        reader("x/1.bin")


def test_a_reader_in_another_process_counts_until_it_dies(
    dataset: AtlasDataset, records: tuple[IndexRecord, MapRecord]
) -> None:
    store, (index, made) = dataset._store, records
    del_me = Reader(store, index, made)
    del del_me
    path: Path = store.scratch() / "readers" / f"{made.id}-1"
    script = (
        "import fcntl, sys\nfile = open(sys.argv[1])\nfcntl.flock(file, fcntl.LOCK_SH)\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert versions_read(store) == {index.version}
        other.kill()
        other.wait()
    assert versions_read(store) == set()
